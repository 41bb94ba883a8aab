/** A run of an engine elsewhere: each call is a request. */
import { randomUUID } from 'node:crypto';
import type { DescribeOptions, RunDescription, RunSummary } from '../../client/describe-run.ts';
import type { ResultOptions } from '../../client/await-result.ts';
import type { HistoryEvent } from '../../client/history-event.ts';
import type { HistoryOptions } from '../../client/run-history.ts';
import type { AsText } from '../../client/explain-run.ts';
import type { ForkOptions } from '../../client/fork-run.ts';
import { checkOptions } from '../../client/options.ts';
import type { StreamPage, StreamPageOptions, StreamReadOptions } from '../../client/read-stream.ts';
import type { RetryOptions } from '../../client/retry-run.ts';
import type { ControlOptions, Run, SignalOptions, TerminateOptions } from '../../client/run.ts';
import { keyOf, type UpdateOptions } from '../../client/send-update.ts';
import { toMilliseconds } from '../../core/duration.ts';
import { TimeoutError } from '../../core/errors.ts';
import { RunCancelledError, RunFailedError, RunTerminatedError } from '../../core/run-errors.ts';
import { isClosed, type RunStatus } from '../../core/run-status.ts';
import type { Stream, StreamEntry } from '../../core/stream.ts';
import type { AwaitPoint, WaitingTask, WaitsFor } from '../../core/waits-for.ts';
import { pauseReally } from '../real-time.ts';
import { errorFromJson, type RemoteApi } from './remote-api.ts';
import { refusing } from './not-remote.ts';

/** The API waits no longer for the end of a run, or for the answer of an update. */
const LONGEST_WAIT_MS = 20_000;

export interface RemoteRunOptions {
  readonly api: RemoteApi;
  readonly id: string;
  /** For what is waited for without a limit of its own. */
  readonly timeoutMs: number;
  /** Where its engine's clock can be moved: waits until all is at rest, at that time if one is given. */
  readonly moveClock?: ((toMs?: number) => Promise<void>) | undefined;
  /** Told of each run that begins or goes on by a call of this one: a fork, or a run that is tried again. */
  readonly goesOn: (id: string) => void;
}

/** What an engine elsewhere can do with a run; everything else of a Run is an error that says so. */
export function createRemoteRun<R>(options: RemoteRunOptions): Run<R> {
  return refusing<Run<R>>(new RemoteRun(options), 'a run of connectTestEngine()');
}

class RemoteRun {
  readonly id: string;
  readonly #options: RemoteRunOptions;
  readonly #api: RemoteApi;
  readonly #timeoutMs: number;
  readonly #path: string;
  readonly #moveClock: RemoteRunOptions['moveClock'];

  constructor(options: RemoteRunOptions) {
    const { api, id, timeoutMs, moveClock } = options;
    this.id = id;
    this.#options = options;
    this.#api = api;
    this.#timeoutMs = timeoutMs;
    this.#moveClock = moveClock;
    this.#path = `/runs/${encodeURIComponent(id)}`;
  }

  async result(options: ResultOptions = {}): Promise<unknown> {
    checkOptions('result', options, ['timeout']);
    const { timeout } = options;
    const limitMs = timeout === undefined ? this.#timeoutMs : toMilliseconds(timeout, 'the timeout of result()');
    const run = await this.#readAtEnd(limitMs);
    switch (run.status) {
      case 'completed':
        return run.result;
      case 'failed':
        throw new RunFailedError(this.id, run.workflow, errorFromJson(run.error));
      case 'cancelled':
        throw new RunCancelledError(this.id, run.reason ?? '');
      case 'terminated':
        throw new RunTerminatedError(this.id, run.reason ?? '');
      default:
        throw new TimeoutError(
          `run "${this.id}" has not ended within ${limitMs / 1000} s of real time: it is ${run.status}` +
            (run.blocked === undefined ? '' : `, because ${run.blocked.reason}`),
        );
    }
  }

  async signal(
    signal: { readonly name: string } | string,
    payload?: unknown,
    options: SignalOptions = {},
  ): Promise<void> {
    checkOptions('signal', options, ['idempotencyKey']);
    await this.#post(`/signals/${nameIn(signal)}`, payload, options.idempotencyKey);
  }

  async query(query: { readonly name: string } | string, args?: unknown): Promise<unknown> {
    const path = `${this.#path}/queries/${nameIn(query)}`;
    const answer = await this.#api.call(path, args === undefined ? {} : { method: 'POST', body: args });
    return answer.body;
  }

  async update(
    update: { readonly name: string } | string,
    input?: unknown,
    options: UpdateOptions = {},
  ): Promise<unknown> {
    // With a key of its own where there is none: an answer that takes longer is asked for again.
    const idempotencyKey = keyOf(options) ?? randomUUID();
    const { timeout } = options;
    const limitMs = timeout === undefined ? this.#timeoutMs : toMilliseconds(timeout, 'the timeout of update()');
    const untilMs = Date.now() + limitMs;
    for (;;) {
      const waitMs = Math.max(0, Math.min(LONGEST_WAIT_MS, untilMs - Date.now()));
      const answer = await this.#api.call(`${this.#path}/updates/${nameIn(update)}`, {
        ...{ method: 'POST', body: input, idempotencyKey, query: { wait: `${waitMs}ms` } },
      });
      if (answer.status !== 202) return answer.body;
      if (Date.now() >= untilMs) {
        throw new TimeoutError(`update ${nameIn(update)} of run "${this.id}" has no answer within ${limitMs / 1000} s`);
      }
    }
  }

  async describe(options: DescribeOptions = {}): Promise<RunDescription> {
    checkOptions('describe', options, ['wait', 'tasks', 'locals']);
    const { wait, tasks, locals } = options;
    const waitMs = wait === undefined ? 0 : toMilliseconds(wait, 'the wait of describe()');
    return toDescription(await this.#readAtEnd(waitMs, { tasks, locals }));
  }

  async *history(options: HistoryOptions = {}): AsyncGenerator<HistoryEvent> {
    checkOptions('history', options, ['link']);
    const { link } = options;
    let cursor: string | undefined;
    do {
      const query = { cursor, link: link === undefined ? undefined : String(link) };
      const { body } = await this.#api.call(`${this.#path}/history`, { query });
      const page = body as { readonly events: readonly HistoryEvent[]; readonly cursor?: string };
      for (const event of page.events) yield toHistoryEvent(event);
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  async *stream<T>(stream: Stream<T, never> | string, options: StreamReadOptions = {}): AsyncGenerator<StreamEntry<T>> {
    checkOptions('stream', options, ['from', 'follow']);
    const { from = 1, follow = false } = options;
    for (let next = from; ;) {
      const page = await this.streamPage(stream, {
        from: next,
        wait: follow && !this.#moveClock ? LONGEST_WAIT_MS : 0,
      });
      yield* page.entries as readonly StreamEntry<T>[];
      next = page.next;
      if (page.isOver || (page.entries.length === 0 && !follow)) return;
      if (page.entries.length === 0) await this.#moveOn();
    }
  }

  async streamPage(stream: Stream<unknown, never> | string, options: StreamPageOptions = {}): Promise<StreamPage> {
    checkOptions('streamPage', options, ['from', 'limit', 'wait']);
    const { from, limit, wait } = options;
    const waitMs = wait === undefined ? undefined : toMilliseconds(wait, 'the wait of streamPage()');
    const query = {
      from: from === undefined ? undefined : String(from),
      limit: limit === undefined ? undefined : String(limit),
      wait: waitMs === undefined ? undefined : `${waitMs}ms`,
    };
    const { body } = await this.#api.call(`${this.#path}/streams/${nameIn(stream)}`, { query });
    const { entries, next, ended } = body as Pick<StreamPage, 'entries' | 'next'> & { readonly ended: boolean };
    return { entries, next, isOver: ended };
  }

  async cancel(reason?: string, options: ControlOptions = {}): Promise<void> {
    checkOptions('cancel', options, ['idempotencyKey']);
    await this.#post('/cancel', { reason }, options.idempotencyKey);
  }

  async terminate(reason?: string, options: TerminateOptions = {}): Promise<void> {
    checkOptions('terminate', options, ['idempotencyKey', 'undo']);
    const { undo, idempotencyKey } = options;
    await this.#post('/terminate', { reason, undo }, idempotencyKey);
  }

  async pause(): Promise<void> {
    await this.#post('/pause', undefined);
  }

  async resume(): Promise<void> {
    await this.#post('/resume', undefined);
    this.#options.goesOn(this.id);
  }

  async delete(): Promise<void> {
    await this.#api.call(this.#path, { method: 'DELETE' });
  }

  async retry(options: RetryOptions = {}): Promise<void> {
    checkOptions('retry', options, ['force']);
    await this.#post('/retry', options);
    this.#options.goesOn(this.id);
  }

  async fork(options: ForkOptions): Promise<Run<unknown>> {
    checkOptions('fork', options, ['before', 'input', 'id']);
    const { body } = await this.#api.call(`${this.#path}/fork`, { method: 'POST', body: options });
    const { id } = body as { readonly id: string };
    this.#options.goesOn(id);
    return createRemoteRun({ ...this.#options, id });
  }

  async #post(path: string, body: unknown, idempotencyKey?: string): Promise<void> {
    await this.#api.call(`${this.#path}${path}`, { method: 'POST', body, idempotencyKey });
  }

  /** Where its engine's clock can be moved: to what is due next. */
  async #moveOn(): Promise<void> {
    if (this.#moveClock === undefined) return;
    await this.#moveClock();
    const { status, dueAt } = (await this.#api.call(this.#path, {})).body as RemoteDescription;
    if (!isClosed(status) && dueAt !== undefined) await this.#moveClock(Date.parse(dueAt));
  }

  /** As it is when it has ended, or when the time is over. */
  async #readAtEnd(
    limitMs: number,
    { tasks, locals }: Pick<DescribeOptions, 'tasks' | 'locals'> = {},
  ): Promise<RemoteDescription> {
    const untilMs = Date.now() + limitMs;
    for (;;) {
      await this.#moveClock?.();
      const waitMs = this.#moveClock ? 0 : Math.max(0, Math.min(LONGEST_WAIT_MS, untilMs - Date.now()));
      const query = {
        wait: waitMs > 0 ? `${waitMs}ms` : undefined,
        tasks: tasks === undefined ? undefined : String(tasks),
        locals: locals === undefined ? undefined : String(locals),
      };
      const run = (await this.#api.call(this.#path, { query })).body as RemoteDescription;
      if (isClosed(run.status) || run.status === 'blocked' || Date.now() >= untilMs) return run;
      if (this.#moveClock && run.dueAt !== undefined) await this.#moveClock(Date.parse(run.dueAt));
      else if (waitMs < 50) await pauseReally(50);
    }
  }
}

/** As the API shows it: times are texts, and errors plain objects. */
export interface RemoteDescription {
  readonly id: string;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly createdAt: string;
  readonly endedAt?: string;
  readonly dueAt?: string;
  readonly deadline?: string;
  readonly result?: unknown;
  readonly error?: unknown;
  readonly reason?: string;
  readonly blocked?: { readonly reason: string; readonly since: string };
  readonly workflowPaused?: { readonly since: string };
  readonly waitsForPools?: readonly { readonly since: string }[];
  readonly waitsFor?: AsText<WaitsFor>;
}

export function toSummary(run: RemoteDescription): RunSummary {
  return withDates(run, ['createdAt', 'endedAt']) as unknown as RunSummary;
}

function toDescription(run: RemoteDescription): RunDescription {
  const described = {
    ...withDates(run, ['createdAt', 'endedAt', 'dueAt', 'deadline', 'scheduledAt', 'pausedAt']),
    ...(run.blocked && { blocked: withDates(run.blocked, ['since']) }),
    ...(run.waitsForPools && { waitsForPools: run.waitsForPools.map((wait) => withDates(wait, ['since'])) }),
    ...(run.workflowPaused && { workflowPaused: withDates(run.workflowPaused, ['since']) }),
    ...(run.waitsFor && { waitsFor: toWaitsFor(run.waitsFor) }),
    ...(run.error !== undefined && { error: errorFromJson(run.error) }),
  };
  return described as unknown as RunDescription;
}

function toWaitsFor(waitsFor: AsText<WaitsFor>): WaitsFor {
  return waitsFor.from === 'code'
    ? { ...waitsFor, tasks: waitsFor.tasks.map(toTask) }
    : { ...waitsFor, awaits: waitsFor.awaits.map(toAwait) };
}

function toTask(task: AsText<WaitingTask>): WaitingTask {
  return { ...task, awaits: task.awaits.map(toAwait), tasks: task.tasks.map(toTask) };
}

function toAwait(point: AsText<AwaitPoint>): AwaitPoint {
  const shown = {
    ...withDates(point, ['since', 'until', 'retryAt']),
    ...('heartbeat' in point && { heartbeat: withDates(point.heartbeat, ['at']) }),
  };
  return shown as unknown as AwaitPoint;
}

function toHistoryEvent(event: HistoryEvent): HistoryEvent {
  return {
    ...(withDates(event, ['at', 'dueAt', 'retryAt']) as unknown as HistoryEvent),
    ...(event.error === undefined ? {} : { error: errorFromJson(event.error) }),
  };
}

function withDates(object: object, names: readonly string[]): Record<string, unknown> {
  const given = Object.entries(object) as [string, unknown][];
  return Object.fromEntries(
    given.map(([name, value]) => [name, names.includes(name) && typeof value === 'string' ? new Date(value) : value]),
  );
}

function nameIn(named: { readonly name: string } | string): string {
  return encodeURIComponent(typeof named === 'string' ? named : named.name);
}
