/** A run that is started again under its id, about when the run before is purged. */
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { Action } from '../world/act.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

const RETENTION_MS = 20 * 60_000;

const again = workflow('again', { retention: RETENTION_MS }, function* (input: unknown) {
  return yield* step('echo', { retry: { maxAttempts: 100_000 } }, (): BodyPlan => ({ takesMs: 10, gives: input }));
});

export const againWorkload: Workload = {
  name: 'again',
  weight: 0.7,
  workflows: [again],
  draw(dice) {
    const input = 'again '.repeat(dice.pick([1, 100]));
    const later = (): Action[] => {
      const waitMs = RETENTION_MS + Math.round((dice.next() * 2 - 0.5) * 60_000);
      return [{ ...start(again.name, input), waitMs, persists: dice.chance(0.7) }];
    };
    return {
      workflow: again.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [[start(again.name, input)], ...Array.from({ length: dice.between(1, 5) }, later)],
    };
  },
  judge(run) {
    if (run.end?.status !== 'completed') return `the run is left ${run.item?.status}`;
    return JSON.stringify(run.end.result) === JSON.stringify(run.input) ? undefined : 'the result is not the input';
  },
};
