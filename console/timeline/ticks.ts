/** The times that are written on the axis: round ones, as far apart as their texts are wide. */
import { timeTicks } from 'd3-time';
import { roughly } from '../../lib/cli/text/times.ts';
import { placeOf, timeAt, type TimeAxis } from './time-axis.ts';
import type { TimeWindow } from './time-window.ts';

export interface Tick {
  readonly x: number;
  readonly text: string;
}

export interface Fold {
  readonly x: number;
  readonly width: number;
  /** How long the time is that is folded here. */
  readonly text: string;
}

const TICK_PX = 96;

export function ticksOf(
  axis: TimeAxis,
  window: TimeWindow,
  widthPx: number,
): { ticks: readonly Tick[]; folds: readonly Fold[] } {
  const pxOf = (place: number): number => ((place - window.from) / (window.to - window.from)) * widthPx;
  const ticks: Tick[] = [];
  const folds: Fold[] = [];
  for (const { fromMs, toMs, from, to, isFolded } of axis) {
    if (to < window.from || from > window.to) continue;
    if (isFolded) {
      folds.push({ x: pxOf(from), width: pxOf(to) - pxOf(from), text: roughly(toMs - fromMs) });
      continue;
    }
    const [first, last] = [Math.max(from, window.from), Math.min(to, window.to)];
    const count = Math.floor((pxOf(last) - pxOf(first)) / TICK_PX);
    if (count < 1) continue;
    const [firstMs, lastMs] = [timeAt(axis, first), timeAt(axis, last)];
    const times = timeTicks(new Date(firstMs), new Date(Math.max(lastMs, firstMs + 1)), count);
    const [one, two] = times;
    // Of one alone, as exact as it is itself.
    const stepMs =
      one !== undefined && two !== undefined ? two.getTime() - one.getTime() : one?.getMilliseconds() === 0 ? 1_000 : 1;
    for (const time of times) {
      const x = pxOf(placeOf(axis, time.getTime()));
      const before = ticks.at(-1);
      if (before !== undefined && x - before.x < TICK_PX * 0.6) continue;
      ticks.push({ x, text: textOf(time, stepMs) });
    }
  }
  const isFree = ({ x }: Tick): boolean => folds.every((fold) => x + TEXT_PX < fold.x || x > fold.x + fold.width);
  return { ticks: ticks.filter(isFree), folds };
}

/** As wide as the longest text. */
const TEXT_PX = 76;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** As exact as the step between two of them asks for; at midnight, the day. */
function textOf(time: Date, stepMs: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = time.toLocaleDateString('en', { month: 'short', day: 'numeric' });
  if (stepMs >= 300 * DAY_MS) return String(time.getFullYear());
  if (stepMs >= 27 * DAY_MS) return time.toLocaleDateString('en', { month: 'short', year: 'numeric' });
  if (stepMs >= DAY_MS || (time.getHours() === 0 && time.getMinutes() === 0 && stepMs >= MINUTE_MS)) return day;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`;
  if (stepMs >= MINUTE_MS) return clock;
  const seconds = `${clock}:${two(time.getSeconds())}`;
  return stepMs >= 1_000 ? seconds : `${seconds}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}
