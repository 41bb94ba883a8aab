/**
 * The time limits of a step: `timeout` for one attempt, `totalTimeout` for all of them together.
 *
 * Tested by: test/engine/step-limits.test.ts
 */
import { toMilliseconds } from '../core/duration.ts';
import { TimeoutError } from '../core/errors.ts';
import type { PendingStep } from '../scheduler/live-run.ts';

/** When an attempt that begins now has taken too long; Infinity for never. */
export function limitAtMs(step: PendingStep, nowMs: number): number {
  const { timeout } = step.command.options;
  const own =
    timeout === undefined ? Infinity : nowMs + toMilliseconds(timeout, `timeout of step "${step.command.name}"`);
  return Math.min(own, totalLimitAtMs(step));
}

/** When all attempts together have taken too long. */
export function totalLimitAtMs({ command, requestedAtMs }: PendingStep): number {
  const { totalTimeout } = command.options;
  if (totalTimeout === undefined) return Infinity;
  return requestedAtMs + toMilliseconds(totalTimeout, `totalTimeout of step "${command.name}"`);
}

/** The error of an attempt that has come to its limit. */
export function limitError(step: PendingStep, nowMs: number): TimeoutError {
  const { timeout, totalTimeout } = step.command.options;
  const limit =
    nowMs >= totalLimitAtMs(step)
      ? `was not done within its totalTimeout of ${JSON.stringify(totalTimeout)}`
      : `took longer than its timeout of ${JSON.stringify(timeout)}`;
  return new TimeoutError(`step "${step.command.name}" ${limit}`);
}

/** Why a body is not begun, although its step waits for it; undefined if it is. */
export function whyTooLate(step: PendingStep, nowMs: number): TimeoutError | undefined {
  return nowMs < totalLimitAtMs(step) ? undefined : limitError(step, nowMs);
}
