// Suspicion: a table that throttles, or that does not answer, keeps a request longer than its caller waits: the SDK's tries
// and those of the client multiply.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Client } from 'lull/client';
import { workflow } from 'lull';
import { expect, it } from 'vitest';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { context, httpEvent } from '../lambda/sample-events.ts';
import { silent } from '../testing/silent.ts';

const greet = workflow('greet', function* () {});
const wakes = { send: () => Promise.resolve() };
const environment = { LULL_TABLE_NAME: 't', LULL_QUEUE_URL: 'https://sqs.example/wakes' };

type Handle = () => Promise<never>;

/** A table of which each request ends as `handle` says; how many there were is counted. */
function tableThat(handle: Handle) {
  let requests = 0;
  const client = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      handle: () => {
        requests += 1;
        return handle();
      },
    },
  });
  return { store: createDynamodbStore({ tableName: 't', client }), requests: () => requests };
}

const throttles: Handle = () =>
  Promise.reject(Object.assign(new Error('slow down'), { name: 'ThrottlingException', $metadata: {} }));
const isSilent: Handle = () => new Promise(() => undefined);

it.each([
  ['throttles', throttles],
  ['does not answer', isSilent],
])('of a table that %s a client says so when the time of the call is over', async (_, handle) => {
  const { store, requests } = tableThat(handle);
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
  expect(requests()).toBeLessThanOrEqual(20 * calls.length);
});

it.each([
  ['throttles', throttles],
  ['does not answer', isSilent],
])('of a table that %s the API says 503 before its invocation ends', async (_, handle) => {
  const { store } = tableThat(handle);
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
});

it('a queue that does not answer keeps no start: the sweeper sends the wake', async () => {
  const { MemoryStore } = await import('../../lib/memory/memory-store.ts');
  const store = new MemoryStore();
  const stuck = { send: () => new Promise<void>(() => undefined) };
  const client = new Client({ store, wakes: stuck, log: silent, callTimeout: 100 });
  expect((await client.start(greet, undefined, { id: 'r' })).id).toBe('r');
});
