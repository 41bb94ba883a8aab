/**
 * The steps of one turn whose bodies are running.
 *
 * Tested by: test/engine/step-limits.test.ts, test/engine/turn-end.test.ts
 */
import { CancelledError } from '../core/errors.ts';
import type { TransactionWrite } from '../core/transaction/write.ts';
import type { CommandId } from '../journal/event.ts';
import type { LiveRun, Pending, PendingStep } from '../scheduler/live-run.ts';
import { Attempt, type AttemptEvent, type OfRun, type TurnLimits } from './attempt.ts';
import { isReadOnly } from './begin-early.ts';
import type { Engine } from './settings.ts';
import { attemptsStarted } from './step-events.ts';
import type { StreamBuffer } from './stream-buffer.ts';

export interface AttemptsOptions {
  readonly engine: Engine;
  readonly runId: string;
  readonly turn: TurnLimits;
  readonly streams: StreamBuffer;
  /** Called with every event, in the order in which they happen, and with what is to be written with it. */
  readonly onStepResult: (event: AttemptEvent, writes?: readonly TransactionWrite[]) => void;
  /** Called where the engine itself, for a step, needs the payload key and cannot use it. The step has not failed. */
  readonly onKeyAway: (error: Error) => void;
}

export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #running = new Map<CommandId, Attempt>();
  readonly #readOnly = new Set<CommandId>();
  /** None of the bodies that run was withdrawn by then. */
  #seen: { readonly live: LiveRun; readonly withdrawals: number } | undefined;
  #started = 0;
  #retriesStarted = 0;

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** Bodies that are running. */
  get size(): number {
    return this.#running.size;
  }

  /** Of them, those of readOnly steps. */
  get readOnly(): number {
    return this.#readOnly.size;
  }

  /** Bodies that this turn has begun. */
  get started(): number {
    return this.#started;
  }

  /** Those among them that were begun before, by this turn or another. */
  get retriesStarted(): number {
    return this.#retriesStarted;
  }

  has(id: CommandId): boolean {
    return this.#running.has(id);
  }

  begin(step: PendingStep, ofRun: OfRun): void {
    const { engine, runId, turn, streams, onStepResult, onKeyAway } = this.#options;
    const onEvent = (event: AttemptEvent, writes?: readonly TransactionWrite[]): void => {
      if (event.kind !== 'step-heartbeat') this.#forget(step.id);
      onStepResult(event, writes);
    };
    const isRetry = attemptsStarted(step) > 0;
    if (isReadOnly(step)) this.#readOnly.add(step.id);
    this.#running.set(step.id, new Attempt({ engine, runId, turn, streams, step, ofRun, onEvent, onKeyAway }));
    this.#started += 1;
    if (isRetry) this.#retriesStarted += 1;
  }

  /** Aborts the bodies of steps whose results are not awaited any more. */
  abortWithdrawn(live: LiveRun): void {
    const withdrawals = live.withdrawals();
    if (live === this.#seen?.live && withdrawals === this.#seen.withdrawals) return;
    this.#seen = { live, withdrawals };
    this.abortAllExcept(live.pending);
  }

  abortAllExcept(pending: ReadonlyMap<CommandId, Pending>): void {
    for (const [id, attempt] of this.#running) {
      if (pending.has(id)) continue;
      this.#forget(id);
      attempt.abort(new CancelledError());
    }
  }

  /** Cuts off all bodies, because the turn has to end. */
  cutOffAll(): void {
    for (const attempt of this.#running.values()) attempt.cutOff();
  }

  #forget(id: CommandId): void {
    this.#running.delete(id);
    this.#readOnly.delete(id);
  }
}
