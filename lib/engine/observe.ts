/**
 * Reports what the engine does to the observer. An observer can neither fail nor delay a turn.
 *
 * Tested by: test/engine/observe.test.ts
 */
import { isError, readQuietly } from '../core/to-error.ts';
import type { EngineEvent, TurnEnded, TurnOutcome } from '../ports/observer.ts';
import type { EngineOptions } from './settings.ts';
import type { TurnEnd } from './turn-end.ts';
import type { Turn } from './turn-state.ts';
import { isEmpty } from './warm-runs.ts';

/** The default observer. */
export const observeNothing = (): void => undefined;

export function emitTurnStarted(turn: Turn): void {
  const { runId, workflow } = turn.run;
  const { epoch, beganAtMs: atMs } = turn;
  emit(turn.engine, { kind: 'turn-began', runId, workflow, epoch, atMs, takesOver: turn.run.lease !== undefined });
}

export function emitTurnEnded(turn: Turn, end: TurnEnd): void {
  emit(turn.engine, toTurnEnded(turn, outcomeOf(turn, end), end.kind === 'blocked' ? nameOf(end.error) : undefined));
}

export function emitTurnFailed(turn: Turn, error: unknown): void {
  emit(turn.engine, toTurnEnded(turn, 'error', nameOf(error)));
}

function nameOf(thrown: unknown): string {
  const name = isError(thrown) ? readQuietly(thrown, 'name') : undefined;
  return typeof name === 'string' ? name : 'Error';
}

function toTurnEnded(turn: Turn, outcome: TurnOutcome, errorName: string | undefined): TurnEnded {
  const { runId, workflow, lease } = turn.run;
  return {
    kind: 'turn-ended',
    runId,
    workflow,
    epoch: turn.epoch,
    beganAtMs: turn.beganAtMs,
    atMs: turn.engine.clock.nowMs(),
    takesOver: lease !== undefined,
    outcome,
    errorName,
    startsRun: turn.startsRun,
    replayedEvents: turn.replayedEvents,
    stepsBegun: turn.attempts.started,
    stepRetries: turn.attempts.retriesStarted,
    ...(turn.snapshots && { snapshots: turn.snapshots }),
  };
}

/** In one word. */
export function outcomeOf({ journal }: Turn, end: TurnEnd): TurnOutcome {
  switch (end.kind) {
    case 'ended':
      return end.status;
    case 'suspended':
      return isEmpty(journal) ? 'pending' : 'suspended'; // not begun before its time
    case 'continued':
    case 'blocked':
      return end.kind;
    case 'lease-lost':
    case 'skipped': // a turn that has the lease never ends so
      return 'dropped'; // the word of metrics, logs and traces
  }
}

export function emit(
  { observe = observeNothing, log }: Pick<EngineOptions, 'observe' | 'log'>,
  event: EngineEvent,
): void {
  const refuse = (error: unknown): void => {
    log.warn('an observer of the engine threw; it is ignored', { event: event.kind, error });
  };
  try {
    const answer = observe(event);
    if (answer instanceof Promise) answer.catch(refuse); // an unhandled rejection would end the process
  } catch (error) {
    refuse(error);
  }
}
