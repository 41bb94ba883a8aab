// Suspicion: a table that throttles, or that does not answer, keeps a request longer than its caller waits: the SDK's tries
// and those of the client multiply.
import { execFile } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Client } from 'lull/client';
import { workflow } from 'lull';
import { expect, it, onTestFinished } from 'vitest';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { createTableClient } from '../../lib/dynamodb/table-client.ts';
import { context, httpEvent } from '../lambda/sample-events.ts';
import { silent } from '../testing/silent.ts';

const greet = workflow('greet', function* () {});
const wakes = { send: () => Promise.resolve() };
const environment = { LULL_TABLE_NAME: 't', LULL_QUEUE_URL: 'https://sqs.example/wakes' };

type Handle = (response: ServerResponse) => void;

const throttles: Handle = (response) =>
  void response.writeHead(400).end('{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}');
const isSilent: Handle = () => undefined;

const LOCATION = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };

/** What asks the table: lull's own client, and one of the SDK that was handed over. */
const CLIENTS = {
  "lull's own client": (endpoint: string) =>
    createTableClient({
      isForCallers: true,
      location: { ...LOCATION, endpoint: new URL(endpoint), credentials: async () => LOCATION.credentials },
    }),
  'a client of the SDK': (endpoint: string) => new DynamoDBClient({ ...LOCATION, endpoint }),
};

/** A table of which each request ends as `handle` says; how many there were is counted. */
async function tableThat(handle: Handle, clientName: keyof typeof CLIENTS) {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    handle(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = CLIENTS[clientName](`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { store: createDynamodbStore({ tableName: 't', client }), requests: () => requests };
}

const worlds = (Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]).flatMap((name) => [
  [name, 'throttles', throttles] as const,
  [name, 'does not answer', isSilent] as const,
]);

it.each(worlds)('through %s, of a table that %s, a call ends when its time is over', async (name, _, handle) => {
  const { store, requests } = await tableThat(handle, name);
  const client = new Client({ store, wakes, log: silent, callTimeout: 100 });
  const beganAtMs = performance.now();
  const calls = [
    client.start(greet, undefined, { id: 'r' }),
    client.run('r').signal('approved', 1, { idempotencyKey: 'k' }),
    client.run('r').cancel(),
    client.run('r').describe(),
    client.listPage({ workflow: 'greet' }),
  ];
  for (const end of await Promise.allSettled(calls)) {
    expect(end).toMatchObject({ status: 'rejected', reason: { code: 'STORE_UNAVAILABLE' } });
  }
  expect(performance.now() - beganAtMs).toBeLessThan(5_000);
  expect(requests()).toBeLessThanOrEqual(30 * calls.length);
});

it.each(worlds)(
  'through %s, of a table that %s, the API says 503 before its invocation ends',
  async (name, _, handle) => {
    const { store } = await tableThat(handle, name);
    const api = createApiHandler([greet], { store, wakes, log: silent, environment });
    const beganAtMs = performance.now();
    const requests = [
      httpEvent({ method: 'POST', path: '/workflows/greet/runs', query: 'id=r&wait=10s' }),
      httpEvent({ method: 'POST', path: '/runs/r/signals/x', body: '1', headers: { 'idempotency-key': 'k' } }),
      httpEvent({ method: 'POST', path: '/runs/r/terminate' }),
      httpEvent({ path: '/runs/r', query: 'wait=10s' }),
      httpEvent({ path: '/runs/r/history' }),
      httpEvent({ path: '/runs' }),
    ];
    for (const answer of await Promise.all(requests.map((event) => api(event, context(1_200))))) {
      expect(answer.statusCode).toBe(503);
      expect(answer.headers['retry-after']).toBe('1');
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    }
    expect(performance.now() - beganAtMs).toBeLessThan(5_000);
  },
);

// Suspicion: a process that does nothing else ends while it waits for a call whose time is over, and says nothing.
it('a process whose call is out of time hears so before it ends', async () => {
  const lib = join(import.meta.dirname, '../../lib');
  const code = `
    import { Client } from '${lib}/client/index.ts';
    import { StoreUnavailableError } from '${lib}/ports/world-errors.ts';
    const fails = async () => {
      await new Promise((resolve) => setTimeout(resolve, 80));
      throw new StoreUnavailableError('any');
    };
    const store = new Proxy({}, { get: (_target, key) => (key === 'then' ? undefined : fails) });
    const client = new Client({ store, wakes: { send: async () => {} }, callTimeout: 100 });
    await client.run('r').cancel().catch(({ code }) => console.log(code));`;
  const argv = ['--conditions=lull-source', '--import', 'tsx', '--input-type=module', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { timeout: 30_000 });
  expect(stdout).toBe('STORE_UNAVAILABLE\n');
}, 60_000);

it('a queue that does not answer keeps no start: the sweeper sends the wake', async () => {
  const { MemoryStore } = await import('../../lib/memory/memory-store.ts');
  const store = new MemoryStore();
  const stuck = { send: () => new Promise<void>(() => undefined) };
  const client = new Client({ store, wakes: stuck, log: silent, callTimeout: 100 });
  expect((await client.start(greet, undefined, { id: 'r' })).id).toBe('r');
});
