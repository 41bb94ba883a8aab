/** Steps that run when the time of the invocation is up, and steps whose time is over before they begin. */
import { getRun, step, type StepFailedError, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { expect, it } from 'vitest';
import type { RunOperations } from '../../lib/ports/run-operations.ts';
import { silent } from '../testing/silent.ts';
import { promisesToGoOn, SmallCloud } from './small-cloud.ts';

it('a short step that is cut off uses up no attempt, and is done in the next turn', async () => {
  let bodies = 0;
  const cut = workflow('cut', function* () {
    yield* step('long', () => longBody);
    return yield* step('short', { retry: false }, () => {
      bodies += 1;
      return bodies === 1 ? new Promise(() => undefined) : 'done';
    });
  });
  let endLong = (): void => undefined;
  const longBody = new Promise<void>((resolve) => (endLong = resolve));
  const cloud = new SmallCloud([cut]);
  const pass = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 10_000) {
      cloud.pass(10_000);
      for (let times = 0; times < 5; times += 1) await promisesToGoOn();
    }
  };
  const run = await cloud.client.start(cut, undefined, { id: 'r1' });
  const turn = cloud.worker().turn('r1');
  for (let times = 0; times < 50; times += 1) await promisesToGoOn();
  await pass(600_000); // of the invocation's 900 s
  endLong();
  await pass(300_000);
  expect(await turn).toMatchObject({ kind: 'suspended' });
  expect((await cloud.entries('r1')).map(({ kind }) => kind)).toContain('step-interrupted');
  await cloud.worker().turn('r1');
  expect(await run.result()).toBe('done');
  expect(bodies).toBe(2);
});

it('a step that has had all of an invocation has failed, with both times in its words', async () => {
  const endless = workflow('endless', function* () {
    yield* step('endless', { retry: false }, () => new Promise(() => undefined));
  });
  const engine = createTestEngine({ workflows: [endless], log: silent });
  const error = (await engine.run(endless).catch((thrown: unknown) => thrown)) as StepFailedError;
  expect(error).toMatchObject({ code: 'STEP_FAILED', attempts: 1, cause: { code: 'STEP_INTERRUPTED' } });
  expect(error.message).toMatch(/it had run for 897000 ms of the turn's 897000 ms/);
});

it('what is asked of another run is not cut off for good: the turn after that asks again', async () => {
  const asking = workflow('asking', function* () {
    return yield* getRun('other').query('count');
  });
  const cloud = new SmallCloud([asking]);
  let asked = 0;
  const operations: RunOperations = {
    carryOut: async () => ((asked += 1) === 1 ? new Promise(() => undefined) : 7),
    send: async () => 'sent',
  };
  const run = await cloud.client.start(asking, undefined, { id: 'r1' });
  const turn = cloud.worker({ operations }).turn('r1');
  for (let times = 0; times < 50; times += 1) await promisesToGoOn();
  cloud.pass(900_000);
  expect(await turn).toMatchObject({ kind: 'suspended' });
  await cloud.worker({ operations }).turn('r1');
  expect(await run.result()).toBe(7);
});

it('a body does not begin again when the totalTimeout of its step was over before the run was taken over', async () => {
  let bodies = 0;
  const late = workflow('late', function* () {
    yield* step('late', { totalTimeout: '20s' }, () => {
      bodies += 1;
      return new Promise(() => undefined);
    });
  });
  const engine = createTestEngine({ workflows: [late], log: silent });
  const run = await engine.start(late);
  await engine.settle();
  await engine.crash();
  await engine.advance('10m');
  await expect(run.result()).rejects.toThrow('late');
  expect(bodies).toBe(1);
  expect(await engine.history(run)).toContainEqual(
    expect.objectContaining({
      kind: 'step-failed',
      error: expect.objectContaining({ cause: expect.objectContaining({ code: 'TIMEOUT' }) as unknown }) as unknown,
    }),
  );
});

it('a body is not begun in the last part of an invocation', async () => {
  const begunAtMs: number[] = [];
  let endFirst = (): void => undefined;
  const firstBody = new Promise<void>((resolve) => (endFirst = resolve));
  const last = workflow('last', function* () {
    yield* step('first', () => firstBody);
    return yield* step('second', () => void begunAtMs.push(0));
  });
  const cloud = new SmallCloud([last]);
  await cloud.client.start(last, undefined, { id: 'r1' });
  const engine = cloud.worker();
  const turn = engine.takeTurn({ runId: 'r1', deadlineAtMs: cloud.clock.nowMs() + 40 });
  for (let times = 0; times < 50; times += 1) await promisesToGoOn();
  cloud.pass(29); // its end is after 30 ms: the last tenth of that is too late to begin
  endFirst();
  expect(await turn).toMatchObject({ kind: 'suspended' });
  expect(begunAtMs).toEqual([]);
  await cloud.worker().turn('r1');
  expect(begunAtMs).toEqual([0]);
});
