/**
 * The Store in one process: the same answers as the table gives, without the table.
 *
 * Each method is atomic: it does all of its work before any other code runs. What goes in and comes out is
 * copied, so that nothing is shared by reference. It has no faults of its own: a wrapper adds them.
 */
import type { Encoded } from '../core/encoded.ts';
import { SHORTEST_RETENTION_MS } from '../core/shortest-retention.ts';
import type { JournalRecord } from '../journal/record.ts';
import { BUCKET_LIMITS, TABLE_LIMITS, type ContentLimits } from '../ports/content-limits.ts';
import { lettersOf } from '../ports/letters.ts';
import { isKeyedId, type LoadedMessage, type Message, type UpdateAnswer } from '../ports/message.ts';
import {
  NO_WORKFLOWS_LISTED,
  type WorkflowList,
  type ChangeWorkflowListResult,
  type HoldRun,
  type HoldRunResult,
  type PutRunBackResult,
} from '../ports/paused-workflows.ts';
import type { MakeDueResult } from '../ports/pool.ts';
import { whatIsThere } from '../ports/first-turn.ts';
import { withRecordsInItem } from '../ports/tail.ts';
import type { RunItem } from '../ports/run-item.ts';
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
  TakeLease,
  TakeLeaseResult,
  WatchRunResult,
} from '../ports/store.ts';
import type { AcceptMessageResult, PutMessageResult } from '../ports/sending.ts';
import type { PauseRun, PauseRunResult, ResumeRun } from '../ports/pause-run.ts';
import type { StreamValues } from '../ports/stream-values.ts';
import type { TransactRecord, TransactResult } from '../ports/transact.ts';
import type { DeleteRunResult, PurgeResult } from '../ports/run-removal.ts';
import type { RunPage, RunQuery } from '../ports/run-query.ts';
import { asBytes, checkRecordSize, checkSize, checkStreamSize, fromItemText, toItemText } from './item-text.ts';
import { inPages, toPageOfRuns } from './page-of-runs.ts';
import { MemorySealedItems } from './memory-sealed-items.ts';
import { MemoryTables } from './tables/memory-tables.ts';
import { digestOf, Partition, shown, strangersOf } from './partition.ts';
import {
  acceptMessage,
  continueRun,
  createRunState,
  finishRun,
  holdRun,
  isToPurge,
  putRunBack,
  pauseRun,
  postponePurge,
  releaseLease,
  renewLease,
  resumeRun,
  retryRun,
  makeRunDue,
  settleEnd,
  takeLease,
  watchRun,
  whyNotDeleted,
} from './run-state.ts';
import type { RunState, Transition } from './run-state.ts';

/** What a MemoryStore stands for. */
export interface MemoryStoreOptions {
  /**
   * As in the construct: with a bucket for what is too large for the table (the default), or, with `false`, without one
   * and with its lower limits.
   */
  readonly payloadBucket?: boolean;
}

/**
 * A Store for tests, simulations and the local run. It takes what the table and its bucket take.
 *
 * @example
 * ```ts
 * const ping = workflow('ping', function* () {
 *   return yield* step('answer', () => 'pong');
 * });
 * const engine = createTestEngine({ workflows: [ping], store: new MemoryStore() });
 * await engine.run(ping); // => 'pong'
 * ```
 */
export class MemoryStore extends MemorySealedItems implements Store {
  readonly limits: ContentLimits;
  /** The author's own, of transactions. */
  readonly tables = new MemoryTables();
  #workflowList: WorkflowList = NO_WORKFLOWS_LISTED;

  constructor({ payloadBucket = true }: MemoryStoreOptions = {}) {
    super();
    this.limits = payloadBucket ? BUCKET_LIMITS : TABLE_LIMITS;
  }

  async createRun(run: NewRun): Promise<CreateRunResult> {
    checkSize(TABLE_LIMITS, { runId: run.runId, key: 'run' }, JSON.stringify(run, asBytes)); // it is never in a bucket
    const partition = this.#partition(run.runId);
    if (partition.state?.isDeleted) return { kind: 'deleted', freeAtMs: partition.state.run.dueAtMs ?? 0 };
    if (partition.state) return whatIsThere(structuredClone(partition.state.run), run);
    partition.state = structuredClone(createRunState(run));
    return { kind: 'created' };
  }

  async readRun(runId: string): Promise<RunItem | undefined> {
    return structuredClone(shown(this.partitions.get(runId)?.state)?.run);
  }

  async putValue(runId: string, key: string, value: Encoded): Promise<void> {
    const text = toItemText(this.limits, { runId, key: `value#${key}` }, value);
    this.#partition(runId).values.set(key, text);
  }

  async readValue(runId: string, key: string): Promise<Encoded | undefined> {
    const text = this.partitions.get(runId)?.values.get(key);
    return text === undefined ? undefined : fromItemText(text);
  }

  async deleteValue(runId: string, key: string): Promise<void> {
    this.partitions.get(runId)?.values.delete(key);
  }

  async putMessage(runId: string, message: Message): Promise<PutMessageResult> {
    const { id, digest } = message;
    const text = toItemText(this.limits, { runId, key: `inbox#${id}` }, message);
    const { messages, receivedDigests, claims } = this.#partition(runId);
    if (digest !== undefined) {
      const received = receivedDigests.get(id);
      if (received !== undefined) return { kind: received === digest ? 'received' : 'differs' };
      const there = messages.get(id);
      if (there !== undefined && digestOf(there) !== digest) return { kind: 'differs' };
      if (there !== undefined && claims.has(id)) return { kind: 'put' };
    }
    messages.set(id, text);
    return { kind: 'put' };
  }

  async accept(
    ...[runId, messageId, inboxLimit, kind = 'signal', letter]: Parameters<Store['accept']>
  ): Promise<AcceptMessageResult> {
    return this.#update(runId, (before) => acceptMessage(before, { messageId, inboxLimit, kind, letter }));
  }

  async deleteMessages(
    runId: string,
    messageIds: readonly string[],
    { keepDigests }: DeleteMessages = { keepDigests: false },
  ): Promise<void> {
    const partition = this.partitions.get(runId);
    if (partition === undefined) return;
    const { messages, receivedDigests, answers, claims } = partition;
    for (const id of messageIds) {
      const there = messages.get(id);
      messages.delete(id);
      if (!keepDigests || !isKeyedId(id)) for (const each of [receivedDigests, answers, claims]) each.delete(id);
      else if (there !== undefined) receivedDigests.set(id, digestOf(there) ?? '');
    }
  }

  async take(runId: string, asked: TakeLease): Promise<TakeLeaseResult> {
    return this.#update(runId, (before) => takeLease(before, asked));
  }

  async loadRecords(...[runId, after, atMost, link = 1]: Parameters<Store['loadRecords']>): Promise<JournalRecord[]> {
    const partition = this.partitions.get(runId);
    const found = [...(partition?.records.get(link) ?? [])].filter(([number]) => number > after);
    const records = found.sort(([a], [b]) => a - b).map(([, text]) => fromItemText<JournalRecord>(text));
    const holder = structuredClone(shown(partition?.state)?.run ?? {});
    return withRecordsInItem(holder, records, { link, after, isCut: false }).slice(0, atMost);
  }

  async putRecord(
    ...[runId, record, link = 1, streams = []]: Parameters<Store['putRecord']>
  ): Promise<PutRecordResult> {
    checkRecordSize(this.limits, { runId, record, link });
    for (const written of streams) checkStreamSize(runId, written);
    const text = JSON.stringify(record);
    const partition = this.#partition(runId);
    const records = partition.recordsOf(link);
    const there = records.get(record.number);
    if (there !== undefined) return { kind: 'exists', record: fromItemText(there) };
    records.set(record.number, text);
    for (const written of streams) partition.addToStream(written);
    return { kind: 'put' };
  }

  async removeRecords(...[runId, records, link = 1]: Parameters<Store['removeRecords']>): Promise<void> {
    const there = this.partitions.get(runId)?.records.get(link);
    for (const { number, nonce } of records) {
      const text = there?.get(number);
      if (text !== undefined && fromItemText<JournalRecord>(text).nonce === nonce) there?.delete(number);
    }
  }

  async readStream(runId: string, name: string, from: number): Promise<readonly StreamValues[]> {
    return this.partitions.get(runId)?.readStream(name, from) ?? [];
  }

  async transact(runId: string, { record, link, writes }: TransactRecord): Promise<TransactResult> {
    const there = this.partitions.get(runId)?.recordsOf(link).get(record.number);
    if (there !== undefined) return { kind: 'exists', record: fromItemText(there) };
    checkRecordSize(this.limits, { runId, record, link });
    const done = this.tables.transact(writes);
    if (done.kind !== 'done') return done;
    return this.putRecord(runId, record, link);
  }

  async loadMessages(...[runId, messageIds, letters]: Parameters<Store['loadMessages']>): Promise<LoadedMessage[]> {
    const partition = this.partitions.get(runId);
    const inItem = lettersOf({ letters });
    return messageIds.flatMap((id): LoadedMessage[] => {
      const letter = inItem.get(id);
      if (letter !== undefined) return [letter];
      if (partition?.answers.has(id)) return [{ kind: 'answered', id }];
      const text = partition?.messages.get(id);
      return text === undefined ? [] : [fromItemText<Message>(text)];
    });
  }

  async claimUpdate(runId: string, messageId: string, epoch: number): Promise<ClaimUpdateResult> {
    const partition = this.partitions.get(runId);
    if (partition?.answers.has(messageId)) return { kind: 'answered' };
    if (!partition?.messages.has(messageId)) return { kind: 'gone' };
    partition.claims.set(messageId, Math.max(epoch, partition.claims.get(messageId) ?? 0));
    return { kind: 'claimed' };
  }

  async answerUpdate(runId: string, { messageId, epoch, answer }: AnswerUpdate): Promise<AnswerUpdateResult> {
    const text = toItemText(this.limits, { runId, key: `inbox#${messageId}` }, answer);
    const partition = this.partitions.get(runId);
    if (partition?.answers.has(messageId)) return { kind: 'answered' };
    const message = partition?.messages.get(messageId);
    if (!partition || (message === undefined && !partition.receivedDigests.has(messageId))) return { kind: 'gone' };
    if ((partition.claims.get(messageId) ?? 0) > epoch) return { kind: 'lost' };
    partition.answers.set(messageId, text);
    partition.messages.delete(messageId);
    if (message !== undefined) partition.receivedDigests.set(messageId, digestOf(message) ?? '');
    return { kind: 'answered' };
  }

  async readAnswer(runId: string, messageId: string): Promise<ReadAnswerResult> {
    const partition = this.partitions.get(runId);
    const text = partition?.answers.get(messageId);
    if (text !== undefined) return { kind: 'answered', answer: fromItemText<UpdateAnswer>(text) };
    const isThere = partition?.messages.has(messageId) === true || partition?.receivedDigests.has(messageId) === true;
    return { kind: isThere ? 'open' : 'gone' };
  }

  async renew(runId: string, renewal: RenewLease): Promise<RenewLeaseResult> {
    return this.#update(runId, (before) => renewLease(before, renewal));
  }

  async release(runId: string, asked: ReleaseLease): Promise<ReleaseLeaseResult> {
    return this.#update(runId, (before) => releaseLease(before, asked));
  }

  async finish(runId: string, asked: FinishRun): Promise<FinishRunResult> {
    return this.#update(runId, (before) => finishRun(before, asked));
  }

  async watch(runId: string, watcherId: string, limit: number): Promise<WatchRunResult> {
    return this.#update(runId, (before) => watchRun(before, { watcherId, limit }));
  }

  async settleEnd(runId: string, settle: SettleEnd): Promise<void> {
    this.#update(runId, (before) => settleEnd(before, settle));
  }

  async continueRun(runId: string, next: ContinueRun): Promise<ContinueRunResult> {
    return this.#update(runId, (before) => continueRun(before, next));
  }

  async retryRun(runId: string, retry: RetryRun): Promise<RetryRunResult> {
    return this.#update(runId, (before) => retryRun(before, retry));
  }

  async pauseRun(runId: string, pause: PauseRun): Promise<PauseRunResult> {
    return this.#update(runId, (before) => pauseRun(before, pause));
  }

  async resumeRun(runId: string, resume: ResumeRun): Promise<PauseRunResult> {
    return this.#update(runId, (before) => resumeRun(before, resume));
  }

  async purge(runId: string, dueByMs: number): Promise<PurgeResult> {
    const partition = this.partitions.get(runId);
    if (!partition || !isToPurge(partition.state, dueByMs)) return { kind: 'skipped' };
    const { messages, values } = partition;
    const strangers = strangersOf(partition);
    if (messages.size + strangers.length > 0) {
      messages.clear();
      for (const key of strangers) values.delete(key);
      const { answer, after } = postponePurge(partition.state, dueByMs);
      if (after) partition.state = structuredClone(after);
      return answer;
    }
    this.partitions.delete(runId);
    return { kind: 'purged' };
  }

  async deleteRun(runId: string, nowMs: number): Promise<DeleteRunResult> {
    const partition = this.partitions.get(runId);
    const state = shown(partition?.state);
    if (!partition || !state) return { kind: 'not-found' };
    const why = whyNotDeleted(state);
    if (why !== undefined) return structuredClone(why);
    const { messages } = partition;
    const onTheirWay = strangersOf(partition).map((key) => [key, partition.values.get(key) ?? ''] as const);
    const isOnItsWay = messages.size + onTheirWay.length > 0;
    this.partitions.delete(runId);
    const { afterEnd: _afterEnd, purgeAtMs: _purgeAtMs, ...ended } = state.run;
    const { endedAtMs = nowMs, dueAtMs = 0 } = ended;
    // A sweep may have put it off, and have deleted something that was on its way.
    const mayBePutOff = dueAtMs > nowMs && dueAtMs <= nowMs + 2 * SHORTEST_RETENTION_MS;
    if (endedAtMs + SHORTEST_RETENTION_MS <= nowMs && !isOnItsWay && !mayBePutOff) return { kind: 'deleted' };
    const run = { ...ended, dueAtMs: nowMs + SHORTEST_RETENTION_MS };
    const left = this.#partition(runId);
    left.state = structuredClone({ ...state, run, isDeleted: true as const });
    for (const [id, text] of messages) left.messages.set(id, text);
    for (const [key, text] of onTheirWay) left.values.set(key, text);
    return { kind: 'deleted' };
  }

  async *listDue(nowMs: number): AsyncGenerator<readonly string[]> {
    const all = [...this.partitions.values()].flatMap(({ state }) => state?.run ?? []);
    const due = all.flatMap(({ runId, dueAtMs, pausedAtMs, isHeld }) => {
      return dueAtMs !== undefined && dueAtMs <= nowMs && pausedAtMs === undefined && !isHeld
        ? [{ runId, dueAtMs }]
        : [];
    });
    due.sort((a, b) => a.dueAtMs - b.dueAtMs);
    yield* inPages(due.map(({ runId }) => runId));
  }

  async readWorkflowList(): Promise<WorkflowList> {
    return structuredClone(this.#workflowList);
  }

  async changeWorkflowList(list: WorkflowList): Promise<ChangeWorkflowListResult> {
    if (this.#workflowList.version !== list.version - 1) return { kind: 'changed' };
    this.#workflowList = structuredClone(list);
    return { kind: 'done' };
  }

  async holdRun(runId: string, hold: HoldRun): Promise<HoldRunResult> {
    return this.#update(runId, (before) => holdRun(before, hold));
  }

  async putRunBack(runId: string, workflow: string): Promise<PutRunBackResult> {
    return this.#update(runId, (before) => putRunBack(before, workflow));
  }

  async *listHeld(workflow: string): AsyncGenerator<readonly string[]> {
    const held = this.#runs().filter((run) => run.isHeld === true && run.workflow === workflow);
    yield* inPages(held.map(({ runId }) => runId));
  }

  async makeRunDue(runId: string): Promise<MakeDueResult> {
    return this.#update(runId, makeRunDue);
  }

  async listRuns(query: RunQuery): Promise<RunPage> {
    return toPageOfRuns(this.#runs(), query);
  }

  #runs(): RunItem[] {
    return [...this.partitions.values()].flatMap(({ state }) => shown(state)?.run ?? []);
  }

  #update<Answer>(runId: string, change: (before: RunState | undefined) => Transition<Answer>): Answer {
    const partition = this.partitions.get(runId);
    const { answer, after } = change(shown(partition?.state));
    if (partition && after) partition.state = structuredClone(after);
    return structuredClone(answer);
  }

  #partition(runId: string): Partition {
    const partition = this.partitions.get(runId) ?? new Partition();
    this.partitions.set(runId, partition);
    return partition;
  }
}
