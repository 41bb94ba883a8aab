/** The part of the line that is seen: zoomed, moved, and chosen with a brush. */

export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

export const WHOLE: TimeWindow = { from: 0, to: 1 };

/** Of a year, less than a tenth of a millisecond. */
const SMALLEST = 1e-12;

/** Around a place of the line; a factor below 1 shows less of it, nearer. */
export function zoomed({ from, to }: TimeWindow, around: number, factor: number): TimeWindow {
  const size = Math.min(1, Math.max(SMALLEST, (to - from) * factor));
  const part = to === from ? 0.5 : (around - from) / (to - from);
  return within(around - part * size, size);
}

export function moved({ from, to }: TimeWindow, by: number): TimeWindow {
  return within(from + by, to - from);
}

/** Between two places, in whichever order. */
export function between(one: number, other: number): TimeWindow {
  const [from, to] = one < other ? [one, other] : [other, one];
  return within(from, Math.max(SMALLEST, to - from));
}

/** The same size, and no further than the line goes. */
function within(from: number, size: number): TimeWindow {
  const start = Math.max(0, Math.min(from, 1 - size));
  return { from: start, to: Math.min(1, start + size) };
}
