/**
 * A run that is tried again goes on once for each retry, right before what it had failed by: the step that failed stands
 * open, and what was done before it is not forgotten.
 */
import { isRecordedCommand, type JournalEntry } from '../../../lib/journal/event.ts';
import { NOTE, REPAIRED } from '../workloads/repaired.ts';
import { addedBy } from './ledger.ts';
import type { RunLedger } from './run-ledger.ts';
import type { Rule, Violate } from './rule.ts';

export const retryRule: Rule = {
  name: 'a run that is tried again goes on from what failed',
  onCall(call, run, violate) {
    const { by } = call;
    const put = addedBy(call, run);
    if (put === undefined) return;
    const { entries } = put.record;
    const index = entries.findIndex(({ kind }) => kind === 'retried');
    const retried = entries[index];
    if (retried?.kind !== 'retried') return;
    if (run.end !== undefined) violate(`${by} wrote "retried", and the run is ${run.end.status}`);
    if (entries.slice(0, index).some(({ kind }) => kind !== 'taken-over')) {
      violate(`${by} wrote "retried" behind ${entries[index - 1]?.kind}`);
    }
    const wanted = run.reopened.at(-1)?.point;
    if (wanted?.number !== retried.number || wanted.keeps !== retried.keeps) {
      violate(`${by} wrote "retried" ${retried.number}, which keeps ${retried.keeps}, and nobody has asked for that`);
    }
    checkKept(run, [...run.entries, ...entries.slice(0, index)], retried.keeps, violate);
  },
  atEnd(run, violate, { callers }) {
    const { reopened, item, end } = run;
    const written = journalsOf(run).filter(({ kind }) => kind === 'retried').length;
    // Who terminates it before the next turn sees to it that no code runs any more.
    const mayLack = end?.status === 'terminated' || item?.status === 'blocked' ? 1 : 0;
    if (written > reopened.length || written < reopened.length - mayLack) {
      violate(`it was tried again ${reopened.length} times, and its journals have "retried" ${written} times`);
    }
    if (item !== undefined && (item.retries ?? 0) !== reopened.length) {
      violate(`it was tried again ${reopened.length} times, and its item says ${item.retries ?? 0}`);
    }
    const isOfOther = run.isDeleted || run.isPurged;
    const accepted = callers.told.find(
      ({ runId, action, outcome }) => runId === run.runId && action.do === 'retry' && outcome === 'accepted',
    );
    if (accepted !== undefined && reopened.length === 0 && !isOfOther)
      violate('a retry was accepted, and nothing came of it');
  },
};

function journalsOf({ linksBefore, entries }: RunLedger): JournalEntry[] {
  return [...linksBefore.flatMap(({ records }) => records.flatMap((record) => record.entries)), ...entries];
}

/** Of the workload in which all failures are those of steps and of children. */
function checkKept(run: RunLedger, entries: readonly JournalEntry[], keeps: number, violate: Violate): void {
  if (run.created?.workflow !== REPAIRED) return;
  const standing = run.stands.entries;
  const kept = standing.filter((entry) => entries.indexOf(entry) < keeps);
  const gone = standing.filter((entry) => entries.indexOf(entry) >= keeps);
  const open = new Set(kept.filter(isRecordedCommand).map(({ id }) => id));
  for (const entry of kept) if (entry.kind === 'step-completed') open.delete(entry.id);
  if (kept.some(({ kind }) => kind === 'step-failed')) violate('a step that had failed stands as failed after a retry');
  const isWhy = (entry: JournalEntry): boolean =>
    (entry.kind === 'step-failed' && open.has(entry.id)) || (entry.kind === 'run-ended' && entry.status === 'failed');
  if (!gone.some(isWhy))
    violate(`a retry keeps ${keeps} entries, and what had failed is not among those that it takes back`);
  // A child that fails beside what goes on: all since is forgotten, with force.
  if (gone.find(isWhy)?.kind === 'run-ended') return;
  const forgotten = gone.flatMap((entry) => (entry.kind === 'step' && entry.name !== NOTE ? [entry] : []));
  const lost = forgotten.find(({ id }) => gone.some((entry) => entry.kind === 'step-completed' && entry.id === id));
  if (lost !== undefined) violate(`a retry forgets step "${lost.name}" (#${lost.id}), which had completed`);
}
