/** What a retry and a fork cost, in write units, counted over whole runs: docs/retry-and-fork.md says so. */
import { step, workflow } from 'lull';
import { createTestEngine, type TestEngine } from 'lull/testing';
import { afterAll, expect, test } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { meterWrites } from '../../lib/dynamodb/write-meter.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const client = server.newClient();
const writes = meterWrites(client);
afterAll(async () => {
  client.destroy();
  await server.close();
});

let isMended = false;

/** Its last step fails as long as nothing is mended. */
const steps = workflow('steps', function* ({ count, resultBytes = 0 }: { count: number; resultBytes?: number }) {
  for (let n = 1; n < count; n += 1) yield* step(`step ${n}`, () => 'x'.repeat(resultBytes));
  yield* step('last', { retry: false }, () => {
    if (!isMended) throw new Error('no');
  });
});

async function units(work: (engine: TestEngine) => Promise<() => Promise<unknown>>): Promise<number> {
  const store = createDynamodbStore({ tableName: await server.newTable(), client });
  const engine = createTestEngine({ workflows: [steps], store });
  isMended = false;
  const measured = await work(engine);
  await engine.settle();
  writes.length = 0;
  await measured();
  await engine.settle();
  return writes.reduce((sum, { total }) => sum + total, 0);
}

test.each([2, 40])('a retry of a run of %i steps costs as much as any other', async (count) => {
  const cost = await units(async (engine) => {
    const run = await engine.start(steps, { count });
    await run.result().catch(() => undefined);
    return async () => {
      isMended = true;
      await run.retry();
      await run.result();
    };
  });
  // The update (1, and 1 for each index), the lease (1), the records of the retry and of the step (1 each), the end (3).
  expect(cost).toBe(RETRY_UNITS);
});

const RETRY_UNITS = 9;

test.each([
  { count: 40, resultBytes: 0 },
  { count: 40, resultBytes: 1_000 },
])('a fork costs a run, and what it copies by its size: %o', async ({ count, resultBytes }) => {
  const forked = await units(async (engine) => {
    isMended = true;
    const run = await engine.start(steps, { count, resultBytes });
    await run.result();
    return async () => {
      await (await run.fork({ before: `last#${count}` })).result();
    };
  });
  const own = await units(async (engine) => {
    isMended = true;
    return () => engine.run(steps, { count: 1 });
  });
  expect(own).toBe(8);
  expect({ resultBytes, more: forked - own }).toEqual({ resultBytes, more: resultBytes === 0 ? 6 : 44 });
});
