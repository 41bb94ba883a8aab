// Suspicion: with more due runs than a sweep gets through, those of the index's last shards are never woken.
import { expect, it } from 'vitest';
import { createSweeperHandler } from '../../functions/create-sweeper-handler.ts';
import { createPrng } from '../../lib/core/prng.ts';
import { sweep } from '../../lib/engine/sweep.ts';
import { dueShardOf } from '../../lib/dynamodb/schema.ts';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { NO_WORKFLOWS_LISTED } from '../../lib/ports/paused-workflows.ts';
import type { Store } from '../../lib/ports/store.ts';
import { createWorld, type World } from '../client/client-world.ts';
import { silent } from '../testing/silent.ts';
import { createTableInput } from '../../lib/dynamodb/create-table-input.ts';
import { startTableServer } from '../../lib/local/services/dynamodb/table-server.ts';

const SHARDS = 16;
const PER_SHARD = 30;

/** A store whose index has 16 shards with 30 due runs each; a sweep gets through two of them. */
function storeOf(world: World): Store {
  return {
    readRun: (runId: string) => {
      world.clock.pass(1_000); // the table is slow
      return Promise.resolve({ runId, status: 'suspended', dueAtMs: 0 });
    },
    readWorkflowList: () => Promise.resolve(NO_WORKFLOWS_LISTED),
    async *listPools() {},
    async *listDue(_dueByMs: number, begin = 0) {
      for (let shard = 0; shard < SHARDS; shard += 1) {
        const name = (Math.floor(begin * SHARDS) + shard) % SHARDS;
        yield Array.from({ length: PER_SHARD }, (_, index) => `${name}-${index}`);
      }
    },
  } as unknown as Store;
}

it('a sweep that is cut says so, and a hundred of them come to each shard', async () => {
  const world = createWorld();
  const random = createPrng('sweeps');
  const woken = new Map<string, number>();
  const wakes = {
    send: async (runId: string) => {
      const shard = runId.split('-')[0]!;
      woken.set(shard, (woken.get(shard) ?? 0) + 1);
    },
  };
  for (let count = 0; count < 100; count += 1) {
    const endsByMs = world.clock.nowMs() + 50_000;
    const ports = { store: storeOf(world), wakes, clock: world.clock, log: silent };
    const { isCut, woken: looked } = await sweep(ports, { endsByMs, begin: random() });
    expect(isCut).toBe(true);
    expect(looked).toBeLessThanOrEqual(50 + 20); // those that are looked at together are looked at to the end
  }
  expect(woken.size).toBe(SHARDS);
  expect(Math.min(...woken.values())).toBeGreaterThan(100);
});

it.each(['too many pools', 'pools that cannot be listed'])('%s keep no run from its wake', async (what) => {
  const world = createWorld();
  const woken: string[] = [];
  const wakes = { send: async (runId: string) => void woken.push(runId) };
  const store: Store = {
    ...storeOf(world),
    async *listPools() {
      if (what === 'pools that cannot be listed') throw new Error('listing is denied');
      for (let page = 0; page < 100; page += 1) yield Array.from({ length: 100 }, (_, index) => `p${page}-${index}`);
    },
    readPool: async () => {
      world.clock.pass(100);
      return undefined;
    },
  };
  await sweep({ store, wakes, clock: world.clock, log: world.log }, { endsByMs: world.clock.nowMs() + 50_000 });
  expect(woken.length).toBeGreaterThanOrEqual(20);
});

it('the sweeper ends before its invocation does, and begins at another place each time', async () => {
  const world = createWorld();
  const begins = new Set<number>();
  const inner = storeOf(world);
  const store: Store = {
    ...inner,
    listDue: (dueByMs: number, begin = 0) => {
      begins.add(begin);
      return inner.listDue(dueByMs, begin);
    },
  };
  const environment = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' };
  const { wakes, clock, log } = world;
  const handler = createSweeperHandler({ store, wakes, clock, log, environment });
  for (let count = 0; count < 3; count += 1) {
    const endsAtMs = clock.nowMs() + 60_000;
    const context = { awsRequestId: 'aws-1', getRemainingTimeInMillis: () => endsAtMs - clock.nowMs() };
    expect(await handler({}, context)).toMatchObject({ isCut: true });
    expect(clock.nowMs()).toBeLessThan(endsAtMs + 20_000);
  }
  expect(begins.size).toBe(3);
  expect(log.lines).toContainEqual(['warn', 'more runs are due than a sweep gets through: the next one goes on']);
});

it('the table’s index is read from the shard on that is asked for, and each shard once', async () => {
  const server = await startTableServer({
    tables: [createTableInput('runs')],
    region: 'us-east-1',
    rebuildIndexes: false,
  });
  try {
    const store = createDynamodbStore({ tableName: 'runs', client: server.client });
    const ids = Array.from({ length: 100 }, (_, index) => `r${index}`);
    const input = { kind: 'inline', value: 1 } as const;
    for (const runId of ids) {
      await store.createRun({ runId, workflow: 'w', createdAtMs: 0, input, inputDigest: 'x', dueAtMs: 0 });
    }
    for (const [begin, first] of [
      [0, '0'],
      [0.5, '8'],
      [0.999, '15'],
    ] as const) {
      const pages: (readonly string[])[] = [];
      for await (const page of store.listDue(1, begin)) pages.push(page);
      expect(dueShardOf(pages[0]![0]!)).toBe(first);
      expect(pages.flat().sort()).toEqual([...ids].sort());
    }
  } finally {
    await server.stop();
  }
});
