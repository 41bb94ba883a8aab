/** The history of the shown run as lanes on a time axis: wheel and keys zoom, dragging moves, the strip above is a brush. */
import { computed, signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { describeEvent } from '../../lib/cli/text/describe-event.ts';
import { go, nowMs, place } from '../data/page-state.ts';
import { events, run } from '../data/run-store.ts';
import { isOpen } from '../data/answers.ts';
import { shortMoment } from '../text/moment.ts';
import { drawLane } from '../timeline/draw-lanes.ts';
import { lanesOf, type Lane } from '../timeline/lanes.ts';
import { momentsOf } from '../timeline/moments.ts';
import { foldIdle, placeOf, type TimeAxis } from '../timeline/time-axis.ts';
import { ticksOf } from '../timeline/ticks.ts';
import { turnsOf } from '../timeline/turns.ts';
import { moved, WHOLE, zoomed, type TimeWindow } from '../timeline/time-window.ts';
import { Brush } from './brush.tsx';
import { Stepper } from './then-tab.tsx';
import { useVirtualRows } from './virtual-rows.ts';

const LANE_PX = 20;
const ZOOM = 1.25;

const isFolded = signal(true);
const seen = signal<TimeWindow>(WHOLE);

/** What goes on grows, but not with each second: a long history is not laid out anew for it. */
const COARSE_MS = 5_000;
const untilMs = computed(() => (isOpen(run.value?.status ?? '') ? Math.ceil(nowMs.value / COARSE_MS) * COARSE_MS : 0));
const lanes = computed(() => {
  const turns = turnsOf(events.value, { nowMs: untilMs.value, isInTurn: run.value?.status === 'running' });
  const all = lanesOf(events.value, { nowMs: untilMs.value });
  return turns === undefined ? all : [turns, ...all];
});
const axis = computed(() => foldIdle(momentsOf(events.value, untilMs.value), { isFolded: isFolded.value }));

export function Timeline({ runId }: { readonly runId: string }) {
  useEffect(() => {
    seen.value = WHOLE;
  }, [runId]);
  const all = lanes.value;
  if (all.length === 0) return null;
  return (
    <section class="timeline" aria-label="Timeline">
      <div class="timeline-tools">
        <Stepper />
        <button
          type="button"
          class="plain-button"
          aria-pressed={isFolded.value}
          onClick={() => (isFolded.value = !isFolded.value)}
        >
          Fold idle time
        </button>
        <button type="button" class="plain-button" aria-label="Zoom in" onClick={() => zoom(1 / ZOOM / ZOOM)}>
          +
        </button>
        <button type="button" class="plain-button" aria-label="Zoom out" onClick={() => zoom(ZOOM * ZOOM)}>
          −
        </button>
        <button type="button" class="plain-button" onClick={() => (seen.value = WHOLE)}>
          All of it
        </button>
      </div>
      <Lanes all={all} line={axis.value} />
    </section>
  );
}

function zoom(factor: number, around?: number): void {
  const { from, to } = seen.value;
  seen.value = zoomed(seen.value, around ?? (from + to) / 2, factor);
}

function Lanes({ all, line }: { readonly all: readonly Lane[]; readonly line: TimeAxis }) {
  const virtual = useVirtualRows({ count: all.length, rowPx: LANE_PX });
  const plot = useRef<HTMLDivElement>(null);
  const widthPx = useWidth(plot);
  useZoomByWheel(plot, widthPx);
  const window = seen.value;
  return (
    <>
      <div class="timeline-axis">
        <span />
        <div ref={plot}>
          <Brush line={line} lanes={all} window={window} widthPx={widthPx} onChoose={(next) => (seen.value = next)} />
          <Axis line={line} window={window} widthPx={widthPx} />
        </div>
      </div>
      <div
        class="rows lanes"
        style={{ '--lanes': all.length }}
        ref={virtual.scroller}
        tabIndex={0}
        role="list"
        aria-label={`${all.length} lanes`}
        onKeyDown={onKey}
        data-own-arrows
      >
        <div class="rows-space" style={{ height: `${virtual.totalPx}px` }} role="presentation">
          {virtual.items.map(({ index, start, key }) => {
            const lane = all[index];
            return lane === undefined ? null : (
              <LaneRow key={key} lane={lane} top={start} line={line} window={window} widthPx={widthPx} />
            );
          })}
        </div>
      </div>
    </>
  );
}

function onKey(event: KeyboardEvent): void {
  const step = (seen.value.to - seen.value.from) / 8;
  const acts: Record<string, () => void> = {
    '+': () => zoom(1 / ZOOM),
    '=': () => zoom(1 / ZOOM),
    '-': () => zoom(ZOOM),
    '0': () => (seen.value = WHOLE),
    ArrowLeft: () => (seen.value = moved(seen.value, -step)),
    ArrowRight: () => (seen.value = moved(seen.value, step)),
  };
  const act = acts[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
}

function Axis({
  line,
  window,
  widthPx,
}: {
  readonly line: TimeAxis;
  readonly window: TimeWindow;
  readonly widthPx: number;
}) {
  const { ticks, folds } = ticksOf(line, window, widthPx);
  return (
    <svg class="axis" width={widthPx} height={18} aria-hidden="true">
      {folds.map(({ x, width, text }) => (
        <g key={x} transform={`translate(${x},0)`}>
          <rect class="fold" width={Math.max(1, width)} height={18} />
          {width > 30 ? (
            <text class="fold-text" x={width / 2} y={13}>
              {text}
            </text>
          ) : null}
        </g>
      ))}
      {ticks.map(({ x, text }) => (
        <text key={x} class="tick" x={x + 3} y={13}>
          {text}
        </text>
      ))}
      {ticks.map(({ x }) => (
        <line key={x} class="tick-line" x1={x} x2={x} y1={2} y2={18} />
      ))}
    </svg>
  );
}

interface LaneRowProps {
  readonly lane: Lane;
  readonly top: number;
  readonly line: TimeAxis;
  readonly window: TimeWindow;
  readonly widthPx: number;
}

function LaneRow({ lane, top, line, window, widthPx }: LaneRowProps) {
  const { bars, marks } = drawLane(lane, line, window, widthPx);
  const chosen = place.value.event;
  // One text for the shape under the pointer: a text in each would be most of what is drawn.
  const [hovered, setHovered] = useState<readonly [event: number, count: number]>();
  const choose = (event: number) => () =>
    go({ event, tab: place.value.tab === 'compare' ? 'now' : place.value.tab }, { isStep: true });
  return (
    <div class={`lane is-${lane.kind}`} role="listitem" style={{ transform: `translateY(${top}px)` }}>
      <span class="lane-name" title={`${lane.kind} ${lane.name}`}>
        {lane.name}
      </span>
      <svg
        width={widthPx}
        height={LANE_PX}
        aria-label={`${lane.kind} ${lane.name}: ${lane.bars.length} stretches, ${lane.marks.length} messages`}
        role="img"
      >
        {hovered === undefined ? null : <title>{titleOf(lane.kind, ...hovered)}</title>}
        {bars.map(({ x, width, look, state, event, count }) => (
          <rect
            key={`${look} ${event}`}
            class={`bar is-${look} is-${state}${event === chosen ? ' is-chosen' : ''}`}
            x={x}
            y={look === 'attempt' ? 5 : look === 'turn' ? 6 : 8}
            width={width}
            height={look === 'attempt' ? 10 : look === 'turn' ? 8 : 4}
            rx={look === 'attempt' ? 2 : 1}
            onClick={choose(event)}
            onPointerEnter={() => setHovered([event, count])}
          />
        ))}
        {marks.map(({ x, look, event, count }) => (
          <path
            key={`${look} ${event}`}
            class={`mark is-${look}${event === chosen ? ' is-chosen' : ''}`}
            d={look === 'message' ? `M${x} 3v11m-4-5l4 5 4-5` : `M${x} 4v12`}
            onClick={choose(event)}
            onPointerEnter={() => setHovered([event, count])}
          />
        ))}
        <Cursor line={line} window={window} widthPx={widthPx} />
      </svg>
    </div>
  );
}

function Cursor({ line, window, widthPx }: Pick<LaneRowProps, 'line' | 'window' | 'widthPx'>) {
  const at = events.value[place.value.event ?? -1]?.at;
  if (at === undefined) return null;
  const x = ((placeOf(line, Date.parse(at)) - window.from) / (window.to - window.from)) * widthPx;
  return <line class="cursor" x1={x} x2={x} y1={0} y2={LANE_PX} />;
}

function titleOf(kind: Lane['kind'], index: number, count: number): string {
  const event = events.value[index];
  if (event === undefined) return '';
  const text = kind === 'turns' ? `turn ${event.turn ?? '?'}` : describeEvent(event, nowMs.value).text;
  const when = event.at === undefined ? '' : `${shortMoment(Date.parse(event.at), nowMs.value)}  `;
  return `${when}${text.slice(0, 300)}${count > 1 ? ` (and ${count - 1} more)` : ''}`;
}

/** Of an element that grows and shrinks with the page. */
function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (element.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** With a key held, or a pinch: else the wheel scrolls the lanes. */
function useZoomByWheel(plot: RefObject<HTMLElement | null>, widthPx: number): void {
  useEffect(() => {
    const timeline = plot.current?.closest('.timeline');
    if (timeline === null || timeline === undefined) return undefined;
    const onWheel = (event: Event): void => {
      const { ctrlKey, altKey, deltaX, deltaY, clientX } = event as WheelEvent;
      const { from, to } = seen.peek();
      if (ctrlKey || altKey) {
        event.preventDefault();
        const left = plot.current?.getBoundingClientRect().left ?? 0;
        zoom(ZOOM ** (deltaY / 50), from + ((clientX - left) / widthPx) * (to - from));
      } else if (Math.abs(deltaX) > Math.abs(deltaY)) {
        event.preventDefault();
        seen.value = moved(seen.peek(), (deltaX / widthPx) * (to - from));
      }
    };
    timeline.addEventListener('wheel', onWheel, { passive: false });
    return () => timeline.removeEventListener('wheel', onWheel);
  }, [widthPx]);
}
