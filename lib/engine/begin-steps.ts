/** Begins the bodies of steps that wait for it, as many as may run at the same time. */
import { LullError } from '../core/errors.ts';
import type { PendingStep } from '../scheduler/live-run.ts';
import { bodiesBegun, failedEvent } from './attempt.ts';
import { toIdempotencyKey } from './dice.ts';
import { waitingSteps, type LiveMemory } from './live-memory.ts';
import type { Turn } from './turn-state.ts';

export function beginSteps(turn: Turn, memory: LiveMemory): void {
  const { engine, attempts } = turn;
  const nowMs = engine.clock.nowMs();
  if (memory.stepsToBegin.size === 0 || nowMs >= turn.endsByMs) return;
  for (const step of waitingSteps(memory)) {
    if (attempts.size >= engine.maxStepsInFlight) return;
    if (attempts.has(step.id)) memory.stepsToBegin.delete(step.id);
    if (attempts.has(step.id) || step.retryAtMs > nowMs) continue;
    memory.stepsToBegin.delete(step.id);
    const refusal = whyNotToBegin(step, engine.maxInterruptions);
    if (refusal === undefined) attempts.begin(step, toIdempotencyKey(turn.runId, memory.seed, step.id));
    else {
      turn.arrivals.push(failedEvent(engine, step, refusal));
      turn.doorbell.ring();
    }
  }
}

function whyNotToBegin(step: PendingStep, maxInterruptions: number): Error | undefined {
  const { command, interruptions } = step;
  if (command.options.atMostOnce === true && bodiesBegun(step) > 0) {
    return new LullError(
      'STEP_INTERRUPTED',
      `step "${command.name}" is to run at most once, and its worker was lost while it may have been running`,
    );
  }
  if (interruptions > maxInterruptions) {
    return new LullError(
      'STEP_INTERRUPTED',
      `${interruptions} workers were lost while step "${command.name}" was running: it may be what kills them ` +
        `(memory, process.exit, a crash in native code)`,
    );
  }
  return undefined;
}
