/**
 * A worker that is alone with a run announces the steps that it is about to begin. One of them is refused, since it may have
 * run before: the step that takes its place is to be announced too, or it would begin again after the loss of that worker.
 */
import { gather, step, workflow } from 'lull';
import { expect, it } from 'vitest';
import { promisesToGoOn, SmallCloud } from '../engine/small-cloud.ts';

it('a step that begins in the place of a refused one begins at most once, also when its worker is lost', async () => {
  const begun: string[] = [];
  const once = { atMostOnce: true };
  const hang = (name: string) =>
    step(name, once, () => {
      begun.push(name);
      return new Promise(() => undefined);
    });
  const both = workflow('both', function* () {
    yield* gather([hang('first'), hang('second')], { returnExceptions: true });
  });
  const cloud = new SmallCloud([both]);
  const run = await cloud.client.start(both);
  for (let loss = 1; loss <= 4; loss += 1) {
    let isDead = false;
    const dying = cloud.worker({
      maxStepsInFlight: 1,
      around: async ({ operation }, go) => {
        isDead ||= loss === 1 && operation === 'putRecord'; // so the next one is alone from the beginning
        return isDead ? new Promise(() => undefined) : go();
      },
    });
    void dying.turn(run.id);
    for (let times = 0; times < 100; times += 1) await promisesToGoOn();
    isDead = true;
    cloud.pass(31_000);
  }
  expect(begun).toEqual(['first', 'second']);
});
