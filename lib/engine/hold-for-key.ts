/**
 * Holds a run whose payload key cannot be used now: what it needs cannot be decrypted, or what it has done cannot be written.
 *
 * It is as if the worker had died, but that it says so: what is in no record yet is given up, and the bodies that it has begun
 * count as interrupted. So nothing is written in clear, and nothing is skipped: a later turn goes on where the journal ends,
 * once the key is back. The run is blocked until then, and tried again like any blocked run. Keeps I3, I8.
 *
 * A turn that took over, and whose fence cannot be written, drops: the run is taken over again when the lease has ended. If it
 * were released, the worker before could put a record where a later turn has left its tail (I2).
 *
 * Tested by: test/engine/payload-key.test.ts
 */
import { blockRun } from './block.ts';
import type { TurnEnd } from './turn-end.ts';
import type { Turn } from './turn-state.ts';

export async function holdForKey(turn: Turn, error: Error): Promise<TurnEnd> {
  if (turn.takesOver) {
    const { engine, runId } = turn;
    engine.log.error('a run was taken over, and its payload key cannot be used: it is taken over again', {
      runId,
      error,
    });
    return { kind: 'lease-lost' };
  }
  turn.unwritten.take();
  turn.early = undefined;
  turn.shown = undefined; // the next turn writes it
  turn.keyAway = undefined;
  return blockRun(turn, error);
}
