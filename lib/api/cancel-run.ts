/** A run's request to another one to stop. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { type Call, lazy } from './lazy.ts';
import { operate } from './operate.ts';
import { checkReason } from './run-arguments.ts';

export function cancelRun(call: string, runId: string, reason: string): Awaitable<void> {
  checkReason(call, reason);
  return lazy(call, new CancelCall(runId, reason), 2);
}

class CancelCall implements Call<void> {
  readonly runId: string;
  readonly reason: string;

  constructor(runId: string, reason: string) {
    this.runId = runId;
    this.reason = reason;
  }

  start(): Coroutine<void> {
    return operate<void>({ kind: 'cancel', runId: this.runId, reason: this.reason }, 'cancel');
  }
}
