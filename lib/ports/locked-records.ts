/**
 * Records and values that cannot be decrypted now: what needs them fails, and does not go on as if they were not there. Which
 * messages records have is known all the same: no message is delivered twice.
 */
import type { Encoded } from '../core/encoded.ts';
import { findSealed } from '../core/sealed.ts';
import type { JournalRecord } from '../journal/record.ts';
import { PayloadKeyError } from './world-errors.ts';

/** The error for the first of them; undefined if all can be read. */
export function whyLocked(runId: string, records: readonly JournalRecord[]): PayloadKeyError | undefined {
  const record = records.find(({ locked }) => locked !== undefined);
  if (record === undefined) return undefined;
  const { number, locked = '' } = record;
  return new PayloadKeyError(`record ${number} of run "${runId}" cannot be decrypted: ${locked}`);
}

/** The records, if all of them can be read; else throws. */
export function unlessLocked(runId: string, records: readonly JournalRecord[]): readonly JournalRecord[] {
  const error = whyLocked(runId, records);
  if (error !== undefined) throw error;
  return records;
}

/** The error for a value that was read and could not be decrypted; undefined for any other. `what`: which it is. */
export function whyLockedValue(value: Encoded, what = 'a value'): PayloadKeyError | undefined {
  const sealed = findSealed(value);
  return sealed && new PayloadKeyError(`${what} cannot be read: ${sealed.why ?? 'it is encrypted'}`);
}

/** The ids of all messages in them, also where they cannot be decrypted. */
export function messageIdsIn(records: readonly JournalRecord[]): string[] {
  return records.flatMap(({ entries, messageIds = [] }) => [
    ...messageIds,
    ...(Array.isArray(entries) ? entries.flatMap(messageIdOf) : []),
  ]);
}

/** Of a record that was changed by hand too, whose entries may be anything. */
export function messageIdOf(entry: unknown): string[] {
  const { messageId } = (entry ?? {}) as { readonly messageId?: unknown };
  return typeof messageId === 'string' ? [messageId] : [];
}
