/** One coroutine in a run, as others see it (asyncio's `Task`). The scheduler has the class. */
import type { Awaitable } from './awaitable.ts';

/** A coroutine that runs beside others (asyncio's `Task`); made by `createTask`. */
// Methods, not function-valued properties: so Task<string> can stand where Task<unknown> is asked for.
export interface Task<T> extends Awaitable<T> {
  readonly id: string;
  readonly name: string;
  done(): boolean;
  cancelled(): boolean;
  /** The result; throws what the task threw, CancelledError if it was cancelled, InvalidStateError before its end. */
  result(): T;
  /** The error, undefined if there was none; throws as `result` does when cancelled or not done. */
  exception(): Error | undefined;
  /** Asks the task to stop: CancelledError is thrown at its await. False if it is done already. */
  cancel(message?: string): boolean;
  /** How many requests to cancel are open. */
  cancelling(): number;
  /** Takes one request back; returns the number that is left. */
  uncancel(): number;
  addDoneCallback(callback: (task: Task<T>) => void): void;
  /** Returns how many were removed. */
  removeDoneCallback(callback: (task: Task<T>) => void): number;
}
