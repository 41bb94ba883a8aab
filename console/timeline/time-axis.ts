/**
 * The time of a run as a line from 0 to 1, on which long stretches without an event take little room. Where it is folded, a
 * stretch of idle time has the same width whether it is an hour or a month.
 */

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  /** Its place on the line. */
  readonly from: number;
  readonly to: number;
  readonly isFolded: boolean;
}

export type TimeAxis = readonly Stretch[];

/** A gap that is more than this part of what is not folded yet is folded. */
const LONG_PART = 0.15;
const MOST_FOLDS = 40;
/** Of the line, that all folds take together at most, and each. */
const FOLDS_PART = 0.5;
const FOLD_PART = 0.06;
/** Less is no idle time. */
const SHORTEST_FOLD_MS = 10_000;

/** `momentsMs`: when something happened, in order. */
export function foldIdle(momentsMs: readonly number[], { isFolded }: { readonly isFolded: boolean }): TimeAxis {
  const startMs = momentsMs[0] ?? 0;
  const endMs = Math.max(momentsMs.at(-1) ?? 0, startMs + 1);
  const folds = isFolded ? longGaps(momentsMs, endMs - startMs) : [];
  const foldedMs = folds.reduce((sum, [fromMs, toMs]) => sum + toMs - fromMs, 0);
  const foldPart = folds.length === 0 ? 0 : Math.min(FOLD_PART, FOLDS_PART / folds.length);
  const perMs = (1 - foldPart * folds.length) / Math.max(endMs - startMs - foldedMs, 1e-6);
  const axis: Stretch[] = [];
  let at = 0;
  let nowMs = startMs;
  const add = (toMs: number, part: number, folded: boolean): void => {
    if (toMs <= nowMs && !folded) return;
    axis.push({ fromMs: nowMs, toMs, from: at, to: at + part, isFolded: folded });
    at += part;
    nowMs = toMs;
  };
  for (const [fromMs, toMs] of folds) {
    add(fromMs, (fromMs - nowMs) * perMs, false);
    add(toMs, foldPart, true);
  }
  add(endMs, (endMs - nowMs) * perMs, false);
  return axis;
}

/** The longest gaps, as long as each is a large part of what is left. */
function longGaps(momentsMs: readonly number[], wholeMs: number): readonly (readonly [fromMs: number, toMs: number])[] {
  const gaps: [number, number][] = [];
  for (let index = 1; index < momentsMs.length; index += 1) {
    const [fromMs = 0, toMs = 0] = [momentsMs[index - 1], momentsMs[index]];
    if (toMs - fromMs >= SHORTEST_FOLD_MS) gaps.push([fromMs, toMs]);
  }
  gaps.sort((left, right) => right[1] - right[0] - (left[1] - left[0]));
  let leftMs = wholeMs;
  const long: [number, number][] = [];
  for (const gap of gaps) {
    const ms = gap[1] - gap[0];
    if (ms < leftMs * LONG_PART || long.length === MOST_FOLDS) break;
    leftMs -= ms;
    long.push(inside(gap));
  }
  return long.sort((left, right) => left[0] - right[0]);
}

/** A little of it stays on both sides, so that what ends there is seen to end. */
function inside([fromMs, toMs]: [number, number]): [number, number] {
  const marginMs = Math.min((toMs - fromMs) * 0.02, 500);
  return [fromMs + marginMs, toMs - marginMs];
}

/** Where a time is on the line; beyond its ends, below 0 and above 1. */
export function placeOf(axis: TimeAxis, ms: number): number {
  const stretch = find(axis, ({ toMs }) => ms <= toMs);
  if (stretch === undefined) return 0;
  const { fromMs, toMs, from, to } = stretch;
  return from + ((ms - fromMs) / Math.max(toMs - fromMs, 1e-9)) * (to - from);
}

/** The time at a place of the line. */
export function timeAt(axis: TimeAxis, place: number): number {
  const stretch = find(axis, ({ to }) => place <= to);
  if (stretch === undefined) return 0;
  const { fromMs, toMs, from, to } = stretch;
  return fromMs + ((place - from) / Math.max(to - from, 1e-12)) * (toMs - fromMs);
}

/** The first one that is like that; the last one if none is. */
function find(axis: TimeAxis, isIt: (stretch: Stretch) => boolean): Stretch | undefined {
  let [low, high] = [0, axis.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const stretch = axis[middle];
    if (stretch !== undefined && isIt(stretch)) high = middle;
    else low = middle + 1;
  }
  return axis[low];
}
