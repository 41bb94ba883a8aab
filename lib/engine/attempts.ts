/** The steps of one turn whose bodies are running. */
import { CancelledError } from '../core/errors.ts';
import type { CommandId } from '../journal/event.ts';
import type { Pending, PendingStep } from '../scheduler/live-run.ts';
import { beginAttempt, attemptsStarted, type Attempt, type AttemptEvent } from './attempt.ts';
import type { Engine } from './settings.ts';

export interface Attempts {
  readonly size: number;
  /** Bodies begun by this turn, and those among them that were begun before, by this turn or another. */
  readonly begun: number;
  readonly retriesStarted: number;
  has(id: CommandId): boolean;
  begin(step: PendingStep, idempotencyKey: string): void;
  /** Tells the bodies of steps that nobody waits for any more. */
  abortAllExcept(pending: ReadonlyMap<CommandId, Pending>): void;
  /** Cuts off all bodies, because the turn has to end. */
  cutOffAll(): void;
}

/** `arrive` is told of every event, in the order in which they happen. */
export function createAttempts(
  engine: Engine,
  runId: string,
  turn: { readonly beganAtMs: number; readonly endsByMs: number },
  onStepResult: (event: AttemptEvent) => void,
): Attempts {
  const running = new Map<CommandId, Attempt>();
  let begun = 0;
  let retriesStarted = 0;
  return {
    get size() {
      return running.size;
    },
    get begun() {
      return begun;
    },
    get retriesStarted() {
      return retriesStarted;
    },
    has: (id) => running.has(id),
    begin(step, idempotencyKey) {
      const onEvent = (event: AttemptEvent): void => {
        if (event.kind !== 'step-heartbeat') running.delete(step.id);
        onStepResult(event);
      };
      const isAgain = attemptsStarted(step) > 0;
      running.set(step.id, beginAttempt({ engine, runId, step, idempotencyKey, turn, onEvent }));
      begun += 1;
      if (isAgain) retriesStarted += 1;
    },
    abortAllExcept(pending) {
      for (const [id, attempt] of running) {
        if (pending.has(id)) continue;
        running.delete(id);
        attempt.withdraw(new CancelledError());
      }
    },
    cutOffAll() {
      for (const attempt of running.values()) attempt.cutOff();
    },
  };
}
