/** A run that was deleted is gone whole, does not come back, and its id is free when the call or a sweep has freed it. */
import type { CreateRunResult } from '../../../lib/ports/store.ts';
import type { Rule } from './rule.ts';

/** A sweep may find something on its way, and then puts it off once more. */
const LONGEST_KEPT_MS = 4 * 15 * 60_000;

export const deleteRule: Rule = {
  name: 'a deleted run is gone',
  onCall({ operation, before, after, left = [], by, answer, atMs }, run, violate, { plan }) {
    if (left.length > 0) violate(`${by} deleted the run, and left ${left.join(', ')}`);
    const isCreated = operation === 'createRun' && (answer as CreateRunResult).kind === 'created';
    if (isCreated && run.isDeleted) violate(`${by} was given the id of a run that was deleted, and is not purged`);
    else if (run.isDeleted && before === undefined && after !== undefined)
      violate(`${operation} by ${by} brought it back`);
    const refused = operation === 'createRun' ? (answer as CreateRunResult) : undefined;
    if (refused?.kind !== 'deleted') return;
    if (!run.isDeleted) violate(`${by} was told that the run was deleted`);
    const wrongClockMs = 2 * plan.weather.clockErrorMs + plan.weather.incidents.length * 600_000;
    if (refused.freeAtMs - atMs > LONGEST_KEPT_MS + wrongClockMs) violate(`the id is kept until ${refused.freeAtMs}`);
  },
  atEnd(run, violate, { callers, table }) {
    if (run.idKeptUntilMs !== undefined) violate('a run was deleted, and its id is never free again');
    if (table.ledger.of(run.runId) !== run || run.created === undefined) return;
    const formers = table.ledger.former.filter(({ runId }) => runId === run.runId);
    for (const { runId, action, outcome, beganAtMs } of callers.told) {
      if (runId !== run.runId || action.do !== 'delete' || outcome !== 'accepted') continue;
      // It asked before there was such a run, and once more when it had no answer: then there was none any more, or not yet.
      if (beganAtMs < run.createdSeenAtMs) continue;
      if (![run, ...formers].some(({ isDeleted }) => isDeleted)) violate('a caller was told that the run is deleted');
    }
  },
};
