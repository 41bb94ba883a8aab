/** Suspicion: a worker that may not begin all steps at once does something all the time until it may. */
import { gather, step, workflow } from 'lull';
import { expect, test } from 'vitest';
import { promisesToGoOn, SmallCloud } from '../engine/small-cloud.ts';

test('a step that waits for the end of another one wakes nobody meanwhile', async () => {
  const ends: (() => void)[] = [];
  const slow = (name: string) => step(name, () => new Promise<void>((resolve) => ends.push(resolve)));
  const two = workflow('two', function* () {
    yield* gather([slow('first'), slow('second')]);
  });
  const cloud = new SmallCloud([two]);
  const run = await cloud.client.start(two);
  const turn = cloud.worker({ maxStepsInFlight: 1 }).turn(run.id);

  await promisesToGoOn();
  expect(ends).toHaveLength(1);
  expect(cloud.clock.callDue()).toBe(0);
  ends[0]?.();
  await promisesToGoOn();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  expect(await turn).toEqual({ kind: 'ended', status: 'completed' });
});
