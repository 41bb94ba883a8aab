/**
 * Writes the delivered events and the commands that followed as the next record (operation 10). Keeps I2: a worker that
 * cannot write it ends its turn.
 *
 * Relies on: no two turns have the same nonce, or a worker would take another worker's record for its own.
 *
 * Tested by: test/invariants/i2-one-writer.test.ts, test/invariants/i3-record-before-effect.test.ts,
 * test/adversarial/patch-without-its-branch.test.ts
 */
import { isCommandEntry, type JournalEntry } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import { countStreams } from '../journal/stream-uses.ts';
import { rememberText } from '../ports/entries-text.ts';
import { LARGEST_RECORD_BYTES } from '../ports/limits.ts';
import { RECORD_STREAM_BYTES } from '../ports/stream-values.ts';
import { emitStarted } from './lifecycle-events.ts';
import { linkOf } from './link-before.ts';
import { addToLength, warnIfNearlyFull } from './journal-length.ts';
import { countChildren } from './open-children.ts';
import { streamBytes, valuesFor } from './stream-values.ts';
import type { Turn } from './turn-state.ts';

/** Group commit: everything since the last commit goes into one record, or into a few if it is large. */
export async function commit(turn: Turn): Promise<'committed' | 'lost'> {
  const { engine, runId, epoch, nonce, journal } = turn;
  const entries = turn.unwritten.take();
  turn.early = undefined;
  const { events, bytes } = journal;
  for (const chunk of chunksOf(entries, engine.maxRecordBytes)) {
    const number = journal.recordNumber + 1;
    const record = { number, epoch, nonce, entries: chunk.entries };
    const values = valuesFor(journal.streams, chunk.entries);
    const put = await engine.store.putRecord(runId, record, linkOf(turn.run), values);
    if (put.kind === 'exists' && put.record.nonce !== nonce) return 'lost';
    noteRecord(turn, { number, nonce }, chunk);
  }
  warnIfNearlyFull(turn, { events, bytes });
  return 'committed';
}

/** The record of this number is in the table, and is this turn's. */
export function noteRecord(
  turn: Turn,
  { number, nonce }: Pick<JournalRecord, 'number' | 'nonce'>,
  { entries, bytes }: Chunk,
): void {
  const { journal } = turn;
  journal.recordNumber = number;
  journal.nonce = nonce;
  if (number === 1) {
    turn.startsRun = true;
    emitStarted(turn);
  }
  for (const entry of entries) if ('messageId' in entry) journal.messageIds.add(entry.messageId);
  countChildren(journal.openChildren, entries);
  countStreams(journal.streams, entries);
  addToLength(journal, entries, bytes);
}

/** What goes into one record, and the bytes of its stored form, a JSON array. */
export interface Chunk {
  readonly entries: readonly JournalEntry[];
  readonly bytes: number;
}

/**
 * In order; a single entry may exceed the limit, its value has its own. A patch shares a record with everything that its
 * event led to, since which commands belong to its branch is not known here. Otherwise, if the worker died in between,
 * code from before the patch could ask for the other branch, and no code that knows the patch could replay that.
 */
export function chunksOf(entries: readonly JournalEntry[], limitBytes: number): Chunk[] {
  const all: Chunk[] = [];
  let open: JournalEntry[] = [];
  let texts: string[] = [];
  let openBytes = 0;
  let openStreamBytes = 0;
  let isOfPatch = false;
  const close = (): void => {
    if (open.length > 0) {
      const bytes = openBytes + open.length + 1; // with the brackets, and a comma between two
      rememberText(open, `[${texts.join(',')}]`, bytes);
      all.push({ entries: open, bytes });
    }
    open = [];
    texts = [];
    openBytes = 0;
    openStreamBytes = 0;
  };
  for (const entry of entries) {
    const text = JSON.stringify(entry);
    const bytes = Buffer.byteLength(text);
    isOfPatch &&= isCommandEntry(entry);
    const ofStreams = streamBytes(entry);
    if (openBytes + bytes > (isOfPatch ? LARGEST_RECORD_BYTES : limitBytes)) close();
    else if (openStreamBytes + ofStreams > RECORD_STREAM_BYTES) close();
    isOfPatch ||= entry.kind === 'patched';
    open.push(entry);
    texts.push(text);
    openBytes += bytes;
    openStreamBytes += ofStreams;
  }
  close();
  return all;
}
