/**
 * Writes what was delivered and asked for as the next record (10). Keeps I2: whoever fails to write it drops.
 *
 * Relies on: no two turns have one nonce, or a record of another worker would be taken for one's own.
 */
import type { JournalEntry } from '../journal/event.ts';
import { addToLength, entriesBytes, warnIfNearlyFull } from './journal-length.ts';
import type { Turn } from './turn-state.ts';

/** All that came together since the last commit goes into one record, or a few if it is large (group commit). */
export async function commit(turn: Turn): Promise<'committed' | 'lost'> {
  const { engine, runId, epoch, nonce, journal } = turn;
  const entries = turn.unwritten;
  turn.unwritten = [];
  const { events, bytes } = journal;
  for (const chunk of chunks(entries, engine.maxRecordBytes)) {
    const number = journal.recordNumber + 1;
    const put = await engine.store.putRecord(runId, { number, epoch, nonce, entries: chunk });
    if (put.kind === 'exists' && put.record.nonce !== nonce) return 'lost';
    journal.recordNumber = number;
    if (number === 1) turn.startsRun = true;
    for (const entry of chunk) if ('messageId' in entry) journal.messageIds.add(entry.messageId);
    addToLength(journal, chunk, entriesBytes(chunk));
  }
  warnIfNearlyFull(turn, { events, bytes });
  return 'committed';
}

/** In order; an entry alone may exceed the limit, its value has a limit of its own. */
function chunks(entries: readonly JournalEntry[], limitBytes: number): (readonly JournalEntry[])[] {
  if (entries.length <= 1) return entries.length === 0 ? [] : [entries];
  const all: JournalEntry[][] = [];
  let open: JournalEntry[] = [];
  let openBytes = 0;
  for (const entry of entries) {
    const bytes = Buffer.byteLength(JSON.stringify(entry));
    if (open.length > 0 && openBytes + bytes > limitBytes) {
      all.push(open);
      open = [];
      openBytes = 0;
    }
    open.push(entry);
    openBytes += bytes;
  }
  all.push(open);
  return all;
}
