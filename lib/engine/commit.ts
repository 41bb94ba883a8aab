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
import type { JournalTail } from './warm-runs.ts';

/**
 * Group commit: everything since the last commit goes into one record, or into a few if it is large. The first of them has the
 * tail in front, which then counts no more. `putsTail`: it is put although nothing else is.
 */
export async function commit(turn: Turn, { putsTail = false } = {}): Promise<'committed' | 'lost'> {
  const { engine, runId, epoch, nonce, journal } = turn;
  const entries = turn.unwritten.take();
  turn.early = undefined;
  if (entries.length === 0 && !turn.isHolding && !putsTail) return 'committed';
  const { events, bytes } = journal;
  for (const chunk of chunksOf(entries, engine.maxRecordBytes, journal.tail?.entries)) {
    const number = journal.recordNumber + 1;
    const record = { number, epoch, nonce, entries: chunk.entries };
    const added = withoutTail(chunk, journal.tail);
    const values = valuesFor(journal.streams, added.entries);
    const put = await engine.store.putRecord(runId, record, linkOf(turn.run), values);
    if (put.kind === 'exists' && put.record.nonce !== nonce) return 'lost';
    noteRecord(turn, { number, nonce }, added);
  }
  warnIfNearlyFull(turn, { events, bytes });
  return 'committed';
}

/** The record of this number is in the table, and is this turn's. `added`: without the tail, which was noted before. */
export function noteRecord(turn: Turn, { number, nonce }: Pick<JournalRecord, 'number' | 'nonce'>, added: Chunk): void {
  const { journal, isHolding } = turn;
  const isFirst = number === 1 && (journal.tail === undefined || isHolding);
  journal.recordNumber = number;
  journal.nonce = nonce;
  journal.tail = undefined;
  turn.isHolding = false;
  turn.isNumberUsed = false;
  if (isFirst) {
    turn.startsRun = true;
    emitStarted(turn);
  }
  noteEntries(turn, added);
}

/** They are in the journal, or about to be. */
export function noteEntries({ journal }: Turn, { entries, bytes }: Chunk): void {
  for (const entry of entries) if ('messageId' in entry) journal.messageIds.add(entry.messageId);
  countChildren(journal.openChildren, entries);
  countStreams(journal.streams, entries);
  addToLength(journal, entries, bytes);
}

function withoutTail(chunk: Chunk, tail: JournalTail | undefined): Chunk {
  if (tail === undefined) return chunk;
  return { entries: chunk.entries.slice(tail.entries.length), bytes: chunk.bytes - tail.bytes };
}

/** What goes into one record, and the bytes of its stored form, a JSON array. */
export interface Chunk {
  readonly entries: readonly JournalEntry[];
  readonly bytes: number;
}

/**
 * In order; a single entry may exceed the limit, its value has its own. A patch shares a record with everything that its
 * event led to, since which commands belong to its branch is not known here. Otherwise, if the worker died in between,
 * code from before the patch could ask for the other branch, and no code that knows the patch could replay that. What is `before`
 * is not split, however low the limit.
 */
export function chunksOf(
  entries: readonly JournalEntry[],
  limitBytes: number,
  before: readonly JournalEntry[] = [],
): Chunk[] {
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
  for (const entry of before) {
    const text = JSON.stringify(entry);
    open.push(entry);
    texts.push(text);
    openBytes += Buffer.byteLength(text);
  }
  if (entries[0]?.kind === 'taken-over') close(); // it begins a record
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
