// Suspicion: a request of a hundred bytes has a whole journal read: a page of one event, a message to a run that has ended.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { encode } from '../../lib/codec/encode.ts';
import { workflow } from '../../lib/api/workflow.ts';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { context, httpEvent } from '../lambda/sample-events.ts';
import { silent } from '../testing/silent.ts';

const RECORDS = 40;
const STEPS_PER_RECORD = 5;
const NOW_MS = Date.parse('2026-11-22T12:00:00Z');

const server = await startTableServer();
const tableName = await server.newTable();
const plain = createDynamodbStore({ tableName, client: server.newClient() });
let units = 0;
const counting = createDynamodbStore({
  tableName,
  client: server.newClient(),
  onConsumedCapacity: (_operation, { CapacityUnits = 0 }) => (units += CapacityUnits),
});
const handler = createApiHandler([workflow('w', function* () {})], {
  store: counting,
  wakes: { send: () => Promise.resolve() },
  log: silent,
  environment: { LULL_TABLE_NAME: tableName, LULL_QUEUE_URL: 'https://sqs.example/wakes' },
});

/** Some 60 KB in each of 40 records: the whole of it is about 600 read units. */
beforeAll(async () => {
  const input = { kind: 'inline', value: 1 } as const;
  const take = { lease: { owner: 'o', expiresAtMs: NOW_MS + 60_000 }, nowMs: NOW_MS, dueByMs: NOW_MS };
  await plain.createRun({ runId: 'r', workflow: 'w', createdAtMs: NOW_MS, input, inputDigest: 'x', dueAtMs: 0 });
  await plain.take('r', take);
  const value = encode('x'.repeat(12_000), 'a value');
  for (let number = 1; number <= RECORDS; number += 1) {
    const entries: JournalEntry[] = number === 1 ? [{ kind: 'started', atMs: NOW_MS, version: '1' }] : [];
    for (let step = 0; step < STEPS_PER_RECORD; step += 1) {
      const id = (number - 1) * STEPS_PER_RECORD + step + 1;
      entries.push({ kind: 'step', id, name: `step ${id}` }, { kind: 'step-completed', id, atMs: NOW_MS, value });
    }
    await plain.putRecord('r', { number, epoch: 1, nonce: 'o', entries });
  }
  const result = { kind: 'inline', value: encode('done', 'the result') } as const;
  const finish = {
    epoch: 1,
    wakesSeen: 0,
    status: 'completed',
    result,
    endedAtMs: NOW_MS,
    purgeAtMs: undefined,
  } as const;
  expect(await plain.finish('r', finish)).toEqual({ kind: 'done' });
});

afterAll(() => server.close());

async function ask(method: 'GET' | 'POST', path: string, query = '', headers = {}) {
  units = 0;
  const event = httpEvent({
    method,
    path,
    query,
    headers,
    ...(method === 'POST' ? { body: path.includes('signals') ? '1' : '{}' } : {}),
  });
  const { statusCode, body } = await handler(event, context());
  return { status: statusCode, body: JSON.parse(body) as Record<string, unknown>, units };
}

interface Page {
  readonly events: { readonly kind: string; readonly name?: string }[];
  readonly cursor?: string;
}

it('a page of one event costs one or two records, wherever it begins', async () => {
  const first = await ask('GET', '/runs/r/history', 'limit=1');
  expect(first).toMatchObject({ status: 200, body: { events: [{ kind: 'started' }], cursor: '1.1' } });
  expect(first.units).toBeLessThan(20);

  const late = await ask('GET', '/runs/r/history', 'limit=1&cursor=39.3');
  expect(late.body).toMatchObject({ events: [{ kind: 'step-completed', name: 'step 192' }], cursor: '39.4' });
  expect(late.units).toBeLessThan(20 * 21); // what is looked through for names is bounded, however long the journal is
  expect((await ask('GET', '/runs/r/history', 'limit=1&cursor=40.11')).units).toBeLessThan(20 * 21);
});

it('pages of any length show each event once, in order, and then the end', async () => {
  const whole = ((await ask('GET', '/runs/r/history')).body as unknown as Page).events;
  expect(whole).toHaveLength(RECORDS * STEPS_PER_RECORD * 2 + 2);
  expect(whole.at(-1)).toMatchObject({ kind: 'completed' });
  for (const limit of [7, 100, 401]) {
    const seen: unknown[] = [];
    for (let cursor: string | undefined = '0'; cursor !== undefined;) {
      const { events, cursor: next } = (await ask('GET', '/runs/r/history', `limit=${limit}&cursor=${cursor}`))
        .body as unknown as Page;
      expect(events.length).toBeLessThanOrEqual(limit);
      seen.push(...events);
      cursor = next;
    }
    expect(seen).toEqual(whole);
  }
});

it.each(['x', '1.', '.1', '-1', '1.2.3.4', '99999999', '1e3', ''])('a cursor %j is refused', async (cursor) => {
  const { status, body } = await ask('GET', '/runs/r/history', `cursor=${cursor}`);
  expect(status).toBe(400);
  expect(body['code']).toBe('INVALID_ARGUMENT');
});

it.each(['signals/x', 'cancel', 'terminate'])('POST %s to a run that has ended reads no journal', async (path) => {
  const { status, body, units } = await ask('POST', `/runs/r/${path}`);
  expect({ status, code: body['code'] }).toEqual({ status: 409, code: 'RUN_ENDED' });
  expect(units).toBeLessThan(10);
});
