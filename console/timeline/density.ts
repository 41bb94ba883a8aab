/** How much ends or comes in each part of the line, from 0 to 1: the most is 1. */
import type { Lane } from './lanes.ts';
import { placeOf, type TimeAxis } from './time-axis.ts';

export function densityOf(lanes: readonly Lane[], axis: TimeAxis, bins: number): readonly number[] {
  const counts = new Array<number>(bins).fill(0);
  const count = (ms: number): void => {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(placeOf(axis, ms) * bins)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  };
  for (const { bars, marks } of lanes) {
    for (const { toMs } of bars) count(toMs);
    for (const { atMs } of marks) count(atMs);
  }
  // Few are to be seen beside many.
  const most = Math.log1p(Math.max(1, ...counts));
  return counts.map((each) => Math.log1p(each) / most);
}
