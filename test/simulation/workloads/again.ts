/** A run that is started again under its id, about when the run before is purged. */
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Action } from '../world/act.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

const RETENTION_MS = 20 * 60_000;

interface Again {
  readonly text: string;
  /** So long the run is open, within any invocation: whoever still purges the one before it is to leave it alone. */
  readonly takesMs: number;
}

const again = workflow('again', { retention: RETENTION_MS }, function* (input: Again) {
  const { takesMs } = input;
  return yield* step('echo', { retry: { maxAttempts: 100_000 } }, (): BodyPlan => ({ takesMs, gives: input }));
});

export const againWorkload: Workload = {
  name: 'again',
  weight: 1,
  workflows: [again],
  draw(dice) {
    const input: Again = {
      text: 'again '.repeat(dice.pick([1, 100])),
      takesMs: Math.round(dice.magnitude(500, 8_000)),
    };
    // Every few seconds, from a little before the purge on.
    const later = (): Action[] => {
      const pauseMs = Math.round(dice.magnitude(500, 10_000));
      const first = {
        ...start(again.name, input),
        waitMs: RETENTION_MS + dice.between(-5_000, 20_000),
        persists: false,
      };
      return [first, ...Array.from({ length: dice.between(1, 15) }, () => ({ ...first, waitMs: pauseMs }))];
    };
    return {
      workflow: again.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [[start(again.name, input)], ...Array.from({ length: dice.between(1, 2) }, later)],
    };
  },
  judge(run) {
    if (run.end?.status !== 'completed') return `the run is left ${run.item?.status}`;
    return JSON.stringify(run.end.result) === JSON.stringify(run.input) ? undefined : 'the result is not the input';
  },
};
