/**
 * A Store whose values are encrypted in the store under it: the one place that they pass, on their way to a table and
 * back. What comes through its methods is in clear; what the store under it is given has no value in clear.
 *
 * A new method of Store has to be here too, or this does not compile: it says whether it has values, and which.
 *
 * Not its job: to encrypt (`cipher`), to have keys (`data-keys`). Without a payload key, it reads what was written in clear,
 * and says of all else that it is encrypted.
 */
import type { Encoded } from '../core/encoded.ts';
import { invariant } from '../core/invariant.ts';
import type { JournalRecord } from '../journal/record.ts';
import type { ContentLimits } from '../ports/content-limits.ts';
import type { LoadedMessage, Message } from '../ports/message.ts';
import { withRecordsInItem } from '../ports/tail.ts';
import type { HoldRun, WorkflowList } from '../ports/paused-workflows.ts';
import type { PauseRun, PauseRunResult, ResumeRun } from '../ports/pause-run.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { RunPage, RunQuery } from '../ports/run-query.ts';
import { PoolsInClear } from './pools-in-clear.ts';
import { hasStartItems, type StartPut, type StoreOfStartItems } from '../ports/start-items.ts';
import type {
  AnswerUpdate,
  AnswerUpdateResult,
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
  TakeLease,
  TakeLeaseResult,
  WatchRunResult,
} from '../ports/store.ts';
import type { AcceptMessageResult, PutMessageResult } from '../ports/sending.ts';
import type { StreamValues } from '../ports/stream-values.ts';
import type { RetryRun, RetryRunResult } from '../ports/retry-run.ts';
import type { TransactRecord, TransactResult } from '../ports/transact.ts';
import type { PayloadKey } from '../ports/payload-key.ts';
import { LockedMessagesError, PayloadKeyError } from '../ports/world-errors.ts';
import { DataKeys } from './data-keys.ts';
import { openMessage, REASON_UNREADABLE, sealMessage } from './messages.ts';
import { places } from './places.ts';
import { openRecord, sealRecord } from './records.ts';
import { openRun, openShows, openStored, sealNewRun, sealRetry, sealShows, sealStored } from './run-item.ts';
import { Sealer } from './sealer.ts';
import { openStream, sealStream } from './streams.ts';

export interface SealingOptions {
  /** Undefined: nothing is encrypted, and what is cannot be read. */
  readonly key?: PayloadKey | undefined;
  /** Names the table. */
  readonly table: string;
  /** Default: the clock of this machine. */
  readonly nowMs?: (() => number) | undefined;
}

/** Of a process that dies, in tests: what it has decrypted is gone from memory. */
export function forgetDataKeys(store: Store): void {
  if (store instanceof SealingStore) store.sealer.forgetKeys();
}

/** `store` with all values encrypted, if there is a key. */
export function sealingStore(store: Store & StoreOfStartItems, options: SealingOptions): Store & StoreOfStartItems;
export function sealingStore(store: Store, options: SealingOptions): Store;
export function sealingStore(store: Store, { key, table, nowMs = Date.now }: SealingOptions): Store {
  if (store instanceof SealingStore)
    return key === undefined ? store : sealingStore(store.under, { key, table, nowMs });
  const sealer = new Sealer(new DataKeys({ store, key, table, nowMs }));
  return hasStartItems(store) ? new SealingTable(store, sealer) : new SealingStore(store, sealer);
}

class SealingStore extends PoolsInClear implements Store {
  readonly limits: ContentLimits;
  readonly sealer: Sealer;
  /** What is given nothing in clear. */
  readonly under: Store;

  constructor(store: Store, sealer: Sealer) {
    super(store);
    this.under = store;
    this.sealer = sealer;
    // Encrypted, a record takes more than is left in a run item.
    this.limits = sealer.isOn ? { ...store.limits, filledRunItemBytes: 0 } : store.limits;
  }

  async createRun(run: NewRun): Promise<CreateRunResult> {
    return this.#withRun(await this.under.createRun(await sealNewRun(this.sealer, run)));
  }

  async readRun(runId: string): Promise<RunItem | undefined> {
    const run = await this.under.readRun(runId);
    return run && openRun(this.sealer, run);
  }

  async putValue(runId: string, key: string, value: Encoded): Promise<void> {
    await this.under.putValue(runId, key, await this.sealer.sealValue(places.value(runId, key), value));
  }

  async readValue(runId: string, key: string): Promise<Encoded | undefined> {
    const value = await this.under.readValue(runId, key);
    return value === undefined ? undefined : this.sealer.openValue(places.value(runId, key), value);
  }

  deleteValue(runId: string, key: string): Promise<void> {
    return this.under.deleteValue(runId, key);
  }

  async putMessage(runId: string, message: Message): Promise<PutMessageResult> {
    const { id, digest } = message;
    const keyed = digest === undefined ? undefined : await this.sealer.digest(places.messageDigest(runId, id), digest);
    const put = await this.under.putMessage(runId, await sealMessage(this.sealer, runId, message, keyed));
    if (put.kind !== 'differs' || !this.sealer.isOn) return put;
    // What is there may have come before there was a payload key: then it has the digest as it is.
    return this.under.putMessage(runId, await sealMessage(this.sealer, runId, message, digest));
  }

  /** Encrypted, a letter takes as much of a run item as is left in it: it is an item of its own. */
  async accept(
    ...[runId, messageId, inboxLimit, kind, letter]: Parameters<Store['accept']>
  ): Promise<AcceptMessageResult> {
    if (letter !== undefined && this.sealer.isOn) return { kind: 'put-first' };
    return this.#withRun(await this.under.accept(runId, messageId, inboxLimit, kind, letter));
  }

  deleteMessages(runId: string, messageIds: readonly string[], options?: DeleteMessages): Promise<void> {
    return this.under.deleteMessages(runId, messageIds, options);
  }

  /** A lease is not taken while KMS does not answer: the run would have to wait until it is over. */
  async take(runId: string, take: TakeLease): Promise<TakeLeaseResult> {
    const keyAway = await this.sealer.findKeyAway();
    const taken = await this.under.take(runId, take);
    if (taken.kind !== 'taken') return this.#withRun(taken);
    const before = await openRun(this.sealer, taken.before);
    return { ...taken, before, ...(keyAway === undefined ? {} : { keyAway }) };
  }

  async loadRecords(
    ...[runId, after, atMost, link = 1, run]: Parameters<Store['loadRecords']>
  ): Promise<JournalRecord[]> {
    const holder = atMost === undefined ? run : undefined;
    const records = await this.under.loadRecords(runId, after, atMost, link, holder && {}); // the run is in clear
    const all = holder ? withRecordsInItem(holder, records, { link, after, isCut: false }) : records;
    if (all.every(({ sealed }) => sealed === undefined)) return all; // a promise for each takes longer than to look
    return Promise.all(all.map((record) => openRecord(this.sealer, runId, record, link)));
  }

  async putRecord(
    runId: string,
    record: JournalRecord,
    link = 1,
    values: StreamValues[] = [],
  ): Promise<PutRecordResult> {
    const sealed = await sealRecord(this.sealer, runId, record, link);
    const streams = await Promise.all(values.map((written) => sealStream(this.sealer, runId, written)));
    const put = await this.under.putRecord(runId, sealed, link, streams);
    return put.kind === 'put' ? put : { ...put, record: await openRecord(this.sealer, runId, put.record, link) };
  }

  removeRecords(...args: Parameters<Store['removeRecords']>): Promise<void> {
    return this.under.removeRecords(...args);
  }

  async readStream(runId: string, name: string, from: number): Promise<readonly StreamValues[]> {
    const parts = await this.under.readStream(runId, name, from);
    return Promise.all(parts.map((part) => openStream(this.sealer, runId, part)));
  }

  async transact(runId: string, transaction: TransactRecord): Promise<TransactResult> {
    const { record, link } = transaction;
    const sealed = await sealRecord(this.sealer, runId, record, link);
    const done = await this.under.transact(runId, { ...transaction, record: sealed });
    return done.kind === 'exists' ? { ...done, record: await openRecord(this.sealer, runId, done.record, link) } : done;
  }

  async continueRun(runId: string, next: ContinueRun): Promise<ContinueRunResult> {
    const input = await sealStored(this.sealer, places.input(runId, next.link), next.input);
    return this.#withRun(await this.under.continueRun(runId, { ...(await this.#withSealedShows(runId, next)), input }));
  }

  /** Those that can be read are on the error, where others cannot. */
  async loadMessages(...[runId, messageIds, letters]: Parameters<Store['loadMessages']>): Promise<LoadedMessage[]> {
    const found = await this.under.loadMessages(runId, messageIds, letters);
    const opened = await Promise.all(found.map((message) => openMessage(this.sealer, runId, message)));
    const messages = opened.flatMap((each) => (each.kind === 'open' ? [each.message] : []));
    const failed = opened.find((each) => each.kind !== 'open');
    if (failed !== undefined) throw new LockedMessagesError(failed.error, messages);
    return messages;
  }

  claimUpdate(runId: string, messageId: string, epoch: number): ReturnType<Store['claimUpdate']> {
    return this.under.claimUpdate(runId, messageId, epoch);
  }

  async answerUpdate(runId: string, answered: AnswerUpdate): Promise<AnswerUpdateResult> {
    const { messageId, answer } = answered;
    const value = await sealStored(this.sealer, places.answer(runId, messageId), answer.value);
    return this.under.answerUpdate(runId, { ...answered, answer: { ...answer, value } });
  }

  async readAnswer(runId: string, messageId: string): Promise<ReadAnswerResult> {
    const read = await this.under.readAnswer(runId, messageId);
    if (read.kind !== 'answered') return read;
    const value = await openStored(this.sealer, places.answer(runId, messageId), read.answer.value);
    return { ...read, answer: { ...read.answer, value } };
  }

  async renew(runId: string, renewal: RenewLease): Promise<RenewLeaseResult> {
    return this.#withRun(await this.under.renew(runId, await this.#withShowsIfThereIsAKey(runId, renewal)));
  }

  async release(runId: string, release: ReleaseLease): Promise<ReleaseLeaseResult> {
    this.#refuseTail(release);
    return this.#withRun(await this.under.release(runId, await this.#withSealedShows(runId, release)));
  }

  async finish(runId: string, finish: FinishRun): Promise<FinishRunResult> {
    this.#refuseTail(finish);
    const isClear = finish.result.kind === 'inline' && finish.result.value === REASON_UNREADABLE;
    const result = isClear ? finish.result : await sealStored(this.sealer, places.result(runId), finish.result);
    return this.#withRun(await this.under.finish(runId, { ...(await this.#withSealedShows(runId, finish)), result }));
  }

  purge(runId: string, dueByMs: number): ReturnType<Store['purge']> {
    return this.under.purge(runId, dueByMs);
  }

  async deleteRun(runId: string, nowMs: number): ReturnType<Store['deleteRun']> {
    return this.#withRun(await this.under.deleteRun(runId, nowMs));
  }

  listDue(dueByMs: number, begin?: number): AsyncIterable<readonly string[]> {
    return this.under.listDue(dueByMs, begin);
  }

  async watch(runId: string, watcherId: string, limit: number): Promise<WatchRunResult> {
    return this.#withRun(await this.under.watch(runId, watcherId, limit));
  }

  settleEnd(runId: string, settle: SettleEnd): Promise<void> {
    return this.under.settleEnd(runId, settle);
  }

  async retryRun(runId: string, retry: RetryRun): Promise<RetryRunResult> {
    const goesOnFrom = await sealRetry(this.sealer, runId, retry.goesOnFrom);
    return this.#withRun(await this.under.retryRun(runId, { ...retry, goesOnFrom }));
  }

  async pauseRun(runId: string, pause: PauseRun): Promise<PauseRunResult> {
    return this.#withRun(await this.under.pauseRun(runId, pause));
  }

  async resumeRun(runId: string, resume: ResumeRun): Promise<PauseRunResult> {
    return this.#withRun(await this.under.resumeRun(runId, resume));
  }

  readWorkflowList(): Promise<WorkflowList> {
    return this.under.readWorkflowList();
  }

  changeWorkflowList(list: WorkflowList): ReturnType<Store['changeWorkflowList']> {
    return this.under.changeWorkflowList(list);
  }

  holdRun(runId: string, hold: HoldRun): ReturnType<Store['holdRun']> {
    return this.under.holdRun(runId, hold);
  }

  putRunBack(runId: string, workflow: string): ReturnType<Store['putRunBack']> {
    return this.under.putRunBack(runId, workflow);
  }

  listHeld(workflow: string): AsyncIterable<readonly string[]> {
    return this.under.listHeld(workflow);
  }

  async listRuns(query: RunQuery): Promise<RunPage> {
    const page = await this.under.listRuns(query);
    return { ...page, runs: await Promise.all(page.runs.map((row) => openShows(this.sealer, row.runId, row))) };
  }

  /** The limits say that there is no room for one. */
  #refuseTail({ tail }: Pick<FinishRun, 'tail'>): void {
    invariant(!this.sealer.isOn || typeof tail !== 'object', 'a record was to be stored in clear, in a run item');
  }

  /** Of an answer that has the run as it is. */
  async #withRun<Answer extends object>(answer: Answer): Promise<Answer> {
    const { run } = answer as { readonly run?: RunItem };
    return run === undefined ? answer : { ...answer, run: await openRun(this.sealer, run) };
  }

  /** A lease is renewed in any case: what the run shows is written with its release. */
  async #withShowsIfThereIsAKey(runId: string, { shows, ...renewal }: RenewLease): Promise<RenewLease> {
    if (shows === undefined) return renewal;
    try {
      return { ...renewal, shows: await sealShows(this.sealer, runId, shows) };
    } catch (error) {
      if (error instanceof PayloadKeyError) return renewal;
      throw error;
    }
  }

  async #withSealedShows<Change extends Pick<FinishRun, 'shows'>>(runId: string, change: Change): Promise<Change> {
    const { shows } = change;
    return shows === undefined ? change : { ...change, shows: await sealShows(this.sealer, runId, shows) };
  }
}

class SealingTable extends SealingStore implements StoreOfStartItems {
  readonly #table: StoreOfStartItems;

  constructor(store: Store & StoreOfStartItems, sealer: Sealer) {
    super(store, sealer);
    this.#table = store;
  }

  async startItems(run: NewRun, value: Encoded): Promise<readonly StartPut[]> {
    const { runId, input } = run;
    const sealed = input.kind === 'item' ? await this.sealer.sealValue(places.value(runId, input.key), value) : value;
    return this.#table.startItems(await sealNewRun(this.sealer, run), sealed);
  }
}
