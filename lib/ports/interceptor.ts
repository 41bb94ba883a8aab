/** Hooks of an author around what a worker does. They see and surround; they decide nothing. */
import type { Attributes } from '../core/attributes.ts';
import type { ClosedStatus } from '../core/run-status.ts';
import type { TurnOutcome } from './observer.ts';

/** The run of a hook. */
interface OfRun {
  readonly runId: string;
  /** The workflow's name. */
  readonly workflow: string;
  /** What the run showed when the turn began. */
  readonly attributes: Attributes;
}

/** A turn that begins. */
export interface TurnInfo extends OfRun {
  /** Counts the leases of the run. */
  readonly epoch: number;
  /** The worker before was lost. */
  readonly takesOver: boolean;
}

/** An attempt of a step that begins. */
export interface StepInfo extends OfRun {
  /** The step's name. */
  readonly step: string;
  readonly stepId: string;
  /** From 1. */
  readonly attempt: number;
  readonly idempotencyKey: string;
}

/** A run that has ended. */
export interface RunEndInfo extends OfRun {
  readonly status: ClosedStatus;
  readonly createdAt: Date;
  readonly endedAt: Date;
}

/**
 * Hooks around the steps and turns of a worker, for traces, metrics, and what belongs to a tenant. Whatever a hook does, the
 * run goes on as it would without it: what it returns is ignored, and what it throws is logged. So it cannot break a replay,
 * and it is called outside of workflow code, which does not see its contexts.
 *
 * @example
 * ```ts no-run
 * import { AsyncLocalStorage } from 'node:async_hooks';
 * import type { Interceptor } from 'lull/lambda';
 *
 * export const tenant = new AsyncLocalStorage<string>();
 *
 * export const interceptors: Interceptor[] = [
 *   {
 *     aroundStep: (info, next) => tenant.run(String(info.attributes['tenant']), next),
 *     async aroundTurn(info, next) {
 *       const outcome = await next();
 *       console.log(`a turn of ${info.workflow}: ${outcome}`);
 *     },
 *   },
 * ];
 * ```
 */
export interface Interceptor {
  /**
   * Around each attempt of a step's body. `next` begins the body, in the async context in which it is called, and returns
   * what it returns, or rejects with what it throws. Called a second time it begins nothing. A hook that ends without a
   * call of `next`, or has made none after 10 seconds, is passed over: the body begins.
   */
  aroundStep?(info: StepInfo, next: () => Promise<unknown>): unknown;
  /**
   * Around each turn, once its worker has the lease. `next` lets it begin, and returns how it ended; it rejects with the
   * error of a turn that will be taken again. Steps are begun in the async context in which it is called. For the rest as of
   * `aroundStep`. The worker waits for what comes after `next` for up to 2 seconds.
   */
  aroundTurn?(info: TurnInfo, next: () => Promise<TurnOutcome>): unknown;
  /** Called when this worker has ended a run. A worker that is lost right then does not call it. */
  onRunEnd?(info: RunEndInfo): unknown;
}
