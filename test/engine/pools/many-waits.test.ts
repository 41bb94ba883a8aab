/** A run with more steps in a pool than may go on at once: it waits like any other, and looks only at those that are next. */
import { expect, test } from 'vitest';
import { gather, pool, step, workflow } from '../../../lib/index.ts';
import { MemoryStore } from '../../../lib/memory/memory-store.ts';
import { createTestEngine } from '../../../lib/testing/index.ts';
import { promisesToGoOn } from '../../../lib/testing/real-time.ts';
import { SmallCloud } from '../small-cloud.ts';

const one = pool('one', { concurrency: 1 });

test('is suspended while another run has the place, and takes no turn before that is given back', async () => {
  let end = (): void => undefined;
  const long = workflow('long', function* () {
    yield* step('long', { pool: one }, () => new Promise<void>((resolve) => (end = resolve)));
  });
  const many = workflow('many', function* (count: number) {
    const steps = Array.from({ length: count }, (_, index) => step(`work ${index}`, { pool: one }, () => index));
    return (yield* gather(steps)).length;
  });
  const store = new MemoryStore();
  const engine = createTestEngine({ workflows: [long, many], store });
  const first = await engine.start(long);
  await engine.settle();
  const run = await engine.start(many, 600); // of which 500 may go on at once
  await engine.advance('1 minute');
  const turns = (await store.readRun(run.id))?.epoch;
  await engine.advance('10 minutes');
  expect((await store.readRun(run.id))?.epoch).toBe(turns);
  expect((await run.describe()).status).toBe('suspended');
  expect((await engine.pools.describe('one')).waiting).toHaveLength(20);
  await engine.pools.set('one', { concurrency: 300 });
  end();
  await first.result();
  expect(await run.result()).toBe(600);
});

test('whose turn ends before it has asked for all of them is due at once', async () => {
  let endFirst = (): void => undefined;
  const firstBody = new Promise<void>((resolve) => (endFirst = resolve));
  const two = workflow('two', function* () {
    yield* gather([step('first', { pool: one }, () => firstBody), step('second', { pool: one }, () => 'done')]);
  });
  const cloud = new SmallCloud([two]);
  await cloud.client.start(two, undefined, { id: 'r1' });
  const worker = cloud.worker({ maxStepsInFlight: 1 });
  const turn = worker.takeTurn({ runId: 'r1', deadlineAtMs: cloud.clock.nowMs() + 40 });
  for (let times = 0; times < 100; times += 1) await promisesToGoOn();
  cloud.pass(29); // too late to begin anything
  endFirst();
  expect(await turn).toMatchObject({ kind: 'suspended' });
  expect(await cloud.table.readRun('r1')).toMatchObject({ status: 'suspended', dueAtMs: 0 });
  await worker.turn('r1');
  expect((await cloud.table.readRun('r1'))?.status).toBe('completed');
});
