/** Many callers that start one run, with the same input or another. */
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import { runIdFromKey } from '../../../lib/client/identifiers.ts';
import type { Action } from '../world/act.ts';
import type { Dice } from '../world/dice.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import type { Workload } from './workload.ts';

const echo = workflow('echo', { retention: '20 minutes' }, function* (input: unknown) {
  return yield* step('echo', { retry: { maxAttempts: 100_000 } }, (): BodyPlan => ({ takesMs: 10, gives: input }));
});

export const sameIdWorkload: Workload = {
  name: 'same id',
  weight: 0.7,
  workflows: [echo],
  draw(dice, runId) {
    const key = dice.chance(0.5) ? `key of ${runId}` : undefined;
    const inputs = [drawInput(dice, 'first'), drawInput(dice, 'second')];
    const callers = Array.from({ length: dice.between(2, 6) }, (_, caller): Action[] => [
      {
        do: 'start',
        workflow: echo.name,
        input: dice.chance(0.8) ? inputs[0] : inputs[1],
        waitMs: dice.pick([0, 0, dice.between(0, 500)]),
        persists: caller === 0 || dice.chance(0.5),
        ...(key === undefined ? {} : { key }),
      },
    ]);
    return {
      ...(key === undefined ? {} : { runId: runIdFromKey(echo.name, key) }),
      workflow: echo.name,
      input: null,
      startAtMs: dice.between(0, 30_000),
      callers,
    };
  },
  judge(run, _plan, { callers }) {
    if (run.end?.status !== 'completed') return `the run is left ${run.item?.status}`;
    const input = JSON.stringify(run.input);
    if (JSON.stringify(run.end.result) !== input) return 'the result is not the input';
    for (const { runId, action, outcome } of callers.told) {
      if (runId !== run.runId || action.do !== 'start') continue;
      const isSame = JSON.stringify(action.input) === input;
      if (outcome === 'accepted' && !isSame)
        return 'a caller was told that its input had started the run, and it had not';
      if (outcome === 'refused' && isSame) return 'a caller was refused although its input had started the run';
    }
    return undefined;
  },
};

function drawInput(dice: Dice, which: string): string {
  return which + 'z'.repeat(dice.pick([0, 10, 1_000]));
}
