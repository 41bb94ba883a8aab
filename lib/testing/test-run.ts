/** A run of the testing kit: waiting for something of it moves the clock. */
import { isClosed, type RunStatus } from '../core/run-status.ts';
import type { DescribeOptions, RunDescription } from '../client/describe-run.ts';
import type { ResultOptions } from '../client/await-result.ts';
import { notSettledError } from '../client/delete-run.ts';
import { findAnswer, toResult } from '../client/await-update.ts';
import { updateIdFromKey } from '../client/identifiers.ts';
import type { StreamPage, StreamPageOptions, StreamReadOptions } from '../client/read-stream.ts';
import { keyOf, type UpdateOptions } from '../client/send-update.ts';
import { NotFailedError, RunNotFoundError } from '../core/run-errors.ts';
import type { ForkOptions } from '../client/fork-run.ts';
import type { RetryOptions } from '../client/retry-run.ts';
import type { ControlOptions, Run, SignalOptions } from '../client/run.ts';
import type { ExportOptions } from '../client/export-history.ts';
import type { HistoryDocument } from '../client/history-document.ts';
import type { HistoryEvent } from '../client/history-event.ts';
import type { HistoryOptions, PlacedEvent } from '../client/run-history.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { TimeoutError } from '../core/errors.ts';
import type { Signal } from '../core/signal.ts';
import type { Stream, StreamEntry } from '../core/stream.ts';
import { isToTell } from '../ports/run-item.ts';
import type { Cloud } from './cloud.ts';
import { followStream } from './follow-stream.ts';
import type { Timeline } from './timeline.ts';
import { describeWaiting, RunStuckError } from './waiting.ts';

/** As long as a client waits. */
const SETTLING_MS = 2_000;

/** A run whose end is not waited for but brought about. */
export class TestRun<R> implements Run<R> {
  readonly id: string;
  readonly #run: Run<R>;
  readonly #cloud: Cloud;
  readonly #timeline: Timeline;

  constructor(run: Run<R>, cloud: Cloud, timeline: Timeline) {
    this.id = run.id;
    this.#run = run;
    this.#cloud = cloud;
    this.#timeline = timeline;
  }

  async result(options: ResultOptions = {}): Promise<R> {
    const status = await this.#bringToItsEnd(options.timeout);
    if (isClosed(status)) return this.#run.result({ ...options, timeout: 0 });
    const limit = JSON.stringify(options.timeout);
    throw new TimeoutError(`run "${this.id}" has not ended within ${limit} of the test's time: it is ${status}`);
  }

  async describe(options: DescribeOptions = {}): Promise<RunDescription> {
    if (options.wait !== undefined) await this.#bringToItsEnd(options.wait);
    return this.#run.describe({ ...options, wait: options.wait === undefined ? undefined : 0 });
  }

  /** The clock stands still, unless the reader follows. */
  stream<T>(stream: Stream<T, never> | string, options: StreamReadOptions = {}): AsyncIterable<StreamEntry<T>> {
    const read = this.#run.stream<T>(stream, options);
    if (options.follow !== true) return this.#afterSettling(read);
    const name = typeof stream === 'string' ? stream : stream.name;
    const { from } = options;
    const bringAbout = (next: number): Promise<'more' | 'ended'> => this.#bringMoreOf(name, { next });
    return followStream(this.#run, name, { from, bringAbout }) as AsyncIterable<StreamEntry<T>>;
  }

  async streamPage(stream: Stream<unknown, never> | string, options: StreamPageOptions = {}): Promise<StreamPage> {
    const { from = 1, wait } = options;
    const name = typeof stream === 'string' ? stream : stream.name;
    if (wait === undefined) await this.#timeline.settle();
    else await this.#bringMoreOf(name, { next: from, limit: wait });
    return this.#run.streamPage(stream, { ...options, wait: undefined });
  }

  async *#afterSettling<T>(read: AsyncIterable<StreamEntry<T>>): AsyncGenerator<StreamEntry<T>> {
    await this.#timeline.settle();
    yield* read;
  }

  async #bringMoreOf(
    stream: string,
    { next, limit }: { readonly next: number; readonly limit?: Duration },
  ): Promise<'more' | 'ended'> {
    const { store } = this.#cloud;
    const look = async (): Promise<'more' | 'ended' | undefined> => {
      const run = await store.readRun(this.id);
      if (run === undefined) throw new RunNotFoundError(this.id);
      if (isClosed(run.status)) return 'ended';
      return (await store.readStream(this.id, stream, next)).length > 0 ? 'more' : undefined;
    };
    return (await this.#bringAbout(limit, look)) ?? 'ended';
  }

  history(options?: HistoryOptions): AsyncIterable<HistoryEvent> {
    return this.#run.history(options);
  }

  historyFrom(cursor?: string, options?: HistoryOptions): AsyncIterable<PlacedEvent> {
    return this.#run.historyFrom(cursor, options);
  }

  exportHistory(options?: ExportOptions): Promise<HistoryDocument> {
    return this.#run.exportHistory(options);
  }

  signal(signal: Signal<unknown> | string, payload?: unknown, options?: SignalOptions): Promise<void> {
    return this.#cloud.callers.call(() => this.#run.signal(signal as string, payload, options));
  }

  /** What can happen now happens before. The clock stands still. */
  async query<T>(query: { readonly name: string } | string, args?: unknown): Promise<T> {
    await this.#timeline.settle();
    return (await this.#run.query(query as string, args)) as T;
  }

  async update<U>(
    update: { readonly name: string } | string,
    input?: unknown,
    options: UpdateOptions = {},
  ): Promise<U> {
    // With an id of the test's own where there is none: a caller that dies asks again for the same update.
    const id = keyOf(options) ?? this.#cloud.nextUpdateId();
    const name = typeof update === 'string' ? update : update.name;
    const send = (): Promise<unknown> => this.#run.update(update as string, input, { id, timeout: 0 });
    return (await this.answer(send, { name, id, timeout: options.timeout })) as U;
  }

  /** Sends an update, whose answer is not waited for but brought about. */
  async answer(
    send: () => Promise<unknown>,
    { name, id, timeout }: { readonly name: string; readonly id: string; readonly timeout: Duration | undefined },
  ): Promise<unknown> {
    const sent = await this.#cloud.callers.call(() => withoutTimeout(send));
    if (sent.kind === 'answered') return sent.value;
    const { store } = this.#cloud;
    const update = { runId: this.id, messageId: updateIdFromKey(this.id, name, id), name };
    const answer = await this.#bringAbout(timeout, () => findAnswer(store, update));
    if (answer !== undefined) return toResult(store, update, answer);
    const limit = JSON.stringify(timeout);
    throw new TimeoutError(`update "${name}" of run "${this.id}" has no answer within ${limit} of the test's time`);
  }

  /** Undefined after the time limit. Without one, what will never come is an error. */
  async #bringAbout<T>(limit: Duration | undefined, look: () => Promise<T | undefined>): Promise<T | undefined> {
    const { clock } = this.#cloud;
    const limitMs = limit === undefined ? Infinity : clock.nowMs() + toMilliseconds(limit, 'the time to wait');
    let found: T | undefined;
    const how = await this.#timeline.until(async () => (found = await look()) !== undefined, limitMs);
    if (limit === undefined && how === 'stuck') throw await this.#stuckError();
    return found;
  }

  cancel(reason?: string, options?: ControlOptions): Promise<void> {
    return this.#cloud.callers.call(() => this.#run.cancel(reason, options));
  }

  terminate(reason?: string, options?: ControlOptions): Promise<void> {
    return this.#cloud.callers.call(() => this.#run.terminate(reason, options));
  }

  pause(): Promise<void> {
    return this.#cloud.callers.call(() => this.#run.pause());
  }

  resume(): Promise<void> {
    return this.#cloud.callers.call(() => this.#run.resume());
  }

  /** What can happen now happens before: the run may have ended a moment ago, and others learn of it. */
  async delete(): Promise<void> {
    const { store, clock, callers } = this.#cloud;
    const isSettled = async (): Promise<boolean> => !isToTell((await store.readRun(this.id))?.afterEnd);
    await this.#timeline.until(isSettled, clock.nowMs() + SETTLING_MS);
    if (!(await isSettled())) throw notSettledError(this.id);
    let attempts = 0;
    await callers.call(async () => {
      attempts += 1;
      await this.#run.delete().catch((error: unknown) => {
        // The attempt before, whose caller has died, has deleted it.
        if (attempts === 1 || !(error instanceof RunNotFoundError)) throw error;
      });
    });
  }

  /** A caller that dies, and asks again, finds a run that goes on already. */
  retry(options?: RetryOptions): Promise<void> {
    let attempts = 0;
    let isDone = false;
    return this.#cloud.callers.call(async () => {
      if (isDone) return;
      attempts += 1;
      try {
        await this.#run.retry(options);
      } catch (error) {
        if (attempts === 1 || !(error instanceof NotFailedError)) throw error;
      }
      isDone = true;
    });
  }

  async fork(options: ForkOptions): Promise<Run<R>> {
    const fork = await this.#cloud.callers.call(() => this.#run.fork(options));
    return new TestRun(fork, this.#cloud, this.#timeline);
  }

  /** Gives the status in which it was left. Without a limit, a run that cannot end is an error. */
  async #bringToItsEnd(limit: Duration | undefined): Promise<RunStatus> {
    const { clock } = this.#cloud;
    const limitMs = limit === undefined ? Infinity : clock.nowMs() + toMilliseconds(limit, 'the time to wait');
    let status: RunStatus = 'pending';
    const isAtAnEnd = async (): Promise<boolean> => {
      const run = await this.#cloud.store.readRun(this.id);
      if (run === undefined) throw new RunNotFoundError(this.id);
      status = run.status;
      return isClosed(run.status) || (limit === undefined && this.#isHeldByThisCode(run.status));
    };
    const how = await this.#timeline.until(isAtAnEnd, limitMs);
    const end = this.#cloud.turnEnd(this.id);
    if (limit === undefined && this.#isHeldByThisCode(status) && end?.kind === 'blocked') throw end.error;
    if (limit === undefined && how === 'stuck') throw await this.#stuckError();
    return status;
  }

  /** A run that other code could not follow is looked at once more. */
  #isHeldByThisCode(status: RunStatus): boolean {
    return status === 'blocked' && this.#cloud.turnEnd(this.id)?.kind === 'blocked';
  }

  async #stuckError(): Promise<RunStuckError> {
    const run = await this.#cloud.store.readRun(this.id);
    const { workflow = '', pausedAtMs, isHeld } = run ?? {};
    const resume = pausedAtMs !== undefined ? 'run.resume()' : isHeld ? `client.workflows.resume('${workflow}')` : '';
    const waitsFor =
      resume === ''
        ? describeWaiting(await this.#cloud.inspectRun(this.id))
        : `its resume. Call ${resume} before you wait for the end`;
    return new RunStuckError(this.id, workflow, waitsFor);
  }
}

/** An update that was sent now has no answer yet; one that was sent before may have. */
async function withoutTimeout(
  send: () => Promise<unknown>,
): Promise<{ readonly kind: 'answered'; readonly value: unknown } | { readonly kind: 'sent' }> {
  try {
    return { kind: 'answered', value: await send() };
  } catch (error) {
    if (error instanceof TimeoutError) return { kind: 'sent' };
    throw error;
  }
}
