/**
 * What the body of a step is given. What most bodies do not ask for is made when it is first asked for.
 *
 * Tested by: test/engine/context-of-attempt.test.ts, test/engine/step-limits.test.ts
 */
import type { Logger } from '../core/logger.ts';
import type { StepContext } from '../core/step.ts';

/** The same, with functions that make what is not there yet. */
export interface PartsOfContext extends Omit<StepContext, 'idempotencyKey' | 'signal'> {
  idempotencyKey(): string;
  signal(): AbortSignal;
}

export class ContextOfAttempt implements StepContext {
  readonly runId: string;
  readonly stepId: string;
  readonly attempt: number;
  declare readonly idempotencyKey: string;
  declare readonly signal: AbortSignal;
  readonly heartbeat: StepContext['heartbeat'];
  readonly lastHeartbeat: unknown;
  readonly write: StepContext['write'];
  readonly log: Logger;
  readonly remainingMs: StepContext['remainingMs'];
  readonly #parts: PartsOfContext;
  #idempotencyKey: string | undefined;

  constructor(parts: PartsOfContext) {
    this.runId = parts.runId;
    this.stepId = parts.stepId;
    this.attempt = parts.attempt;
    this.heartbeat = parts.heartbeat;
    this.lastHeartbeat = parts.lastHeartbeat;
    this.write = parts.write;
    this.log = parts.log;
    this.remainingMs = parts.remainingMs;
    this.#parts = parts;
    Object.defineProperty(this, 'idempotencyKey', ContextOfAttempt.#KEY);
    Object.defineProperty(this, 'signal', ContextOfAttempt.#SIGNAL);
  }

  // Properties of its own, so that a copy has them, as in { ...context }. All contexts share the functions: where each has its
  // own, V8 makes each a dictionary, which takes a quarter of a step.
  static readonly #KEY: PropertyDescriptor = {
    enumerable: true,
    get(this: ContextOfAttempt): string {
      return (this.#idempotencyKey ??= this.#parts.idempotencyKey());
    },
  };

  static readonly #SIGNAL: PropertyDescriptor = {
    enumerable: true,
    get(this: ContextOfAttempt): AbortSignal {
      return this.#parts.signal();
    },
  };
}
