/** Many runs of which a filter finds some, and the same done to all of them, interrupted and begun again beside starts and ends. */
import type { BulkAction } from '../../../lib/client/bulk.ts';
import { sleep } from '../../../lib/api/sleep.ts';
import { step } from '../../../lib/api/step.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import { REASON_UNREADABLE } from '../../../lib/encryption/messages.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Seen } from '../oracle/rule.ts';
import type { Action } from '../world/act.ts';
import type { Told } from '../world/callers.ts';
import type { Dice } from '../world/dice.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Bulked {
  readonly takesMs: number;
  readonly sleepMs: number;
  readonly failsUntilTry: number;
}

/** What came of one run, as a caller was told. */
export interface BulkTold {
  readonly id: string;
  readonly done: boolean;
  readonly code?: string;
}

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '5s' } };

const bulked = workflow('bulked', { steps }, function* ({ takesMs, sleepMs, failsUntilTry }: Bulked) {
  yield* sleep(sleepMs);
  return yield* step('work', (): BodyPlan => ({ takesMs, gives: 'worked', failsUntilTry }));
});

export const bulkWorkload: Workload = {
  name: 'bulk',
  weight: 1.2,
  workflows: [bulked],
  draw(dice, runId) {
    const kind = dice.pick(['cancel', 'terminate', 'retry', 'delete'] as const);
    // Many of them end while it is done to others.
    // Failed runs are tried again while others delete them.
    const isContested = kind === 'delete' && dice.chance(0.7);
    const isHasty = isContested || dice.chance(0.3);
    const group = { group: runId };
    const starts = Array.from({ length: dice.between(3, 12) }, (_, index): Action => ({
      ...start(bulked.name, drawInput(dice, isContested ? 'retry' : kind, isHasty)),
      ...(index === 0 ? {} : { id: `${runId}.${index}` }),
      waitMs: Math.round(dice.magnitude(1, isHasty ? 100 : 20_000)),
      attributes: group,
    }));
    const bulk = (persists: boolean, index: number, action: BulkAction = kind): Action => ({
      do: 'bulk',
      action,
      filter: { workflow: bulked.name, attributes: group },
      limit: dice.between(1, 4),
      reason: `bulk ${index}`,
      waitMs: Math.round(dice.magnitude(100, isHasty ? 2_000 : 200_000)),
      persists,
    });
    const first = { ...bulk(true, 0), ...(isContested ? { waitMs: dice.between(2_000, 6_000) } : {}) };
    return {
      workflow: bulked.name,
      input: starts[0]?.do === 'start' ? starts[0].input : null,
      startAtMs: dice.between(0, 30_000),
      callers: [
        starts,
        [first],
        ...(isContested ? [[{ ...bulk(true, 3, 'retry'), waitMs: first.waitMs + dice.between(-50, 50) }]] : []),
        ...Array.from({ length: isContested ? 0 : dice.between(0, 2) }, (_, index) => [
          bulk(dice.chance(0.5), index + 1),
        ]),
      ],
    };
  },
  judge(_run, plan, seen) {
    const runs = [...seen.table.ledger.runs.values()].filter(
      ({ runId, created }) => created !== undefined && (runId === plan.runId || runId.startsWith(`${plan.runId}.`)),
    );
    for (const told of seen.callers.told) {
      if (told.runId !== plan.runId || told.action.do !== 'bulk') continue;
      const wrong = wrongWithBulk(told, runs, seen);
      if (wrong !== undefined) return wrong;
    }
    for (const run of runs) {
      const wrong = wrongWithEnd(run, plan.callers.flat());
      if (wrong !== undefined) return `${run.runId} ${wrong}`;
    }
    return undefined;
  },
};

function drawInput(dice: Dice, kind: BulkAction, isHasty: boolean): Bulked {
  return {
    takesMs: Math.round(dice.magnitude(1, isHasty ? 100 : 5_000)),
    sleepMs: Math.round(dice.magnitude(1, isHasty ? 2_000 : 300_000)),
    failsUntilTry: kind === 'retry' && dice.chance(isHasty ? 0.9 : 0.6) ? 1 : 0,
  };
}

function wrongWithEnd(run: RunLedger, actions: readonly Action[]): string | undefined {
  const kinds = new Set(actions.flatMap((action) => (action.do === 'bulk' ? [action.action] : [])));
  if (run.isDeleted) return kinds.has('delete') ? undefined : 'was deleted';
  switch (run.end?.status) {
    case undefined:
      return `is left ${run.item?.status}`;
    case 'completed':
      return run.end.result === ('worked' as unknown) ? undefined : `gave ${JSON.stringify(run.end.result)}`;
    case 'failed':
      return (run.input as unknown as Bulked).failsUntilTry > run.reopened.length ? undefined : 'has failed';
    case 'cancelled':
      return kinds.has('cancel') ? undefined : 'was cancelled';
    case 'terminated':
      return kinds.has('terminate') ? undefined : 'was terminated';
  }
}

/** Each run that was there when it began, and to which it could be done all the time, has had it done to. */
function wrongWithBulk(told: Told, runs: readonly RunLedger[], { plan }: Seen): string | undefined {
  const { action, answers, outcome, beganAtMs, endedAtMs } = told;
  if (action.do !== 'bulk') return undefined;
  const results = answers.flatMap((answer) => ('value' in answer ? (answer.value as BulkTold[]) : []));
  const ids = results.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) return `${action.action} of all was done to ${twice} twice`;
  for (const { id, done } of results) {
    const run = runs.find(({ runId }) => runId === id);
    if (run === undefined) return `${action.action} of all was done to ${id}, which the filter does not find`;
    if (run.createdSeenAtMs > endedAtMs) continue; // another one since: a start without an answer was made again
    if (done && !wasDone(run, action)) return `${action.action} of all was done to ${id}, and nothing came of it`;
  }
  if (outcome === 'refused') return `${action.action} of all was refused: ${String(told.error)}`;
  if (outcome !== 'accepted') return undefined;
  // The list goes by the times of creation, which are those of the callers' clocks.
  if (plan.weather.clockErrorMs > 0 || plan.weather.incidents.some(({ kind }) => kind === 'clocks-jump'))
    return undefined;
  for (const run of runs) {
    if (run.createdSeenAtMs >= beganAtMs || !couldBeDone(run, action.action, beganAtMs, endedAtMs)) continue;
    const refused = results.some(({ id, code }) => id === run.runId && code !== undefined);
    if (!refused && !wasDone(run, action)) return `${action.action} of all was not done to ${run.runId}`;
  }
  return undefined;
}

function couldBeDone(run: RunLedger, action: BulkAction, fromMs: number, untilMs: number): boolean {
  const first = run.reopened[0]?.end ?? run.end;
  const endedAtMs = first?.atMs ?? Infinity;
  if (action === 'cancel' || action === 'terminate') return endedAtMs > untilMs;
  const isInTime = endedAtMs < fromMs;
  if (action === 'delete') return isInTime && run.reopened.length === 0;
  return isInTime && first?.status === 'failed' && !run.isDeleted;
}

function wasDone(run: RunLedger, { action, reason }: Extract<Action, { do: 'bulk' }>): boolean {
  if (action === 'delete') return run.isDeleted;
  if (action === 'retry') return run.reopened.length > 0;
  return run.entries.some(
    (entry) =>
      (entry.kind === 'cancel-requested' || entry.kind === 'terminate-requested') &&
      entry.kind === `${action}-requested` &&
      // A run is terminated also while its key is away: then its reason cannot be read.
      (entry.reason === reason || entry.reason === REASON_UNREADABLE),
  );
}
