/**
 * Holds a run whose payload key cannot be used now: what it needs cannot be decrypted, or what it has done cannot be written.
 *
 * It is as if the worker had died, but that it says so: what is in no record yet is given up, and the bodies that it has begun
 * count as interrupted. So nothing is written in clear, and nothing is skipped: a later turn goes on where the journal ends,
 * once the key is back. The run is blocked until then, and tried again like any blocked run. Keeps I3, I8.
 *
 * Tested by: test/engine/payload-key.test.ts
 */
import { blockRun } from './block.ts';
import type { TurnEnd } from './turn-end.ts';
import type { Turn } from './turn-state.ts';

export function holdForKey(turn: Turn, error: Error): Promise<TurnEnd> {
  turn.unwritten.take();
  turn.early = undefined;
  turn.shown = undefined; // the next turn writes it
  turn.keyAway = undefined;
  return blockRun(turn, error);
}
