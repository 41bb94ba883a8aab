/** A run whose code, or whose steps, leave errors behind: promises that nobody waits for, timers that throw late. */
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import { leaveError } from '../world/code-turn.ts';
import { findLeftErrors } from '../world/left-errors.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Careless {
  /** In this round the code leaves an error that fails after so long; null: never. */
  readonly code: { readonly round: number; readonly afterMs: number } | null;
  /** After how long what each step leaves behind fails; null: it leaves nothing. */
  readonly steps: readonly (number | null)[];
  readonly takesMs: number;
  readonly sleepMs: number;
}

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '5s' } };

const careless = workflow('careless', { steps }, function* ({ code, steps, takesMs, sleepMs }: Careless) {
  for (const [round, leavesErrorAfterMs] of steps.entries()) {
    if (code?.round === round) leaveError('code', code.afterMs);
    yield* step(`round ${round}`, (): BodyPlan => {
      return { takesMs, gives: round, ...(leavesErrorAfterMs === null ? {} : { leavesErrorAfterMs }) };
    });
    yield* sleep(sleepMs);
  }
  return steps.length;
});

export const carelessWorkload: Workload = {
  name: 'careless',
  weight: 1,
  workflows: [careless],
  draw(dice) {
    const takesMs = Math.round(dice.magnitude(1, 3_000));
    const sleepMs = Math.round(dice.magnitude(1, 60_000));
    const afterMs = (): number => dice.pick([0, 0, Math.round(dice.magnitude(1, 2 * (takesMs + sleepMs)))]);
    const rounds = dice.between(1, 5);
    const input: Careless = {
      code: dice.chance(0.6) ? { round: dice.below(rounds), afterMs: afterMs() } : null,
      steps: Array.from({ length: rounds }, () => (dice.chance(0.4) ? afterMs() : null)),
      takesMs,
      sleepMs,
    };
    return {
      workflow: careless.name,
      input,
      startAtMs: dice.between(0, 60_000),
      callers: [[start(careless.name, input)]],
    };
  },
  judge({ end, item }, { input }) {
    const { code } = input as Careless;
    if (end === undefined) return `the run is left ${item?.status}`;
    const isOwn = end.status === 'failed' && findLeftErrors(JSON.stringify(end)).length > 0;
    if (code?.afterMs === 0) return isOwn ? undefined : `its code left an error behind, and the run is ${end.status}`;
    if (end.status === 'completed' || (isOwn && code !== null)) return undefined;
    return `the run is ${end.status}, and its code left nothing behind`;
  },
};
