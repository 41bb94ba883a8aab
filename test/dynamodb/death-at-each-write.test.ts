/**
 * A run whose values are too large for the table, from its start to its purge: over and over, each time with a death at
 * another write to the table or to the bucket, before it or after it. The run ends in the same way, and nothing of it
 * is left in either of them.
 *
 * Faults that stand before a Store happen to whole calls of it; here a process dies between two requests of one call.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { signal, sleep, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { afterAll, expect, test } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import type { TableClient } from '../../lib/dynamodb/table-client.ts';
import { MemoryPayloadStore } from '../../lib/memory/memory-payload-store.ts';
import type { PayloadStore } from '../../lib/ports/payload-store.ts';
import { never } from '../../lib/testing/cloud-process.ts';
import { type CrashPoint, CrashPoints } from '../../lib/testing/crash-points.ts';
import { collect } from '../client/client-world.ts';
import { silent } from '../testing/silent.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const tableName = await server.newTable();
const watcher = server.newClient();

afterAll(async () => {
  watcher.destroy();
  await server.close();
});

const LARGE = 70_000;
const LARGER = 2 * LARGE;
const news = signal<string>('news');

const heavy = workflow('heavy', { retention: '15 minutes' }, function* (input: string) {
  const made = yield* step('make', () => 'm'.repeat(LARGER));
  yield* sleep('5 minutes');
  const told = yield* news.receive();
  return [input, made, told];
});

/** Those who call live elsewhere than the workers. */
const callers = new AsyncLocalStorage<true>();

class CallerDied extends Error {}

/** The rest only reads: who dies there could as well have died after the last write. */
const WRITES: ReadonlySet<string> = new Set([
  ...['put', 'delete'],
  ...['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'],
]);

const ID = 'heavy-1';

/** Lets each write to the table and the bucket be a point at which its process may die. */
function deadlyAt(points: CrashPoints) {
  return async <T>(request: string, go: () => Promise<T>): Promise<T> => {
    if (!WRITES.has(request)) return go();
    const point = points.next(request, ID);
    if (point.crashesBefore) return never();
    const answer = await go();
    // What is dead hears of no answer; the test engine, which looks on, does.
    point.after();
    return answer;
  };
}

/** Another caller does it again, if the first one dies. */
async function call<T>(action: () => Promise<T>): Promise<T> {
  const begin = (): Promise<T> => callers.run(true, action);
  return begin().catch((error: unknown) => {
    if (error instanceof CallerDied) return begin();
    throw error;
  });
}

async function itemsOfTable(): Promise<readonly unknown[]> {
  const { Items = [] } = await watcher.send(new ScanCommand({ TableName: tableName }));
  return Items;
}

/** Plays it all, with a death at the chosen point. Gives all points that were met. */
async function play(chosen?: CrashPoint): Promise<readonly CrashPoint[]> {
  const points = new CrashPoints(chosen);
  const pass = deadlyAt(points);
  const tableClient = server.newTableClient();
  const client: TableClient = {
    send: (action, input) => pass(action, () => tableClient.send(action, input)),
    destroy: () => tableClient.destroy(),
  };
  const bucket = new MemoryPayloadStore();
  const payloads: PayloadStore = {
    put: (key, text) => pass('put', () => bucket.put(key, text)),
    get: (key) => bucket.get(key),
    delete: (keys) => pass('delete', () => bucket.delete(keys)),
    list: (prefix) => bucket.list(prefix),
  };
  const store = createDynamodbStore({ tableName, client, payloads });
  // The sweeper comes each two minutes: a sweep asks the table sixteen times.
  const engine = createTestEngine({
    workflows: [heavy],
    store,
    log: silent,
    settings: { leaseMs: 240_000 },
    checkReplay: false,
  });
  points.onCrash = () => {
    if (callers.getStore()) throw new CallerDied();
    void engine.crash();
  };

  const run = await call(() => engine.client.start(heavy, 'i'.repeat(LARGE), { id: ID }));
  // Within ten minutes the lease of a dead worker is over, and the sweeper has found its run.
  await engine.advance('10 minutes');
  await call(() => run.signal(news, 'n'.repeat(LARGE), { idempotencyKey: 'once' }));
  await engine.advance('5 minutes');
  await engine.advance('10 minutes');

  const [input, made, told] = (await run.result()) as [string, string, string];
  expect([input.length, made === 'm'.repeat(LARGER), told.length]).toEqual([LARGE, true, LARGE]);
  const events = await collect(run.history());
  const count = (sought: string): number => events.filter(({ kind }) => kind === sought).length;
  expect([count('step-completed'), count('signal-received'), count('completed')]).toEqual([1, 1, 1]);

  // Who finds what may be on its way puts the purge off for a while.
  await engine.advance('1h');
  expect(await itemsOfTable()).toEqual([]);
  expect([...bucket.texts.keys()]).toEqual([]);
  client.destroy();
  return points.met;
}

test(
  'at whichever write to table or bucket somebody dies, the run ends as it should, and nothing is left',
  { timeout: 180_000 },
  async () => {
    const points = await play();
    // The one message has a key: when it is received its payload goes by an update, and no batch deletes it.
    const met = new Set(points.map((point) => point.split(' ')[1]));
    expect(met).toEqual(new Set([...WRITES].filter((request) => request !== 'BatchWriteItem')));
    for (const chosen of points) {
      const again = await play(chosen).catch((error: unknown) => {
        throw new Error(`with a death ${chosen}: ${String(error)}`, { cause: error });
      });
      expect(again).toContain(chosen);
    }
  },
);
