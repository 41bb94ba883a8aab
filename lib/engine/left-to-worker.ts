/**
 * Which steps the first turn in the process of the starter leaves to a worker, which has more time for them: a body that
 * begins once at most, which fails if it is cut off, and one that may take longer than is left.
 *
 * Tested by: test/engine/first-turn.test.ts
 */
import { toMilliseconds } from '../core/duration.ts';
import type { PendingStep } from '../scheduler/live-run.ts';
import type { Turn } from './turn-state.ts';

export function isLeftToWorker({ engine, creation, endsByMs }: Turn, { command }: PendingStep): boolean {
  if (creation === undefined) return false;
  const { atMostOnce, timeout } = command.options;
  if (atMostOnce === true) return true;
  if (timeout === undefined) return false;
  return engine.clock.nowMs() + toMilliseconds(timeout, `timeout of step "${command.name}"`) > endsByMs;
}
