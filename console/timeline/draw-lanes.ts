/** Bars and marks of lanes as shapes with places in pixels. What is too near to be seen apart is one shape. */
import type { Bar, Lane, Mark } from './lanes.ts';
import { placeOf, type TimeAxis } from './time-axis.ts';
import type { TimeWindow } from './time-window.ts';

export interface BarShape {
  readonly x: number;
  readonly width: number;
  readonly look: Bar['look'];
  readonly state: Bar['state'];
  /** The event that it leads to: of several, the first. */
  readonly event: number;
  /** How many bars it stands for. */
  readonly count: number;
}

export interface MarkShape {
  readonly x: number;
  readonly look: Mark['look'];
  readonly event: number;
  readonly count: number;
}

export interface LaneShapes {
  readonly bars: readonly BarShape[];
  readonly marks: readonly MarkShape[];
}

const SMALLEST_PX = 3;
const MARK_PX = 5;

export function drawLane(lane: Lane, axis: TimeAxis, window: TimeWindow, widthPx: number): LaneShapes {
  const pxOf = (ms: number): number => ((placeOf(axis, ms) - window.from) / (window.to - window.from)) * widthPx;
  const bars: BarShape[] = [];
  for (const bar of lane.bars) {
    const [left, right] = [Math.max(-10, pxOf(bar.fromMs)), Math.min(widthPx + 10, pxOf(bar.toMs))];
    if (right < 0 || left > widthPx) continue;
    const width = Math.max(SMALLEST_PX, right - left);
    const before = bars.at(-1);
    if (
      before !== undefined &&
      width <= SMALLEST_PX &&
      left - (before.x + before.width) < 1 &&
      before.state === bar.state
    ) {
      bars[bars.length - 1] = {
        ...before,
        width: Math.max(before.width, left + width - before.x),
        count: before.count + 1,
      };
    } else {
      bars.push({ x: left, width, look: bar.look, state: bar.state, event: bar.event, count: 1 });
    }
  }
  const marks: MarkShape[] = [];
  for (const { atMs, look, event } of lane.marks) {
    const x = pxOf(atMs);
    if (x < -MARK_PX || x > widthPx + MARK_PX) continue;
    const before = marks.at(-1);
    if (before !== undefined && before.look === look && x - before.x < MARK_PX) {
      marks[marks.length - 1] = { ...before, count: before.count + 1 };
    } else marks.push({ x, look, event, count: 1 });
  }
  // An attempt may be so short that the pause after it would cover it.
  bars.sort((left, right) => Number(left.look === 'attempt') - Number(right.look === 'attempt'));
  return { bars, marks };
}
