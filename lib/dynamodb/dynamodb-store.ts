/**
 * The Store on DynamoDB: each operation of docs/protocol.md as one request, its condition in `conditions.ts`, its
 * update in `run-updates.ts`, and what a refusal means in `refusals.ts`. No policy: nothing is tried again here but
 * what DynamoDB itself left undone.
 */
import type { Encoded } from '../core/encoded.ts';
import type { JournalRecord } from '../journal/record.ts';
import type { ContentLimits } from '../ports/content-limits.ts';
import type { LoadedMessage, Message } from '../ports/message.ts';
import type {
  WorkflowList,
  ChangeWorkflowListResult,
  HoldRun,
  HoldRunResult,
  PutRunBackResult,
} from '../ports/paused-workflows.ts';
import type { PayloadStore } from '../ports/payload-store.ts';
import { whatIsThere } from '../ports/first-turn.ts';
import { needsNoWake, type RunItem } from '../ports/run-item.ts';
import type { RetryRun, RetryRunResult } from '../ports/retry-run.ts';
import type {
  AnswerUpdate,
  AnswerUpdateResult,
  ClaimUpdateResult,
  ContinueRun,
  ContinueRunResult,
  CreateRunResult,
  DeleteMessages,
  FinishRun,
  FinishRunResult,
  NewRun,
  PutRecordResult,
  ReadAnswerResult,
  ReleaseLease,
  ReleaseLeaseResult,
  RenewLease,
  RenewLeaseResult,
  SettleEnd,
  Store,
  StoreOperation,
  TakeLease,
  TakeLeaseResult,
  WatchRunResult,
} from '../ports/store.ts';
import type { AcceptMessageResult, PutMessageResult } from '../ports/sending.ts';
import type { PauseRun, PauseRunResult, ResumeRun } from '../ports/pause-run.ts';
import type { StreamValues } from '../ports/stream-values.ts';
import { withRecordsInItem } from '../ports/tail.ts';
import type { TransactRecord, TransactResult } from '../ports/transact.ts';
import type { DeleteRunResult, PurgeResult } from '../ports/run-removal.ts';
import type { StartPut, StoreOfStartItems } from '../ports/start-items.ts';
import type { RunPage, RunQuery } from '../ports/run-query.ts';
import { PayloadDamagedError, StoreUnavailableError } from '../ports/world-errors.ts';
import { changeRun, conditionalWrite, type RunChange } from './conditional-write.ts';
import {
  endIsNotSettled,
  messageIsNewOrTheSame,
  recordIsNew,
  runHasFailedAsSeen,
  runIsNew,
  runIsOpenAndHasRoomForWatcher,
  runIsOpenAndInboxHasRoom,
  updateIsOpen,
  updateIsOpenToMe,
} from './conditions.ts';
import { PayloadOffload } from './payload-offload.ts';
import { deleteRun } from './delete-run.ts';
import { inParallel } from './in-parallel.ts';
import { checkItemSize } from './item-size.ts';
import { itemKey, readNumber, readText } from './item.ts';
import type { Item } from './item.ts';
import { continueChange, finishChange, releaseChange, renewChange, takeChange } from './lease-changes.ts';
import { listDue, listHeld } from './list-due.ts';
import { readHolder } from './journal-holder.ts';
import { listRuns } from './list-runs.ts';
import { deleteMessages, FETCHED_AT_ONCE, loadMessages } from './message-items.ts';
import { PoolsInTable } from './pools-in-table.ts';
import { pauseChange, resumeChange } from './pause-run.ts';
import { purgeRun } from './purge-run.ts';
import { queryRecords } from './query-records.ts';
import { toRecord } from './to-record.ts';
import {
  whyNotAccepted,
  whyNotAnswered,
  whyNotClaimed,
  whyNotPut,
  whyNotRetried,
  whyNotWatched,
} from './explain-refusals.ts';
import {
  acceptUpdate,
  answerUpdateUpdate,
  claimUpdateUpdate,
  retryUpdate,
  settleUpdate,
  watchUpdate,
} from './run-updates.ts';
import { messageSortKey, runSortKey, valueSortKey } from './schema.ts';
import { findAnswer, fromValueItem, toMessageItem, toRecordItem, toValueItem } from './stored-content.ts';
import { findRun, toRunItem } from './stored-run.ts';
import { changeWorkflowList, holdChange, putBackChange, readWorkflowList } from './workflow-list.ts';
import { startPuts } from './start-puts.ts';
import { removeRecords } from './remove-records.ts';
import { readStream, toStreamItem } from './stream-items.ts';
import { Table } from './table.ts';
import { putTogether, transact } from './transact.ts';
import type { TableOptions } from './table.ts';

/** Made by `createDynamodbStore`. */
export class DynamodbStore extends PoolsInTable implements Store, StoreOfStartItems {
  readonly limits: ContentLimits;
  readonly #table: Table;
  readonly #payloads: PayloadOffload;

  /** `payloads`: the bucket for what is too large for the table. */
  constructor({ payloads, ...table }: TableOptions & { readonly payloads?: PayloadStore | undefined }) {
    const opened = new Table(table);
    super(opened);
    this.#table = opened;
    this.#payloads = new PayloadOffload(payloads);
    this.limits = this.#payloads.limits;
  }

  async createRun(run: NewRun): Promise<CreateRunResult> {
    const item = toRunItem(run);
    checkItemSize(item);
    return conditionalWrite<CreateRunResult>(this.#table, 'createRun', keyOf(item), {
      send: () => this.#table.put('createRun', item, runIsNew),
      written: () => ({ kind: 'created' }),
      refused: (there) => {
        const stored = there && findRun(there);
        if (stored) return whatIsThere(stored.run, run);
        return there && { kind: 'deleted', freeAtMs: readNumber(there, 'dueAtMs') };
      },
    });
  }

  async startItems(run: NewRun, value: Encoded): Promise<readonly StartPut[]> {
    return startPuts(this.#table.givenName, run, value);
  }

  async readRun(runId: string): Promise<RunItem | undefined> {
    const item = await this.#table.get('readRun', itemKey(runId, runSortKey));
    return item && findRun(item)?.run;
  }

  async putValue(runId: string, key: string, value: Encoded): Promise<void> {
    const item = await this.#payloads.put(toValueItem(runId, key, value), 'value');
    await this.#table.put('putValue', item);
  }

  async readValue(runId: string, key: string): Promise<Encoded | undefined> {
    const item = await this.#table.get('readValue', itemKey(runId, valueSortKey(key)));
    const restored = item && (await this.#payloads.restore(item, 'value'));
    // A purge that has come between the item and its object leaves as little as one that came before both.
    if (restored === undefined || restored.kind === 'missing') return undefined;
    if (restored.kind === 'damaged')
      throw new PayloadDamagedError(`value "${key}" of run "${runId}"`, restored.problem);
    return fromValueItem(restored.item);
  }

  async deleteValue(runId: string, key: string): Promise<void> {
    const itemToGo = itemKey(runId, valueSortKey(key));
    await this.#table.delete('deleteValue', itemToGo);
    await this.#payloads.deleteOf([itemToGo]);
  }

  async putMessage(runId: string, message: Message): Promise<PutMessageResult> {
    const item = await this.#payloads.put(toMessageItem(runId, message), 'message');
    const { digest } = message;
    return conditionalWrite<PutMessageResult>(this.#table, 'putMessage', keyOf(item), {
      send: () => this.#table.put('putMessage', item, digest === undefined ? undefined : messageIsNewOrTheSame(digest)),
      written: () => ({ kind: 'put' }),
      refused: async (there) => {
        const answer = whyNotPut(there, digest);
        if (there && answer) await this.#payloads.discard(item, there);
        return answer;
      },
    });
  }

  async accept(
    ...[runId, messageId, inboxLimit, kind = 'signal', letter]: Parameters<Store['accept']>
  ): Promise<AcceptMessageResult> {
    const asked = { messageId, inboxLimit, kind, letter };
    return this.#change<AcceptMessageResult>('accept', runId, {
      condition: runIsOpenAndInboxHasRoom(asked),
      update: acceptUpdate(runId, asked),
      gives: 'ALL_OLD',
      written: ({ run }) => ({ kind: 'accepted', leased: needsNoWake(run, kind) }),
      refused: (there, isRepeat) => {
        const answer = whyNotAccepted(there, asked);
        const isSaidForSure = !isRepeat || answer?.kind === 'accepted' || answer?.kind === 'closed';
        // A sender who is refused for sure deletes the payload, which the request before needs when it comes late.
        if (!isSaidForSure) throw new StoreUnavailableError('accept');
        return isRepeat && answer?.kind === 'closed' ? { ...answer, isRepeat } : answer;
      },
    });
  }

  async deleteMessages(
    runId: string,
    messageIds: readonly string[],
    { keepDigests }: DeleteMessages = { keepDigests: false },
  ): Promise<void> {
    await deleteMessages(this.#table, this.#payloads, { runId, messageIds, keepDigests });
  }

  async take(runId: string, taking: TakeLease): Promise<TakeLeaseResult> {
    return this.#change('take', runId, takeChange(runId, taking));
  }

  async loadRecords(
    ...[runId, after, atMost, link = 1, run]: Parameters<Store['loadRecords']>
  ): Promise<JournalRecord[]> {
    const holder = run ?? (await readHolder(this.#table, runId));
    const pages: JournalRecord[][] = [];
    let isLastCut = false;
    for await (const { items, isCut } of queryRecords(this.#table, runId, { after, atMost, link })) {
      pages.push(await inParallel(items, FETCHED_AT_ONCE, (item) => toRecord(item, this.#payloads)));
      isLastCut = isCut;
    }
    return withRecordsInItem(holder, pages.flat(), { link, after, isCut: isLastCut }).slice(0, atMost);
  }

  async putRecord(...[runId, record, link, streams = []]: Parameters<Store['putRecord']>): Promise<PutRecordResult> {
    const values = streams.map((written) => toStreamItem(runId, written, record.nonce));
    const item = await this.#payloads.put(toRecordItem(runId, record, link), 'entries');
    return conditionalWrite<PutRecordResult>(this.#table, 'putRecord', keyOf(item), {
      send: () =>
        values.length === 0
          ? this.#table.put('putRecord', item, recordIsNew)
          : putTogether(this.#table, item, { condition: recordIsNew, beside: values }),
      written: () => ({ kind: 'put' }),
      refused: async (there) => {
        if (!there) return undefined;
        await this.#payloads.discard(item, there);
        return { kind: 'exists', record: await toRecord(there, this.#payloads) };
      },
    });
  }

  removeRecords(...[runId, records, link]: Parameters<Store['removeRecords']>): Promise<void> {
    return removeRecords(this.#table, this.#payloads, { runId, records, link });
  }

  readStream(runId: string, name: string, from: number): Promise<readonly StreamValues[]> {
    return readStream(this.#table, runId, { name, from });
  }

  async transact(runId: string, { record, link, writes }: TransactRecord): Promise<TransactResult> {
    const item = await this.#payloads.put(toRecordItem(runId, record, link), 'entries');
    const done = await transact(this.#table, { item, writes, nonce: record.nonce });
    if (done.kind === 'put') return done;
    const there = done.kind === 'exists' ? done.there : undefined;
    // Where the record is not there yet, a request before this one may still bring it.
    if (there !== undefined) await this.#payloads.discard(item, there);
    return done.kind === 'exists' ? { kind: 'exists', record: await toRecord(done.there, this.#payloads) } : done;
  }

  async loadMessages(...[runId, messageIds, letters]: Parameters<Store['loadMessages']>): Promise<LoadedMessage[]> {
    return loadMessages(this.#table, this.#payloads, { runId, messageIds, letters });
  }

  async claimUpdate(runId: string, messageId: string, epoch: number): Promise<ClaimUpdateResult> {
    const key = itemKey(runId, messageSortKey(messageId));
    const claim = { update: claimUpdateUpdate(epoch), condition: updateIsOpen, gives: 'ALL_NEW' } as const;
    return conditionalWrite<ClaimUpdateResult>(this.#table, 'claimUpdate', key, {
      send: () => this.#table.update('claimUpdate', key, claim),
      written: () => ({ kind: 'claimed' }),
      refused: whyNotClaimed,
    });
  }

  async answerUpdate(runId: string, { messageId, epoch, answer }: AnswerUpdate): Promise<AnswerUpdateResult> {
    const key = itemKey(runId, messageSortKey(messageId));
    const update = {
      update: answerUpdateUpdate(answer),
      condition: updateIsOpenToMe(epoch),
      gives: 'ALL_NEW',
    } as const;
    const answered = await conditionalWrite<AnswerUpdateResult>(this.#table, 'answerUpdate', key, {
      send: () => this.#table.update('answerUpdate', key, update),
      written: () => ({ kind: 'answered' }),
      refused: (there) => whyNotAnswered(there, epoch),
    });
    if (answered.kind === 'answered') await this.#payloads.deleteOf([key]);
    return answered;
  }

  async readAnswer(runId: string, messageId: string): Promise<ReadAnswerResult> {
    const item = await this.#table.get('readAnswer', itemKey(runId, messageSortKey(messageId)));
    const answer = item && findAnswer(item);
    if (answer !== undefined) return { kind: 'answered', answer };
    return { kind: item ? 'open' : 'gone' };
  }

  async renew(runId: string, renewal: RenewLease): Promise<RenewLeaseResult> {
    return this.#change('renew', runId, renewChange(runId, renewal));
  }

  async release(runId: string, release: ReleaseLease): Promise<ReleaseLeaseResult> {
    return this.#change('release', runId, releaseChange(runId, release));
  }

  async finish(runId: string, finish: FinishRun): Promise<FinishRunResult> {
    return this.#change('finish', runId, finishChange(runId, finish));
  }

  async watch(runId: string, watcherId: string, limit: number): Promise<WatchRunResult> {
    const asked = { watcherId, limit };
    return this.#change<WatchRunResult>('watch', runId, {
      condition: runIsOpenAndHasRoomForWatcher(asked),
      update: watchUpdate(watcherId),
      gives: 'ALL_OLD',
      written: () => ({ kind: 'watching' }),
      refused: (there) => whyNotWatched(there, asked),
    });
  }

  async settleEnd(runId: string, settle: SettleEnd): Promise<void> {
    const condition = endIsNotSettled(settle);
    const update = { condition, update: settleUpdate(settle), gives: 'ALL_OLD' } as const;
    await this.#table.update('settleEnd', itemKey(runId, runSortKey), update); // refused: it was settled before
  }

  async continueRun(runId: string, next: ContinueRun): Promise<ContinueRunResult> {
    return this.#change('continueRun', runId, continueChange(runId, next));
  }

  async retryRun(runId: string, retry: RetryRun): Promise<RetryRunResult> {
    return this.#change<RetryRunResult>('retryRun', runId, {
      condition: runHasFailedAsSeen(retry),
      update: retryUpdate(retry),
      gives: 'ALL_OLD',
      written: () => ({ kind: 'done' }),
      refused: (there, isRepeat) => whyNotRetried(there, retry, isRepeat),
    });
  }

  async pauseRun(runId: string, pause: PauseRun): Promise<PauseRunResult> {
    return this.#change('pauseRun', runId, pauseChange(pause));
  }

  async resumeRun(runId: string, resume: ResumeRun): Promise<PauseRunResult> {
    return this.#change('resumeRun', runId, resumeChange(runId, resume));
  }

  readWorkflowList(): Promise<WorkflowList> {
    return readWorkflowList(this.#table);
  }

  changeWorkflowList(list: WorkflowList): Promise<ChangeWorkflowListResult> {
    return changeWorkflowList(this.#table, list);
  }

  async holdRun(runId: string, hold: HoldRun): Promise<HoldRunResult> {
    return this.#change('holdRun', runId, holdChange(runId, hold));
  }

  async putRunBack(runId: string, workflow: string): Promise<PutRunBackResult> {
    return this.#change('putRunBack', runId, putBackChange(runId, workflow));
  }

  listHeld(workflow: string): AsyncGenerator<readonly string[]> {
    return listHeld(this.#table, workflow);
  }

  async purge(runId: string, dueByMs: number): Promise<PurgeResult> {
    return purgeRun(this.#table, this.#payloads, { runId, dueByMs });
  }

  async deleteRun(runId: string, nowMs: number): Promise<DeleteRunResult> {
    return deleteRun(this.#table, this.#payloads, { runId, nowMs });
  }

  listDue(dueByMs: number, begin = 0): AsyncGenerator<readonly string[]> {
    return listDue(this.#table, { dueByMs, begin });
  }

  async listRuns(query: RunQuery): Promise<RunPage> {
    return listRuns(this.#table, query);
  }

  async #change<Answer>(operation: StoreOperation, runId: string, change: RunChange<Answer>): Promise<Answer> {
    return changeRun(this.#table, operation, runId, change);
  }
}

function keyOf(item: Item): Item {
  return itemKey(readText(item, 'pk'), readText(item, 'sk'));
}
