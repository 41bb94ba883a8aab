/** Runs that are deleted when they have ended, by several callers, beside readers, retries and starts under the same id. */
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Action } from '../world/act.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

const RETENTION_MS = 2 * 3_600_000;

interface Deleted {
  /** Large ones have an item of their own. */
  readonly text: string;
  readonly takesMs: number;
  readonly failsUntilTry: number;
}

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '5s' } };

const deleted = workflow('deleted', { retention: RETENTION_MS, steps }, function* (input: Deleted) {
  const { takesMs, failsUntilTry, text } = input;
  yield* step('begin', (): BodyPlan => ({ takesMs: 10, gives: null }));
  return yield* step('echo', (): BodyPlan => ({ takesMs, gives: text, failsUntilTry }));
});

export const deletedWorkload: Workload = {
  name: 'deleted',
  weight: 1.5,
  workflows: [deleted],
  draw(dice) {
    const input: Deleted = {
      text: 'text '.repeat(dice.pick([1, 100])),
      takesMs: Math.round(dice.magnitude(1, 5_000)),
      failsUntilTry: dice.pick([0, 0, 1]),
    };
    const act = (
      action: Action['do'] & ('delete' | 'look' | 'retry'),
      longestMs: number,
      persists: boolean,
    ): Action => ({
      do: action,
      waitMs: Math.round(dice.magnitude(1, longestMs)),
      persists,
    });
    // Right after the deletion, when the id is free again, and when the next run has ended too.
    const again = (): Action[] =>
      Array.from({ length: dice.between(1, 3) }, () => ({
        ...start(deleted.name, input),
        waitMs: Math.round(dice.magnitude(100, dice.pick([10_000, 40 * 60_000]))),
        persists: dice.chance(0.7),
      }));
    const many = (most: number, draw: () => Action[]): Action[][] =>
      Array.from({ length: dice.between(0, most) }, draw);
    return {
      workflow: deleted.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [
        [start(deleted.name, input)],
        [act('delete', dice.pick([1_000, 60_000, 40 * 60_000]), true)],
        ...many(2, () => [act('delete', 60_000, dice.chance(0.5)), act('delete', 30 * 60_000, false)]),
        ...many(2, again),
        ...many(2, () => [act('look', 30_000, false), act('look', 60_000, false)]),
        ...many(1, () => [act('retry', 30_000, dice.chance(0.5))]),
      ],
    };
  },
  judge(run, { input, callers, runId }, seen) {
    const { text } = input as Deleted;
    if (run.created === undefined) return 'it was never started';
    const deleters = callers.flat().filter((action) => action.do === 'delete');
    const told = seen.callers.told.find((one) => one.runId === runId && one.action.do === 'delete');
    const isMisled = told?.attempts === 1 && (told.error as { code?: unknown } | undefined)?.code === 'RUN_NOT_FOUND';
    if (deleters.length === 1 && isMisled && run.isDeleted)
      return 'the only one who has deleted it was told that it is not there';
    const wrong = wrongWithEnd(run, text);
    if (wrong !== undefined) return wrong;
    return run.isDeleted || run.isPurged ? undefined : `the run is left, and its retention is over`;
  },
};

/** Of one that is deleted too: it had ended. */
function wrongWithEnd({ end, item, isDeleted, isPurged }: RunLedger, text: string): string | undefined {
  if (end === undefined) return isDeleted || isPurged ? 'it is gone, and had not ended' : `it is left ${item?.status}`;
  if (end.status === 'failed') return undefined;
  if (end.status !== 'completed') return `it is ${end.status}`;
  return end.result === (text as unknown) ? undefined : 'the result is not the text';
}
