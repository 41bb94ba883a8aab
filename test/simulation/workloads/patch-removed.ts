/** A patch that all code asked for from the beginning: the last code has its new branch alone, and follows every run. */
import { deprecatePatch, patched } from '../../../lib/api/patched.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { AnyWorkflow } from '../../../lib/core/workflow.ts';
import { newStep, oldStep, patchName } from '../world/patches.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Tidied {
  readonly sleepMs: number;
  readonly takesMs: number;
}

/** A number below those that deploys bring: all code knows it. */
const PATCH = -1;
const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '5s' } };

/** The code that knows all patches is the last. */
function tidied(known: number): AnyWorkflow {
  const isLast = known === Infinity;
  return workflow('tidied', { steps }, function* ({ sleepMs, takesMs }: Tidied) {
    const act = (name: string) => step(name, (): BodyPlan => ({ takesMs, gives: name }));
    if (isLast) deprecatePatch(patchName(PATCH));
    const first = yield* act(isLast || patched(patchName(PATCH)) ? newStep(PATCH) : oldStep(PATCH));
    yield* sleep(sleepMs);
    return [first, yield* act('last')];
  });
}

export const patchRemovedWorkload: Workload = {
  name: 'patch removed',
  weight: 0.5,
  workflows: [tidied(Infinity)],
  workflowsKnowing: (known) => [tidied(known)],
  isDetermined: true,
  draw(dice) {
    const input: Tidied = {
      sleepMs: Math.round(dice.magnitude(100, 600_000)),
      takesMs: Math.round(dice.magnitude(1, 3_000)),
    };
    return {
      workflow: 'tidied',
      input,
      startAtMs: dice.between(0, 60_000),
      callers: [[start('tidied', input)]],
    };
  },
};
