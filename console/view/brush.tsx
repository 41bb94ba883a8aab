/** All of the time on a strip: the part that is seen is marked, and dragging over it chooses another. */
import { useMemo, useRef } from 'preact/hooks';
import type { Lane } from '../timeline/lanes.ts';
import { densityOf } from '../timeline/density.ts';
import type { TimeAxis } from '../timeline/time-axis.ts';
import { between, type TimeWindow } from '../timeline/time-window.ts';

const HEIGHT_PX = 16;
const BINS = 200;
/** Less is a click, which chooses nothing. */
const SMALLEST_DRAG_PX = 4;

interface BrushProps {
  readonly line: TimeAxis;
  readonly lanes: readonly Lane[];
  readonly window: TimeWindow;
  readonly widthPx: number;
  readonly onChoose: (window: TimeWindow) => void;
}

export function Brush({ line, lanes, window, widthPx, onChoose }: BrushProps) {
  const startPx = useRef<number | undefined>(undefined);
  // The same shapes as long as they are the same: a zoom moves the window alone.
  const shapes = useMemo(() => densityShapes(densityOf(lanes, line, BINS), widthPx), [lanes, line, widthPx]);
  const placeAt = (event: PointerEvent): number => {
    const { left } = (event.currentTarget as Element).getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / widthPx));
  };
  const begin = (event: PointerEvent): void => {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    startPx.current = placeAt(event) * widthPx;
  };
  const drag = (event: PointerEvent): void => {
    if (startPx.current === undefined) return;
    const atPx = placeAt(event) * widthPx;
    if (Math.abs(atPx - startPx.current) >= SMALLEST_DRAG_PX)
      onChoose(between(startPx.current / widthPx, atPx / widthPx));
  };
  return (
    <svg
      class="brush"
      width={widthPx}
      height={HEIGHT_PX}
      aria-hidden="true"
      onPointerDown={begin}
      onPointerMove={drag}
      onPointerUp={() => (startPx.current = undefined)}
      onPointerCancel={() => (startPx.current = undefined)}
    >
      {shapes}
      <rect
        class="brush-window"
        x={window.from * widthPx}
        width={Math.max(2, (window.to - window.from) * widthPx)}
        height={HEIGHT_PX}
      />
    </svg>
  );
}

function densityShapes(density: readonly number[], widthPx: number) {
  return density.map((part, index) =>
    part === 0 ? null : (
      <rect
        key={index}
        class="density"
        x={(index / BINS) * widthPx}
        width={widthPx / BINS}
        y={HEIGHT_PX - part * HEIGHT_PX}
        height={part * HEIGHT_PX}
      />
    ),
  );
}
