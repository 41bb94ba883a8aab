/** Code that changes under its runs in nothing but how it calls their first step: its argument, its key, what it draws. */
import { random } from '../../../lib/api/random.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { defineStep, step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import { CALLED_STEP, type Calls, OTHER, OWN } from '../world/other-calls.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import type { Incident } from '../world/weather.ts';
import { start, type Workload } from './workload.ts';

interface Calling extends Calls {
  readonly sleepMs: number;
  readonly rounds: number;
}

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '5s' } };
const body = (which: string): BodyPlan => ({ takesMs: 20, gives: which });

const callWith = defineStep(CALLED_STEP, body);
const callWithKey = defineStep(CALLED_STEP, { key: (which) => which }, body);

const calling = workflow('calling', { steps }, function* ({ differIn, areOther, sleepMs, rounds }: Calling) {
  const which = areOther === true ? OTHER : OWN;
  if (differIn === 'draws' && which === OTHER) random();
  if (differIn === 'key') yield* callWithKey(which);
  else yield* callWith(differIn === 'arguments' ? which : OWN);
  for (let round = 0; round < rounds; round += 1) {
    yield* sleep(sleepMs);
    yield* step(`round ${round}`, () => body(OWN));
  }
  return rounds;
});

export const changedCallsWorkload: Workload = {
  name: 'changed calls',
  weight: 0.5,
  workflows: [calling],
  draw(dice) {
    const input: Calling = {
      differIn: dice.pick(['arguments', 'key', 'draws'] as const),
      sleepMs: Math.round(dice.magnitude(100, 120_000)),
      rounds: dice.between(1, 6),
    };
    return {
      workflow: calling.name,
      input,
      startAtMs: dice.between(0, 60_000),
      callers: [[start(calling.name, input)]],
    };
  },
  befalls(dice, untilMs) {
    return Array.from({ length: dice.between(1, 3) }, (): Incident => {
      const atMs = Math.round(dice.next() * Math.min(untilMs, 10 * 60_000));
      return { kind: dice.weighted({ 'deploy-other': 2, deploy: 1 }), atMs };
    });
  },
  judge({ end, item }, { input }) {
    if (end?.status !== 'completed') return `the run is left ${item?.status}: ${JSON.stringify(end)}`;
    return (end.result as unknown) === (input as Calling).rounds ? undefined : 'it gave something else';
  },
};
