/**
 * The oracle's own book: what the table was seen to take in, run by run, kept apart from the table so that the two can
 * be compared.
 */
import type { Encoded } from '../../../lib/core/encoded.ts';
import { SHORTEST_RETENTION_MS } from '../../../lib/core/shortest-retention.ts';
import type { JournalRecord } from '../../../lib/journal/record.ts';
import type { Message } from '../../../lib/ports/message.ts';
import { firstRecordOf } from '../../../lib/ports/first-turn.ts';
import type { RunItem } from '../../../lib/ports/run-item.ts';
import type { AnswerUpdate, AnswerUpdateResult, TakeLease } from '../../../lib/ports/store.ts';
import type { PutMessageResult } from '../../../lib/ports/sending.ts';
import type { StreamValues } from '../../../lib/ports/stream-values.ts';
import type { TransactRecord } from '../../../lib/ports/transact.ts';
import type { DeleteRunResult, PurgeResult } from '../../../lib/ports/run-removal.ts';
import { PoolBook } from './pool-book.ts';
import { RunLedger, type TableCall } from './run-ledger.ts';
import { WorkflowBook } from './workflow-book.ts';

/** What the index of the due has of it, where sweeps look. */
function listedAtMs(item: RunItem | undefined): number | undefined {
  return item?.pausedAtMs === undefined && !item?.isHeld ? item?.dueAtMs : undefined;
}

export interface RecordPut {
  readonly record: JournalRecord;
  readonly link: number;
}

/** The record that a call has put, by itself or in a transaction, or has left in the run item; undefined if there is none. */
export function recordPut(call: TableCall, run: RunLedger): RecordPut | undefined {
  const { operation, args, answer, before, after } = call;
  if (operation === 'release' || operation === 'finish') {
    const tail = after?.tail;
    if (tail === undefined || JSON.stringify(tail) === JSON.stringify(before?.tail)) return undefined;
    return { record: { ...tail, isTail: true }, link: run.link };
  }
  if ((operation !== 'putRecord' && operation !== 'transact') || (answer as { kind: string }).kind !== 'put')
    return undefined;
  const put =
    operation === 'transact'
      ? (args[1] as TransactRecord)
      : { record: args[1] as JournalRecord, link: (args[2] as number | undefined) ?? 1 };
  return isThereAgain(put, run) ? undefined : put;
}

/** It was written, and removed behind the base that there is: the network has sent it twice. Nobody reads it. */
function isThereAgain({ record, link }: RecordPut, run: RunLedger): boolean {
  if (record.number >= (run.item?.base?.record ?? 0)) return false;
  return JSON.stringify(run.recordsOf(link)[record.number - 1]) === JSON.stringify(record);
}

/** The same without what it has in front: the tail that was there before. */
export function addedBy(call: TableCall, run: RunLedger): RecordPut | undefined {
  const put = recordPut(call, run);
  const tail = put && run.recordsOf(put.link).at(-1);
  if (put === undefined || tail?.isTail !== true) return put;
  return { ...put, record: { ...put.record, entries: put.record.entries.slice(tail.entries.length) } };
}

export class Ledger {
  readonly workflows = new WorkflowBook();
  readonly pools = new PoolBook();
  readonly runs = new Map<string, RunLedger>();
  /** Runs that were purged, and whose id was used again. */
  readonly former: RunLedger[] = [];

  /** A run is created: after the purge, or the deletion, of one of that id, it is another one. */
  begin(runId: string): RunLedger {
    const run = this.of(runId);
    if (!run.isPurged) return run;
    this.former.push(run);
    this.runs.delete(runId);
    return this.of(runId);
  }

  of(runId: string): RunLedger {
    let run = this.runs.get(runId);
    if (run === undefined) {
      run = new RunLedger(runId, this.workflows);
      this.runs.set(runId, run);
    }
    return run;
  }

  /** What is put before the run is created may have been put while a run before was there. */
  #former(runId: string): RunLedger | undefined {
    return this.former.findLast((run) => run.runId === runId);
  }

  /** When a sweep would find something at the earliest; undefined if it never would. */
  earliestDueMs(): number | undefined {
    let earliestMs: number | undefined;
    for (const { dueAtMs } of this.runs.values()) {
      if (dueAtMs !== undefined && (earliestMs === undefined || dueAtMs < earliestMs)) earliestMs = dueAtMs;
    }
    return earliestMs;
  }

  /** Takes a call in; to be told after the rules have seen it. */
  enter(run: RunLedger, call: TableCall): void {
    const { operation, args, answer, before, after, atMs } = call;
    run.item = after;
    this.pools.enter(call);
    const { lease } = after ?? {};
    const dueAtMs = listedAtMs(after);
    run.notePause(call);
    if (before !== after && operation !== 'holdRun') {
      run.wantsTurnSinceMs = dueAtMs === undefined ? Infinity : Math.max(atMs, dueAtMs, lease?.expiresAtMs ?? 0);
    }
    if (listedAtMs(before) !== dueAtMs || before === undefined) run.dueTimes.push({ atMs, dueAtMs });
    switch (operation) {
      case 'putMessage':
        if ((answer as PutMessageResult).kind !== 'put') return;
        run.messages.set((args[1] as Message).id, args[1] as Message);
        run.inbox.add((args[1] as Message).id);
        return;
      case 'answerUpdate': {
        const { messageId, answer: given } = args[1] as AnswerUpdate;
        if ((answer as AnswerUpdateResult).kind !== 'answered') return;
        run.inbox.delete(messageId);
        if (!run.answers.has(messageId)) run.answers.set(messageId, given);
        return;
      }
      case 'deleteMessages':
        for (const id of args[1] as string[]) run.inbox.delete(id);
        return;
      case 'deleteValue':
        run.values.delete(args[1] as string);
        return;
      case 'accept': {
        const id = args[1] as string;
        const isNew = after?.inboxIds.includes(id) === true && before?.inboxIds.includes(id) === false;
        if (!isNew || run.accepted.includes(id)) return;
        if (args[4] !== undefined) run.messages.set(id, args[4] as Message);
        run.accepted.push(id);
        if (after.pausedAtMs !== undefined) run.acceptedWhilePaused.add(id);
        run.noteStop(run.messages.get(id), call);
        return;
      }
      case 'putRecord':
      case 'transact': {
        const put = recordPut(call, run);
        if (put === undefined) return;
        if (run.isDeleted) return; // carried out late: what is left is purged before the id is free
        if (operation === 'putRecord') run.addValues((args[3] ?? []) as StreamValues[]);
        if (put.link === run.link) run.addRecord(structuredClone(put.record), atMs);
        else run.recordsOf(put.link).push(structuredClone(put.record));
        return;
      }
      case 'continueRun':
        if (before?.link !== after?.link && after !== undefined) run.continueAsNew(after);
        return;
      case 'take':
        if (after?.epoch === before?.epoch) return;
        run.epochOf.set(call.by, after?.epoch ?? 0);
        run.lastTakenAtMs.set(call.by, atMs);
        if (before?.lease !== undefined) run.takeoversAt.add(after?.epoch ?? 0);
        run.workerOf.set(after?.epoch ?? 0, call.by);
        run.takenAtMs.set(after?.epoch ?? 0, (args[1] as TakeLease).nowMs);
        run.formerLeaseEndedMs = before?.lease?.expiresAtMs ?? -Infinity;
        return;
      case 'release':
        enterTail(run, call);
        if (after?.blocked !== undefined) run.blockedUntilMs = after.dueAtMs ?? -Infinity;
        if (before?.lease !== undefined && after?.blocked?.tryAtMs !== undefined) {
          run.lossHolds += 1;
          run.lastLossHold = { version: after.blocked.version, tryAtMs: after.blocked.tryAtMs };
        }
        return;
      case 'createRun':
        if (before !== undefined || after === undefined) return;
        run.created = after;
        run.createdSeenAtMs = atMs;
        run.input = run.firstInput = run.valueOf(after.input) ?? this.#former(run.runId)?.valueOf(after.input);
        enterFirstTurn(run, call, after);
        return;
      case 'putValue':
        run.values.set(args[1] as string, args[2] as Encoded);
        if (run.isPurged) run.valuesSincePurge.add(args[1] as string);
        return;
      case 'finish':
        enterTail(run, call);
        if (before?.status !== after?.status && after !== undefined) run.close(after, atMs);
        return;
      case 'retryRun':
        if (before?.status === 'failed' && after?.status === 'suspended') run.reopen(call, after);
        return;
      case 'deleteRun':
        if ((answer as DeleteRunResult).kind !== 'deleted' || before === undefined) return;
        run.deletedAtMs = atMs;
        if (call.keepsId === true) keepId(run, (args[1] as number) + SHORTEST_RETENTION_MS, atMs);
        else run.isPurged = true;
        return;
      case 'purge': // with something on its way, it deletes that and nothing else
        if (run.isDeleted) {
          const purged = answer as PurgeResult;
          if (purged.kind === 'postponed') keepId(run, purged.dueAtMs, atMs);
          if (purged.kind === 'purged') run.isPurged = true;
          if (purged.kind === 'purged') keepId(run, undefined, atMs);
          return;
        }
        if (before === undefined || before.dueAtMs === after?.dueAtMs) return;
        run.inbox.clear();
        if (after === undefined) run.isPurged = true;
        else for (const key of run.unreferred()) run.values.delete(key);
        return;
      default:
    }
  }
}

function enterTail(run: RunLedger, call: TableCall): void {
  const put = recordPut(call, run);
  if (put !== undefined) run.addRecord(structuredClone(put.record), call.atMs);
}

/** A run that was created with its first turn: who created it took it in its first epoch. */
function enterFirstTurn(run: RunLedger, { by, atMs }: TableCall, item: RunItem): void {
  if (item.firstTurn === undefined) return;
  run.epochOf.set(by, item.epoch);
  run.lastTakenAtMs.set(by, atMs);
  run.workerOf.set(item.epoch, by);
  run.takenAtMs.set(item.epoch, item.createdAtMs);
  const record = firstRecordOf(item);
  if (record !== undefined) run.addRecord(structuredClone(record), atMs);
  run.close(item, atMs);
}

function keepId(run: RunLedger, untilMs: number | undefined, atMs: number): void {
  run.idKeptUntilMs = untilMs;
  run.dueTimes.push({ atMs, dueAtMs: untilMs });
}
