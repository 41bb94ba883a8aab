/**
 * What ends a run's code although it has not come to its end: the code left an error behind, or the journal is longer than
 * it may be. If steps of the run are to be undone, an event stops the code for good, and the undos follow; a replay stops it
 * at the same place (I4). If there is nothing to undo, the run is failed at once.
 *
 * Tested by: test/engine/undo-of-the-stopped.test.ts, test/invariants/i10-journal.test.ts
 */
import { encodeError } from '../codec/encode-error.ts';
import { toError } from '../core/to-error.ts';
import type { CodeStopped } from '../journal/event.ts';
import { blockRun } from './block.ts';
import { hasRoomToUndo, whyTooLong } from './journal-length.ts';
import { deliver, type LiveMemory } from './live-memory.ts';
import { codeHasEnded } from './pending-events.ts';
import { failAtLimit, failByStray } from './terminate.ts';
import type { TurnEnd } from './turn-end.ts';
import type { Turn } from './turn-state.ts';

export interface Fatal {
  readonly kind: 'journal-too-long' | 'left-behind';
  readonly error: Error;
}

/** Also after a worker that died before it failed the run. */
export function findFatal(turn: Turn, memory: LiveMemory): Fatal | undefined {
  const tooLong = codeHasEnded(memory) ? undefined : whyTooLong(turn);
  if (tooLong !== undefined) return { kind: 'journal-too-long', error: tooLong };
  const stray = strayError(turn, memory);
  return stray === undefined ? undefined : { kind: 'left-behind', error: stray };
}

/** Stops the code, so that its steps are undone, or ends the run. */
export async function stopForGood(turn: Turn, memory: LiveMemory, fatal: Fatal): Promise<TurnEnd | 'code-stopped'> {
  if (!isToBeUndone(turn, memory)) {
    return fatal.kind === 'left-behind'
      ? failByStray(turn, memory.strays, fatal.error)
      : failAtLimit(turn, fatal.error);
  }
  const unable = stopCode(turn, memory, fatal);
  return unable === undefined ? 'code-stopped' : blockRun(turn, unable);
}

/** Whether the code is to be stopped, and not the run. */
function isToBeUndone(turn: Turn, { live }: LiveMemory): boolean {
  return live.undos() !== 'none' && hasRoomToUndo(turn);
}

/** The event is recorded with the next commit. Gives why the code cannot take it, if it cannot. */
function stopCode(turn: Turn, memory: LiveMemory, { error }: Fatal): Error | undefined {
  const { engine, runId, run } = turn;
  const { workflow } = run;
  engine.log.error('the code of a run is stopped, and its steps are undone', { runId, workflow, error });
  const event: CodeStopped = {
    kind: 'code-stopped',
    atMs: engine.clock.nowMs(),
    error: encodeError(error, 'the error of the run'),
  };
  memory.strays.first = undefined;
  turn.ending = undefined;
  try {
    const asked = deliver(memory, event);
    turn.unwritten.pushAll([event, ...asked]);
    return undefined;
  } catch (cause) {
    return toError(cause);
  }
}

/**
 * Only a run that goes on, or has completed, fails by it: one that has failed or was cancelled has ended already, also
 * while its steps are undone.
 */
function strayError({ ending }: Turn, { strays, live }: LiveMemory): Error | undefined {
  if (live.undos() === 'under-way') return undefined;
  return ending === undefined || ending.status === 'completed' ? strays.first : undefined;
}
