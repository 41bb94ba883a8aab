/**
 * What the process that starts a run has done of the run's first turn: it is stored by the write that creates the run
 * (operation 1). Up to its first wait the code of a run changes nothing outside, so nothing has to be stored before that.
 */
import type { Encoded } from '../core/encoded.ts';
import type { JournalEntry } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import type { Lease, RunItem } from './run-item.ts';
import type { CreateRunResult, FinishRun, NewRun, ReleaseLease } from './store.ts';

export interface FirstTurn {
  /** Of the turn. It alone says whose creation a run is: two starts may have one millisecond, workflow and input. */
  readonly nonce: string;
  /** The entries of record 1, which is in the run item from then on. Absent: they are too large, and the turn goes on to put them. */
  readonly entries?: readonly JournalEntry[];
  /** In place of the entries: they are encrypted. */
  readonly sealed?: Encoded;
  readonly then: AfterFirstRecord;
}

/** Where the turn is after its first record. */
export type AfterFirstRecord =
  /** It has the lease, as after operation 6. */
  | { readonly kind: 'goes-on'; readonly lease: Lease }
  /** As after operation 14. */
  | ({ readonly kind: 'rests' } & Pick<ReleaseLease, 'dueAtMs' | 'needsWake' | 'shows'>)
  /** As after operation 15. */
  | ({ readonly kind: 'has-ended' } & Omit<FinishRun, 'epoch' | 'wakesSeen'>);

/** The epoch of a first turn, and the number of its record. */
export const FIRST_EPOCH = 1;

/** Record 1 of a run whose first turn was taken where it was started; undefined where that is an item of its own. */
export function firstRecordOf({ firstTurn }: Pick<RunItem, 'firstTurn'>): JournalRecord | undefined {
  if (firstTurn === undefined) return undefined;
  const { nonce, entries, sealed } = firstTurn;
  if (sealed !== undefined) return { number: 1, epoch: FIRST_EPOCH, nonce, entries: [], sealed };
  return entries && { number: 1, epoch: FIRST_EPOCH, nonce, entries };
}

/** The records of a link as one list: record 1 may be in the run item. */
export function withFirstRecord(first: JournalRecord | undefined, records: readonly JournalRecord[]): JournalRecord[] {
  return first === undefined || records[0]?.number === 1 ? [...records] : [first, ...records];
}

/** The answer to a creation whose id is taken: by its own first attempt, which had no answer, if the nonce says so. */
export function whatIsThere(run: RunItem, { firstTurn }: NewRun): CreateRunResult {
  const isOwn = firstTurn !== undefined && run.firstTurn?.nonce === firstTurn.nonce;
  return isOwn ? { kind: 'created' } : { kind: 'exists', run };
}
