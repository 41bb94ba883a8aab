/** How long a verb that follows a run waits before it looks again: shortly where things happen, longer where nothing does. */
import type { Surroundings } from '../surroundings.ts';
import type { Engine } from './engine.ts';

const FIRST_MS = { local: 250, deployed: 1_000 };
const LONGEST_MS = 5_000;
const GROWTH = 1.3;

export function createPause(
  engine: Pick<Engine, 'isLocal'>,
  { sleep, nowMs }: Pick<Surroundings, 'sleep' | 'nowMs'>,
  untilMs = Infinity,
): (looksInVain: number) => Promise<boolean> {
  const firstMs = engine.isLocal ? FIRST_MS.local : FIRST_MS.deployed;
  return async (looksInVain) => {
    const leftMs = untilMs - nowMs();
    if (leftMs <= 0) return false;
    await sleep(Math.min(leftMs, LONGEST_MS, firstMs * GROWTH ** looksInVain));
    return true;
  };
}
