/** The turns of a run as one lane: from the first thing that each has recorded to the last one. */
import type { EventAnswer } from '../data/answers.ts';
import type { Bar, Lane } from './lanes.ts';

interface TurnsOptions {
  /** Until then goes the turn that goes on. */
  readonly nowMs: number;
  /** The run is in a turn now. */
  readonly isInTurn: boolean;
}

/** Undefined: no turn is known. A turn that recorded nothing is not known either. */
export function turnsOf(events: readonly EventAnswer[], { nowMs, isInTurn }: TurnsOptions): Lane | undefined {
  const bars: Bar[] = [];
  let last: number | undefined;
  events.forEach(({ turn, at, kind }, index) => {
    if (turn === undefined || at === undefined) return;
    const atMs = Date.parse(at);
    const before = bars.at(-1);
    if (turn === last && before !== undefined) {
      bars[bars.length - 1] = { ...before, toMs: Math.max(before.toMs, atMs) };
      return;
    }
    // The one before has lost its worker, or was too slow.
    if (kind === 'taken-over' && before !== undefined) bars[bars.length - 1] = { ...before, state: 'failed' };
    bars.push({ fromMs: atMs, toMs: atMs, look: 'turn', state: 'done', event: index });
    last = turn;
  });
  const current = bars.at(-1);
  if (current === undefined) return undefined;
  if (isInTurn) bars[bars.length - 1] = { ...current, state: 'open', toMs: Math.max(nowMs, current.fromMs) };
  return { key: 'turns', name: 'turns', kind: 'turns', bars, marks: [] };
}
