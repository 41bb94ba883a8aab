/** A run takes the new branch of a patch when code that knows it comes by first, and stays with the branch it took. */
import { isOfWorkers, isCommandEntry, isRecordedCommand, type JournalEntry } from '../../../lib/journal/event.ts';
import { newStep, patchName, patchOfNewStep, patchOfOldStep } from '../world/patches.ts';
import { addedBy } from './ledger.ts';
import type { RunLedger } from './run-ledger.ts';
import type { Rule } from './rule.ts';

export const patchRule: Rule = {
  name: 'a run stays with the branch that it took',
  onCall(call, run, violate, { fleet }) {
    const { by } = call;
    const put = addedBy(call, run);
    if (put === undefined) return;
    const { entries } = put.record;
    const known = fleet.codeOf(by)?.patches ?? 0;
    let hasEvent = isInterrupted(run.entries);
    entries.forEach((entry, index) => {
      if (entry.kind === 'patched') {
        if (has(run, entries.slice(0, index), entry.patch)) violate(`${by} wrote patch "${entry.patch}" again`);
        if (!hasBranch(entries, entry.patch)) {
          violate(`${by} wrote patch "${entry.patch}" without the step that it led to`);
        }
        return;
      }
      if (!isRecordedCommand(entry)) {
        hasEvent = true;
        return;
      }
      const [newOf, oldOf] = [patchOfNewStep(entry), patchOfOldStep(entry)];
      if (newOf !== undefined && !has(run, entries.slice(0, index), patchName(newOf))) {
        violate(`${by} wrote "${entry.name}", and the journal does not say "${patchName(newOf)}"`);
      }
      if (oldOf === undefined) return;
      if (has(run, entries.slice(0, index), patchName(oldOf))) {
        violate(`${by} wrote "${entry.name}" after patch "${patchName(oldOf)}"`);
      }
      // Code that could not take an event, and wrote it, may lead to the old branch still.
      if (hasEvent && oldOf < known && !hasPassed(run, entries.slice(0, index), entry.name)) {
        violate(`${by} knows ${newStep(oldOf)}, and wrote "${entry.name}" as the first that came by`);
      }
    });
  },
};

/** Its worker died before it wrote what the last event led to, or before it wrote anything. */
function isInterrupted(entries: readonly JournalEntry[]): boolean {
  const index = entries.findLastIndex(
    (entry) => !isOfWorkers(entry) || (entry.kind === 'steps-begun' && entry.ids.length > 0),
  );
  const last = entries[index];
  if (last === undefined || isCommandEntry(last)) return false;
  return last.kind === 'started' || index < entries.length - 1;
}

/** In these workloads each patch leads to a step at once. */
function hasBranch(entries: readonly JournalEntry[], patch: string): boolean {
  return entries.filter(isRecordedCommand).some((command) => {
    const branch = patchOfNewStep(command);
    return branch !== undefined && patchName(branch) === patch;
  });
}

function has(run: RunLedger, before: readonly JournalEntry[], patch: string): boolean {
  return [...run.entries, ...before].some((entry) => entry.kind === 'patched' && entry.patch === patch);
}

function hasPassed(run: RunLedger, before: readonly JournalEntry[], step: string): boolean {
  return [...run.entries, ...before].some((entry) => entry.kind === 'step' && entry.name === step);
}
