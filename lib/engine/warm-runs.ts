/**
 * Runs that this worker keeps in memory between their turns, so that the next turn reads no journal.
 *
 * A cache, deletable at any time. It is exact: an entry counts only if the lease that is taken follows the one after
 * which it was kept, and that one was released; then no record can have been written since (fences, I2).
 *
 * Tested by: test/invariants/i10-warm-runs.test.ts
 */
import { estimateMemoryBytes } from './memory-estimate.ts';
import type { StreamUse } from '../core/stream-uses.ts';
import type { JournalEntry } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import { entriesBytes } from '../ports/entries-text.ts';
import type { RunItem } from '../ports/run-item.ts';
import { emptyJournal, type JournalLength } from './journal-length.ts';
import type { OpenChildren } from './open-children.ts';
import type { LiveMemory } from './live-memory.ts';

/** The last record, as far as it is known, and its stored form. */
export interface JournalTail {
  readonly entries: readonly JournalEntry[];
  readonly bytes: number;
}

/** How far the journal goes, and which messages are in it. */
export interface JournalHead extends JournalLength {
  /** Of the last record item; 0 for none. */
  recordNumber: number;
  /** Of the last record item. Undefined as long as there is none. */
  nonce: string | undefined;
  /** What comes behind that record, and is in no item: the run item has it, or is about to. */
  tail: JournalTail | undefined;
  readonly messageIds: Set<string>;
  /** The record at which a snapshot was tried last. Undefined: not since the run is in memory. */
  snapshotTriedAt?: number;
  /** Children that were started and whose end is not in the journal. */
  readonly openChildren: OpenChildren;
  /** How much is in the streams of the run, of entries that do not stand too. */
  readonly streams: Map<string, StreamUse>;
  /** When its first entry was written; undefined as long as there is none. */
  beganAtMs: number | undefined;
  /** The pool in which the run has a place until its end. */
  pool?: string | undefined;
}

/** Of a run of which nothing is known yet. */
export function emptyHead(): JournalHead {
  return {
    ...emptyJournal(),
    recordNumber: 0,
    nonce: undefined,
    tail: undefined,
    messageIds: new Set(),
    openChildren: new Map(),
    streams: new Map(),
    beganAtMs: undefined,
  };
}

/** Nothing was recorded yet. */
export function isEmpty({ recordNumber, tail }: JournalHead): boolean {
  return recordNumber === 0 && tail === undefined;
}

/** Where a journal ends of which these are the records behind `last`. The number of one that is damaged is not their count. */
export function endOf(
  records: readonly JournalRecord[],
  last: { readonly number: number; readonly nonce: string | undefined },
): Pick<JournalHead, 'recordNumber' | 'nonce' | 'tail'> {
  const items = records.filter(({ isTail }) => isTail !== true);
  const tail = records.find(({ isTail }) => isTail === true)?.entries;
  const { number, nonce } = items.at(-1) ?? last;
  return { recordNumber: number, nonce, tail: tail && { entries: tail, bytes: entriesBytes(tail) } };
}

export interface WarmRun {
  /** The lease under which the run was left. */
  readonly epoch: number;
  readonly journal: JournalHead;
  readonly memory: LiveMemory;
}

export interface WarmRuns {
  /** Returns the entry, if it is exact, and removes it in any case: a turn that goes wrong leaves nothing behind. */
  take(before: RunItem): WarmRun | undefined;
  keep(runId: string, run: WarmRun): void;
}

export interface WarmLimits {
  readonly runs: number;
  /** Their memory together, as `estimateMemoryBytes` has it. */
  readonly bytes: number;
}

/** Forgets the run that was left longest ago when there are too many, or too large ones; keeps nothing with 0. */
export function createWarmRuns(limits: WarmLimits): WarmRuns {
  const runs = new Map<string, { readonly run: WarmRun; readonly bytes: number }>();
  let bytes = 0;
  const forget = (runId: string): void => {
    bytes -= runs.get(runId)?.bytes ?? 0;
    runs.delete(runId);
  };
  return {
    take(before) {
      const run = runs.get(before.runId)?.run;
      forget(before.runId);
      const isExact = run?.epoch === before.epoch && before.lease === undefined;
      return isExact ? run : undefined;
    },
    keep(runId, run) {
      forget(runId);
      const runBytes = estimateMemoryBytes(run);
      if (runBytes > limits.bytes) return; // it would push out all others, and itself
      runs.set(runId, { run, bytes: runBytes });
      bytes += runBytes;
      for (const oldest of runs.keys()) {
        if (runs.size <= limits.runs && bytes <= limits.bytes) break;
        forget(oldest);
      }
    },
  };
}
