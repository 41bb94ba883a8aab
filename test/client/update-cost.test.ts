/** What an update costs, in write units of the table: docs/queries-and-updates.md says it. */
import { signal, update, workflow } from 'lull';
import { afterAll, expect, it } from 'vitest';
import { createRegistry } from '../../lib/core/workflow-registry.ts';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { meterWrites } from '../../lib/dynamodb/write-meter.ts';
import { createEngine } from '../../lib/engine/engine.ts';
import { SystemClock } from '../../lib/memory/system-clock.ts';
import { createRunOperations } from '../../lib/client/run-operations.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { createWorld } from './client-world.ts';

const add = update<number, number>('add');
const close = signal<void>('close');
const counter = workflow('counter', function* () {
  let total = 0;
  add.handle({
    validate: (n) => {
      if (n < 0) throw new RangeError('only up');
    },

    *run(n) {
      return (total += n);
    },
  });
  yield* close.receive();
});

const server = await startTableServer();
const dynamodb = server.newClient();
afterAll(async () => {
  dynamodb.destroy();
  await server.close();
});

it('an update costs nine write units, one that is refused seven', async () => {
  const writes = meterWrites(dynamodb);
  const store = createDynamodbStore({ tableName: await server.newTable(), client: dynamodb });
  const clock = new SystemClock();
  const world = createWorld({ workflows: [counter], store, clock });
  const { wakes, log } = world;
  const registry = createRegistry([counter]);
  const engine = createEngine({
    ...{ registry, store, wakes, clock, log, newSeed: () => 'seed', random: Math.random },
    operations: createRunOperations({ registry, store, wakes, clock, log }),
    newNonce: () => `n${Math.random()}`,
  });
  const run = await world.client.start(counter, undefined, { id: 'c1' });
  const turn = () => engine.takeTurn({ runId: 'c1', deadlineAtMs: Infinity });
  await turn();

  const cost = async (n: number): Promise<number> => {
    writes.length = 0;
    const answer = run.update(add, n).catch((error: unknown) => (error as { code: string }).code);
    while ((await store.readRun('c1'))!.inboxIds.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await turn();
    await answer;
    return writes.reduce((sum, { total }) => sum + total, 0);
  };
  expect([await cost(1), await cost(-1)]).toEqual([9, 7]);
});
