/** A fork begins with what the other run has recorded up to the step, and the other run notices nothing. */
import { isOfWorkers, isRecordedCommand, type JournalEntry } from '../../../lib/journal/event.ts';
import type { ForkPoint } from '../../../lib/ports/run-item.ts';
import { isWrite } from '../../../lib/testing/around-store.ts';
import type { Ledger } from './ledger.ts';
import type { RunLedger } from './run-ledger.ts';
import type { Rule } from './rule.ts';
import { StandingBook } from './standing.ts';

export const forkRule: Rule = {
  name: 'a fork begins with what the other run has recorded',
  onCall(call, run, violate, { callers }) {
    const told = callers.toldOf(call.by);
    if (told?.action.do !== 'fork' || told.runId !== run.runId) return;
    if (isWrite({ ...call, runId: undefined })) violate(`a fork of the run wrote to it: ${call.operation}`);
  },
  atEnd(run, violate, { table }) {
    const point = run.created?.goesOnFrom;
    if (point?.kind !== 'fork' || run.link > 1) return;
    const forked = run.entries.findIndex(({ kind }) => kind === 'forked');
    const entry = run.entries[forked];
    if (entry?.kind !== 'forked') return; // it has not begun, or was terminated before
    const source = sourcesOf(table.ledger, point).find(({ entries }) => entries.length >= point.entries);
    if (source === undefined) {
      violate(`it has copied from ${point.runId}, which has no such journal`);
      return;
    }
    const copied = run.entries.slice(0, entry.keeps).filter((one) => !isOfWorkers(one));
    const expected = partUpTo(source.entries, point);
    if (textOf(copied.slice(1)) !== textOf(expected)) {
      violate(`it has copied ${textOf(copied.slice(1))}, and the other run has ${textOf(expected)}`);
    }
    const [started, own] = [source.entries[0], run.entries[0]];
    if (started?.kind !== 'started' || own?.kind !== 'started') violate('a journal does not begin');
    else if (own.seed !== started.seed) violate('it has not the secret of the other run for what it has copied');
    else if (own.forks?.at(-1)?.at !== point.at || own.forks.some(({ seed }) => seed === started.seed)) {
      violate('it has no secret of its own for what it asks for itself');
    }
    const strange = run.entries
      .slice(entry.keeps, forked)
      .filter((one) => !isOfWorkers(one) && !isIn(source.entries, one));
    if (strange.length > 0) violate(`it has copied what the other run has not: ${textOf(strange)}`);
  },
};

interface Source {
  readonly entries: readonly JournalEntry[];
}

/** Those of the id: one may have been deleted since, and the id used again. */
function sourcesOf(ledger: Ledger, { runId, link = 1 }: ForkPoint): Source[] {
  const runs: RunLedger[] = [ledger.of(runId), ...ledger.former.filter((run) => run.runId === runId)];
  return runs.map((run) => ({ entries: run.recordsOf(link).flatMap(({ entries }) => entries) }));
}

const ATTEMPTS = ['step-retrying', 'step-heartbeat', 'step-interrupted'];

function partUpTo(journal: readonly JournalEntry[], { entries, at }: ForkPoint): JournalEntry[] {
  const book = new StandingBook();
  for (const entry of journal.slice(0, entries)) book.add(entry);
  const standing = book.entries;
  const until = standing.findIndex((entry) => isRecordedCommand(entry) && entry.id === at);
  return standing.slice(1, until).filter((entry) => !isOfWorkers(entry) && !ATTEMPTS.includes(entry.kind));
}

function isIn(entries: readonly JournalEntry[], entry: JournalEntry): boolean {
  const text = textOf([entry]);
  return entries.some((other) => textOf([other]) === text);
}

function textOf(entries: readonly JournalEntry[]): string {
  return JSON.stringify(entries, (key, value: unknown) => (key === 'unread' ? undefined : value));
}
