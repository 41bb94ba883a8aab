/** The client, in whose hands waiting moves the clock. */
import { Client } from '../client/client.ts';
import type {
  NamedSignalWithStartOptions,
  NamedUpdateWithStartOptions,
  SignalWithStartOptions,
  UpdateWithStartOptions,
} from '../client/with-start.ts';
import { type EntityCall, toOwnError } from '../client/call-entity.ts';
import type { Run } from '../client/run.ts';
import type { CompleteOptions } from '../client/complete-callback.ts';
import type { StartOptions } from '../client/start-run.ts';
import { kindOfCall } from '../core/entity.ts';
import type { WorkflowSource } from '../core/workflow-registry.ts';
import type { AnyWorkflow, Workflow } from '../core/workflow.ts';
import type { Clock } from '../ports/clock.ts';
import type { Cloud } from './cloud.ts';
import { TestRun } from './test-run.ts';
import type { Timeline } from './timeline.ts';

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
      firstTurns: cloud.firstTurns,
      queries: (query) => cloud.answerQuery(query),
      inspectRun: (runId, inspectOptions) => cloud.inspectRun(runId, inspectOptions),
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
    const started = this.#cloud.callers.call(start);
    const run = await (this.#cloud.firstTurns === undefined ? started : this.#bringAbout(started));
    return new TestRun(run, this.#cloud, this.#timeline);
  }

  /** What a caller's own turn waits for comes as time is given to it. */
  async #bringAbout<T>(call: Promise<T>): Promise<T> {
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    call.then(over, over);
    await this.#timeline.until(async () => isOver);
    return call;
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

  override updateWithStart<In, R, I, U, Args>(
    workflow: Workflow<In, R, never>,
    input: In,
    options: UpdateWithStartOptions<I, U, Args>,
  ): Promise<U>;
  override updateWithStart(workflow: string, input: unknown, options: NamedUpdateWithStartOptions): Promise<unknown>;
  override async updateWithStart(
    workflow: AnyWorkflow | string,
    input: unknown,
    options: NamedUpdateWithStartOptions | UpdateWithStartOptions<unknown, unknown, unknown>,
  ): Promise<unknown> {
    const { update, id, answerTimeout: timeout, idempotencyKey = this.#cloud.nextUpdateId() } = options;
    const given = { ...options, idempotencyKey, answerTimeout: 0 };
    const send = (): Promise<unknown> => super.updateWithStart(workflow as string, input, given);
    const name = typeof update === 'string' ? update : update.name;
    return new TestRun(super.run(id), this.#cloud, this.#timeline).answer(send, { name, id: idempotencyKey, timeout });
  }

  protected override async callEntity(call: EntityCall): Promise<unknown> {
    const { entity, runId, name, options } = call;
    if (kindOfCall(entity, name) === 'read') {
      await this.#timeline.settle();
      return super.callEntity(call);
    }
    const { timeout, idempotencyKey = this.#cloud.nextUpdateId() } = options;
    const send = (): Promise<unknown> => super.callEntity({ ...call, options: { idempotencyKey, timeout: 0 } });
    const run = new TestRun(super.run(runId), this.#cloud, this.#timeline);
    try {
      return await run.answer(send, { name, id: idempotencyKey, timeout });
    } catch (error) {
      throw toOwnError(error);
    }
  }

  protected override makeCall<T>(call: () => Promise<T>): Promise<T> {
    return this.#cloud.callers.call(call);
  }

  override run<R = unknown>(id: string): Run<R> {
    return new TestRun(super.run<R>(id), this.#cloud, this.#timeline);
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
