/**
 * Begins the bodies of steps that wait for it, as many as may run at the same time (operation 12).
 *
 * Tested by: test/invariants/i3-record-before-effect.test.ts, test/engine/step-limits.test.ts,
 * test/adversarial/waiting-for-a-place.test.ts
 */
import { LullError, UndecodableValueError } from '../core/errors.ts';
import type { PendingStep } from '../scheduler/live-run.ts';
import type { CommandId } from '../journal/event.ts';
import { isReadOnly } from './begin-early.ts';
import { isLeftToWorker } from './left-to-worker.ts';
import { attemptsStarted, failedEvent } from './step-events.ts';
import { whyTooLate } from './step-limits.ts';
import type { LiveMemory } from './live-memory.ts';
import type { Turn } from './turn-state.ts';

export type BeginStepsResult =
  | { readonly kind: 'begun' }
  /** What a step left behind for its next attempt cannot be read here. */
  | { readonly kind: 'cannot-replay'; readonly error: UndecodableValueError };

export function beginSteps(turn: Turn, memory: LiveMemory): BeginStepsResult {
  try {
    beginWaiting(turn, memory);
    return { kind: 'begun' };
  } catch (error) {
    if (error instanceof UndecodableValueError) return { kind: 'cannot-replay', error };
    throw error;
  }
}

function beginWaiting(turn: Turn, memory: LiveMemory): void {
  const { engine, attempts } = turn;
  turn.streams.follow(memory.live.streams);
  const nowMs = engine.clock.nowMs();
  if (nowMs >= turn.beginsByMs || turn.doesNothingNew) return;
  for (const step of memory.stepsToBegin.due(nowMs)) {
    if (attempts.size >= engine.maxStepsInFlight) return;
    if (attempts.has(step.id)) {
      memory.stepsToBegin.delete(step.id);
      continue;
    }
    if (isLeftToWorker(turn, step)) {
      turn.beginsByMs = nowMs; // what is under way comes to its end, and the run is due
      return;
    }
    if (!turn.places.mayBegin(step)) continue;
    // A step that was refused has left its place to one that is not announced.
    if (turn.isAlone && !turn.announced.has(step.id)) continue;
    if (turn.early !== undefined && !isReadOnly(step)) {
      turn.early.isOver = true; // it waits for the record of all that was before
      continue;
    }
    memory.stepsToBegin.delete(step.id);
    turn.places.begun(step.id);
    const refusal = whyNotToBegin(step, engine.maxInterruptions) ?? whyTooLate(step, nowMs);
    if (refusal === undefined)
      attempts.begin(step, { secrets: memory.secrets, deadlineAtMs: memory.live.deadlineAtMs() });
    else {
      turn.stepResults.push(failedEvent(engine, step, refusal));
      turn.wakeUp.set();
    }
  }
}

/**
 * Of a turn that is alone: adds to what is to be recorded which steps it is about to begin, if it has not yet. If it is lost
 * too, only they count as interrupted.
 */
export function announceSteps(turn: Turn, memory: LiveMemory): boolean {
  const ids = stepsToAnnounce(turn, memory);
  if (ids.length === 0) return false;
  turn.unwritten.push({ kind: 'steps-begun', atMs: turn.engine.clock.nowMs(), ids });
  for (const id of ids) turn.announced.add(id);
  return true;
}

function stepsToAnnounce(turn: Turn, memory: LiveMemory): CommandId[] {
  const { engine, attempts, announced } = turn;
  const nowMs = engine.clock.nowMs();
  if (!turn.isAlone || turn.doesNothingNew || nowMs >= turn.beginsByMs) return [];
  const places = engine.maxStepsInFlight - attempts.size;
  const ids: CommandId[] = [];
  for (const step of memory.stepsToBegin.due(nowMs)) {
    if (ids.length >= places) break;
    if (!attempts.has(step.id) && turn.places.mayBegin(step)) ids.push(step.id);
  }
  return ids.filter((id) => !announced.has(id));
}

function whyNotToBegin(step: PendingStep, maxInterruptions: number): Error | undefined {
  const { command, interruptions, cutOffs, wasTried } = step;
  if (command.operation !== undefined) return undefined; // it is not what kills workers
  if (command.options.atMostOnce === true && wasTried) {
    return new LullError(
      'STEP_INTERRUPTED',
      `step "${command.name}" is to run at most once, and it may have run before its run was tried again. Fork the run ` +
        `before it, to have it run in another one`,
    );
  }
  if (command.options.atMostOnce === true && attemptsStarted(step) > 0) {
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
  if (cutOffs > maxInterruptions) {
    return new LullError(
      'STEP_INTERRUPTED',
      `step "${command.name}" was cut off by the end of its worker's invocation ${cutOffs} times: make it shorter, or ` +
        `give the worker a longer timeout`,
    );
  }
  return undefined;
}
