/**
 * A run of a workflow that has a pool has its place while it goes on: from the entry with which it begins until it is closed. It
 * begins without one only where it is to be stopped.
 */
import type { JournalEntry } from '../../../lib/journal/event.ts';
import { isOwnedBy } from '../../../lib/ports/pool.ts';
import { stateAfter } from './pool-book.ts';
import type { Rule, Seen } from './rule.ts';
import type { RunLedger, TableCall } from './run-ledger.ts';
import { addedBy } from './ledger.ts';
import { workflows } from '../workloads/all-workloads.ts';
import { definitionOf } from '../../../lib/core/workflow.ts';

export const runPlaceRule: Rule = {
  name: 'a run in a pool has its place from its begin to its end',
  onCall(call, run, violate, seen) {
    if (call.operation === 'changePool') {
      checkKept(call, seen, violate);
      return;
    }
    for (const entry of addedBy(call, run)?.record.entries ?? []) {
      if (!isBegin(entry)) continue;
      const owner = { runId: run.runId, step: 0 };
      const { pool } = entry;
      if (pool !== undefined && !seen.table.ledger.pools.of(pool).state.places.some(isOwnedBy(owner)))
        violate(`it begins by ${call.by}, and has no place in ${pool}`);
      if (pool === undefined && needsPlace(run) && !isToBeStopped(run, entry, call))
        violate(`it begins by ${call.by} without a place, and nothing has asked it to stop`);
    }
  },
};

function isBegin(entry: JournalEntry): entry is Extract<JournalEntry, { kind: 'started' | 'retried' }> {
  return entry.kind === 'started' || entry.kind === 'retried';
}

function needsPlace(run: RunLedger): boolean {
  const workflow = workflows.get(run.item?.workflow ?? '');
  return workflow !== undefined && definitionOf(workflow).placing !== undefined;
}

/** By the clock of the worker that begins it, which may be ahead. */
function isToBeStopped(run: RunLedger, entry: JournalEntry & { readonly atMs: number }, { atMs }: TableCall): boolean {
  const isAsked = run.accepted.some((id) => ['cancel', 'terminate'].includes(run.messages.get(id)?.kind ?? ''));
  return isAsked || (run.item?.deadlineAtMs ?? Infinity) <= Math.max(atMs, entry.atMs);
}

/** A place of one that goes on stays. */
function checkKept(call: TableCall, seen: Seen, violate: (message: string) => void): void {
  const pool = seen.table.ledger.pools.of(call.args[0] as string);
  const state = stateAfter(call, pool);
  if (state === undefined) return;
  for (const place of pool.state.places) {
    if (place.step !== 0 || state.places.some(isOwnedBy(place))) continue;
    const run = seen.table.ledger.of(place.runId);
    const begin = run.entries.findLast(isBegin);
    const isOfBegin = begin?.pool === call.args[0];
    if (run.item !== undefined && run.end === undefined && isOfBegin && !isReopened(run))
      violate(`${call.by} freed the place of ${place.runId}, which goes on`);
  }
}

/** It was opened again, and has not begun since: what its journal says is of before. */
function isReopened({ item, entries }: RunLedger): boolean {
  const point = item?.goesOnFrom;
  if (point?.kind !== 'retry') return false;
  return !entries.some((entry) => entry.kind === 'retried' && entry.number >= point.number);
}
