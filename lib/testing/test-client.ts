/** The client, in whose hands waiting moves the clock. */
import { isClosed, type RunStatus } from '../core/run-status.ts';
import { Client, type NamedSignalWithStartOptions, type SignalWithStartOptions } from '../client/client.ts';
import type { CompleteOptions } from '../client/complete-callback.ts';
import type { DescribeOptions, RunDescription } from '../client/describe-run.ts';
import type { ResultOptions } from '../client/await-result.ts';
import { RunNotFoundError } from '../core/run-errors.ts';
import type { ControlOptions, Run, SignalOptions } from '../client/run.ts';
import type { HistoryEvent, PlacedEvent } from '../client/run-history.ts';
import type { StartOptions } from '../client/start-run.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { TimeoutError } from '../core/errors.ts';
import type { Signal } from '../core/signal.ts';
import type { WorkflowSource } from '../core/workflow-registry.ts';
import type { AnyWorkflow, Workflow } from '../core/workflow.ts';
import type { Clock } from '../ports/clock.ts';
import type { Cloud } from './cloud.ts';
import type { Timeline } from './timeline.ts';
import { describeWaiting, RunStuckError } from './waiting.ts';

export interface TestClientOptions {
  readonly cloud: Cloud;
  readonly timeline: Timeline;
  readonly workflows: WorkflowSource;
}

export class TestClient extends Client {
  readonly #cloud: Cloud;
  readonly #timeline: Timeline;

  constructor({ cloud, timeline, workflows }: TestClientOptions) {
    const { store, wakes, ids } = cloud.outside;
    super({
      ...{ workflows, store, wakes, ids, log: cloud.log, clock: clockThatMoves(cloud, timeline) },
      queries: (query) => cloud.answerQuery(query),
    });
    this.#cloud = cloud;
    this.#timeline = timeline;
  }

  override start<R>(workflow: Workflow<void, R, never>): Promise<Run<R>>;
  override start<In, R>(workflow: Workflow<In, R, never>, input: In, options?: StartOptions): Promise<Run<R>>;
  override start(workflow: string, input?: unknown, options?: StartOptions): Promise<Run<unknown>>;
  override async start(
    workflow: AnyWorkflow | string,
    input?: unknown,
    options: StartOptions = {},
  ): Promise<Run<unknown>> {
    const start = (): Promise<Run<unknown>> => super.start(workflow as string, input, options);
    const run = await this.#cloud.callers.call(start);
    return new TestRun(run, this.#cloud, this.#timeline);
  }

  override signalWithStart<In, R, T, Payload>(
    workflow: Workflow<In, R, never>,
    input: In,
    options: SignalWithStartOptions<T, Payload>,
  ): Promise<Run<R>>;
  override signalWithStart(
    workflow: string,
    input: unknown,
    options: NamedSignalWithStartOptions,
  ): Promise<Run<unknown>>;
  override async signalWithStart(
    workflow: AnyWorkflow | string,
    input: unknown,
    options: NamedSignalWithStartOptions | SignalWithStartOptions<unknown, unknown>,
  ): Promise<Run<unknown>> {
    const send = (): Promise<Run<unknown>> => super.signalWithStart(workflow as string, input, options);
    const run = await this.#cloud.callers.call(send);
    return new TestRun(run, this.#cloud, this.#timeline);
  }

  override completeCallback(token: string, value?: unknown, options?: CompleteOptions): Promise<string> {
    return this.#cloud.callers.call(() => super.completeCallback(token, value, options));
  }

  override failCallback(token: string, error: unknown, options?: CompleteOptions): Promise<string> {
    return this.#cloud.callers.call(() => super.failCallback(token, error, options));
  }

  override heartbeatCallback(token: string, details?: unknown): Promise<string> {
    return this.#cloud.callers.call(() => super.heartbeatCallback(token, details));
  }

  override run<R = unknown>(id: string): Run<R> {
    return new TestRun(super.run<R>(id), this.#cloud, this.#timeline);
  }
}

/** A run whose end is not waited for but brought about. */
class TestRun<R> implements Run<R> {
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

  history(): AsyncIterable<HistoryEvent> {
    return this.#run.history();
  }

  historyFrom(cursor?: string): AsyncIterable<PlacedEvent> {
    return this.#run.historyFrom(cursor);
  }

  signal(signal: Signal<unknown> | string, payload?: unknown, options?: SignalOptions): Promise<void> {
    return this.#cloud.callers.call(() => this.#run.signal(signal as string, payload, options));
  }

  /** What can happen now happens before. The clock stands still. */
  async query<T>(query: { readonly name: string } | string, args?: unknown): Promise<T> {
    await this.#timeline.settle();
    return (await this.#run.query(query as string, args)) as T;
  }

  cancel(reason?: string, options?: ControlOptions): Promise<void> {
    return this.#cloud.callers.call(() => this.#run.cancel(reason, options));
  }

  terminate(reason?: string, options?: ControlOptions): Promise<void> {
    return this.#cloud.callers.call(() => this.#run.terminate(reason, options));
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
    return new RunStuckError(this.id, run?.workflow ?? '', describeWaiting(await this.#cloud.inspectRun(this.id)));
  }
}

/**
 * The client waits a moment when the table does not answer: then the clock has to move. It draws the length by chance;
 * here it is whole seconds, so that a seed gives the same times.
 */
function clockThatMoves(cloud: Cloud, timeline: Timeline): Clock {
  const { clock, callers } = cloud;
  return {
    nowMs: () => clock.nowMs(),
    callAt(atMs, callback) {
      const delayMs = Math.ceil((atMs - clock.nowMs()) / 1_000) * 1_000;
      let isOver = false;
      const cancel = clock.callAt(clock.nowMs() + delayMs, () => {
        isOver = true;
        callback();
      });
      const moving = callers.outside(() => timeline.until(async () => isOver));
      // An error on the way is thrown by the next call that moves the cloud.
      moving.catch((error: unknown) => {
        cloud.fail(error);
      });
      return () => {
        isOver = true;
        cancel();
      };
    },
  };
}
