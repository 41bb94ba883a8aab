/**
 * Records of a journal: all of their entries are one text, and encrypted as one. So nothing of an entry can be forgotten,
 * and a record takes a few bytes more, however many entries it has.
 *
 * Records that say only what workers did are written as they are: a worker fences off the one before it, and ends a run that
 * is to be terminated, also when there is no key.
 */
import type { JournalEntry } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import { entriesText, rememberBytes } from '../ports/entries-text.ts';
import { messageIdOf } from '../ports/locked-records.ts';
import { places } from './places.ts';
import { REASON_UNREADABLE } from './messages.ts';
import type { Sealer } from './sealer.ts';

export async function sealRecord(
  sealer: Sealer,
  runId: string,
  record: JournalRecord,
  link: number,
): Promise<JournalRecord> {
  if (!sealer.isOn || isOfWorkersAlone(record.entries)) return record;
  const messageIds = record.entries.flatMap(messageIdOf);
  const place = places.record(runId, link, record.number, messageIds);
  const sealed = await sealer.seal(place, record.entries, entriesText(record.entries));
  if (sealed === undefined) return record;
  return { ...record, entries: [], sealed, ...(messageIds.length === 0 ? {} : { messageIds }) };
}

export async function openRecord(
  sealer: Sealer,
  runId: string,
  record: JournalRecord,
  link: number,
): Promise<JournalRecord> {
  const { sealed, messageIds = [], ...rest } = record;
  if (sealed === undefined) return record;
  const opened = await sealer.open(places.record(runId, link, record.number, messageIds), sealed);
  switch (opened?.kind) {
    case 'open': {
      const entries = JSON.parse(opened.value) as JournalEntry[];
      rememberBytes(entries, Buffer.byteLength(opened.value));
      return { ...rest, entries };
    }
    case 'locked':
      return { ...rest, messageIds, damage: opened.error.message, locked: opened.error.problem };
    default:
      return { ...rest, messageIds, damage: opened?.problem ?? 'it is encrypted in no form that is known here' };
  }
}

/** Nothing in it comes from the code or from a caller. Where the run is ended at once, its seed is of no use any more. */
function isOfWorkersAlone(entries: readonly JournalEntry[]): boolean {
  const isEndedHere = entries.some(isTerminateWithoutReason);
  return entries.every(
    (entry) =>
      OF_WORKERS.has(entry.kind) || isTerminateWithoutReason(entry) || (isEndedHere && entry.kind === 'started'),
  );
}

function isTerminateWithoutReason(entry: JournalEntry): boolean {
  return entry.kind === 'terminate-requested' && entry.reason === REASON_UNREADABLE;
}

const OF_WORKERS: ReadonlySet<JournalEntry['kind']> = new Set(['taken-over', 'taken-alone', 'steps-begun']);
