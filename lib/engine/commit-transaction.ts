/**
 * Writes what a transaction is to write, and the record that has its end, in one request (operation 31). So both are in
 * the table or neither is, and the record's condition keeps a second time from happening (I2, I5).
 *
 * Relies on: the record has a nonce that no other record has, this turn's own included. Of a request without an answer it
 * is not known whether it was carried out, or will be yet. If a repeat of it is refused, by a condition of the author's
 * say, the turn goes on and writes another record under the number. If the request before was faster, that put finds a
 * record that is not this turn's, and the turn drops. With the turn's nonce it would take that record for its own, and
 * go on with a transaction that has failed where the journal has one that succeeded.
 *
 * Tested by: test/engine/transaction.test.ts, test/engine/transaction-input.test.ts, test/invariants/i5-transaction-once.test.ts
 */
import {
  TransactionConditionError,
  TransactionConflictError,
  type FailedCondition,
  TransactionRefusedError,
} from '../core/transaction/errors.ts';
import { itemFromStored, type StoredItem } from '../core/transaction/attribute-value.ts';
import { invariant } from '../core/invariant.ts';
import type { TransactionWrite } from '../core/transaction/write.ts';
import type { JournalEvent, StepCompleted } from '../journal/event.ts';
import { entriesBytes } from '../ports/entries-text.ts';
import type { TransactResult, FailedWrite } from '../ports/transact.ts';
import { commit, noteRecord } from './commit.ts';
import { warnIfNearlyFull } from './journal-length.ts';
import { linkOf } from './link-before.ts';
import type { LiveMemory } from './live-memory.ts';
import { failureEvent } from './step-events.ts';
import type { Turn } from './turn-state.ts';

export type CommitTransactionResult =
  /** To be delivered. `isRecorded`: it is in the journal already. */
  | { readonly kind: 'event'; readonly event: JournalEvent; readonly isRecorded: boolean }
  /** Taken over. */
  | { readonly kind: 'lost' };

/** Gives the event back as it is, if it is not the end of a transaction. One that was not carried out has another end. */
export function commitTransaction(
  turn: Turn,
  memory: LiveMemory,
  event: JournalEvent,
): CommitTransactionResult | Promise<CommitTransactionResult> {
  const writes = event.kind === 'step-completed' ? turn.writes.get(event) : undefined;
  if (writes === undefined || event.kind !== 'step-completed') return { kind: 'event', event, isRecorded: false };
  return carryOut(turn, memory, event, writes);
}

async function carryOut(
  turn: Turn,
  memory: LiveMemory,
  event: StepCompleted,
  writes: readonly TransactionWrite[],
): Promise<CommitTransactionResult> {
  if ((await commit(turn, { putsTail: turn.journal.tail !== undefined })) === 'lost') return { kind: 'lost' };

  const { engine, runId, epoch, journal } = turn;
  const number = journal.recordNumber + 1;
  const record = { number, epoch, nonce: `${turn.nonce}/${number}`, entries: [event] };
  const done = await engine.store.transact(runId, { record, link: linkOf(turn.run), writes });
  if (done.kind === 'exists' && done.record.nonce !== record.nonce) return { kind: 'lost' };
  if (done.kind === 'put' || done.kind === 'exists') {
    const { events, bytes } = journal;
    noteRecord(turn, record, { entries: record.entries, bytes: entriesBytes(record.entries) });
    warnIfNearlyFull(turn, { events, bytes });
    return { kind: 'event', event, isRecorded: true };
  }
  turn.isNumberUsed = true;
  const step = memory.live.pending.get(event.id);
  invariant(step?.kind === 'step', `the transaction #${event.id} of run "${runId}" ended while nothing waits for it`);
  const failed = failureEvent(engine, step, toError(step.command.name, writes, done));
  return { kind: 'event', event: failed, isRecorded: false };
}

type NotDone = Exclude<TransactResult, { readonly kind: 'put' | 'exists' }>;

function toError(name: string, writes: readonly TransactionWrite[], done: NotDone): Error {
  switch (done.kind) {
    case 'condition-failed':
      return new TransactionConditionError(
        name,
        done.failed.map((each) => toFailedCondition(writes, each)),
      );
    case 'conflict':
      return new TransactionConflictError(name, done.why);
    case 'refused':
      return new TransactionRefusedError(name, `${done.why}${tablesOf(writes)}`);
  }
}

/** DynamoDB does not say which table is not there, or may not be written to. */
function tablesOf(writes: readonly TransactionWrite[]): string {
  const names = [...new Set(writes.map(({ table }) => `"${table}"`))];
  return ` (it writes to ${names.length === 1 ? 'table' : 'tables'} ${names.join(', ')})`;
}

function toFailedCondition(writes: readonly TransactionWrite[], { index, item }: FailedWrite): FailedCondition {
  const { action = 'check', table = '', key, isPlain = false } = writes[index] ?? {};
  const shown = (stored: StoredItem): FailedCondition['item'] & object => (isPlain ? itemFromStored(stored) : stored);
  return { index, action, table, ...(key && { key: shown(key) }), ...(item && { item: shown(item) }) };
}
