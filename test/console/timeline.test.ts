/** The timeline is drawn by parts that need no browser. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventAnswer } from '../../console/data/answers.ts';
import { densityOf } from '../../console/timeline/density.ts';
import { drawLane } from '../../console/timeline/draw-lanes.ts';
import { lanesOf, type Lane } from '../../console/timeline/lanes.ts';
import { momentsOf } from '../../console/timeline/moments.ts';
import { ticksOf } from '../../console/timeline/ticks.ts';
import { foldIdle, placeOf, timeAt } from '../../console/timeline/time-axis.ts';
import { turnsOf } from '../../console/timeline/turns.ts';
import { between, moved, WHOLE, zoomed } from '../../console/timeline/time-window.ts';

const START_MS = Date.parse('2030-01-01T00:00:00Z');
const at = (seconds: number): string => new Date(START_MS + seconds * 1_000).toISOString();
const DAY = 86_400;

/** As in `send mail: attempt 0..5 done`. */
function show(lanes: readonly Lane[]): string[] {
  const seconds = (ms: number): string => String((ms - START_MS) / 1_000);
  return lanes.map(({ name, bars, marks }) => {
    const shown = bars.map(({ look, state, fromMs, toMs }) => `${look} ${seconds(fromMs)}..${seconds(toMs)} ${state}`);
    return `${name}: ${[...shown, ...marks.map(({ look, atMs }) => `${look} ${seconds(atMs)}`)].join(', ')}`;
  });
}

function lanes(events: readonly EventAnswer[], nowSeconds = 100): readonly Lane[] {
  return lanesOf(events, { nowMs: START_MS + nowSeconds * 1_000 });
}

describe('turns', () => {
  const turnsAt = (events: readonly EventAnswer[], isInTurn = false): string[] => {
    const turns = turnsOf(events, { nowMs: START_MS + 100_000, isInTurn });
    return turns === undefined ? [] : show([turns]);
  };
  const events: EventAnswer[] = [
    { kind: 'started', turn: 1, at: at(0) },
    { kind: 'step', id: 1, name: 'a', turn: 1, at: at(2) },
    { kind: 'taken-over', turn: 2, at: at(30) },
    { kind: 'step-completed', id: 1, turn: 2, at: at(31) },
    { kind: 'signal-received', name: 'go', turn: 5, at: at(50) },
    { kind: 'message-waiting', name: 'go' },
  ];

  it('go from the first thing that was recorded to the last; one whose run was taken over is red', () => {
    expect(turnsAt(events)).toEqual(['turns: turn 0..2 failed, turn 30..31 done, turn 50..50 done']);
  });

  it('let the one that goes on go until now', () => {
    expect(turnsAt(events, true)).toEqual(['turns: turn 0..2 failed, turn 30..31 done, turn 50..100 open']);
  });

  it('are none where the engine does not say them, or nothing has happened yet', () => {
    expect(turnsAt([{ kind: 'started', at: at(0) }])).toEqual([]);
    expect(turnsAt([], true)).toEqual([]);
  });
});

describe('lanes', () => {
  it('have a bar for each attempt of a step, and one for each pause between two', () => {
    const events: EventAnswer[] = [
      { kind: 'step', id: 1, name: 'charge', at: at(0) },
      { kind: 'step-retrying', id: 1, at: at(2), retryAt: at(10) },
      { kind: 'step-interrupted', id: 1, at: at(12) },
      { kind: 'step-failed', id: 1, at: at(20) },
    ];
    expect(show(lanes(events))).toEqual([
      'charge: attempt 0..2 failed, pause 2..10 done, attempt 10..12 failed, attempt 12..20 failed',
    ]);
  });

  it('let what goes on go until now: a sleep, an attempt, the pause before one', () => {
    const events: EventAnswer[] = [
      { kind: 'sleep', id: 1, name: 'sleep', at: at(0) },
      { kind: 'step', id: 2, name: 'a', at: at(0) },
      { kind: 'step', id: 3, name: 'b', at: at(0) },
      { kind: 'step-retrying', id: 3, at: at(1), retryAt: at(500) },
    ];
    expect(show(lanes(events))).toEqual([
      'sleep: sleep 0..100 open',
      'a: attempt 0..100 open',
      'b: attempt 0..1 failed, pause 1..100 done',
    ]);
  });

  it('end with their run', () => {
    const events: EventAnswer[] = [
      { kind: 'sleep', id: 1, name: 'timeout', at: at(0) },
      { kind: 'completed', at: at(7) },
    ];
    expect(show(lanes(events))).toEqual(['timeout: sleep 0..7 done']);
  });

  it('give a signal to what waits for it, and another message a lane of its own', () => {
    const events: EventAnswer[] = [
      { kind: 'receive', id: 1, name: 'go', at: at(0) },
      { kind: 'signal-received', name: 'go', messageId: 'm', at: at(3) },
      { kind: 'signal-received', name: 'go', messageId: 'n', at: at(4) },
      { kind: 'cancel-requested', messageId: 'o', at: at(5) },
      { kind: 'message-waiting', messageId: 'p', name: 'go' },
    ];
    expect(show(lanes(events))).toEqual([
      'signal go: wait 0..3 done, message 3',
      'go: message 4',
      'cancel-requested: message 5',
    ]);
  });

  it('put what overlaps with its like below it, and what comes after it beside it', () => {
    const events: EventAnswer[] = [
      { kind: 'step', id: 1, name: 'a', at: at(0) },
      { kind: 'step', id: 2, name: 'a', at: at(1) },
      { kind: 'step-completed', id: 1, at: at(2) },
      { kind: 'step-completed', id: 2, at: at(3) },
      { kind: 'step', id: 3, name: 'a', at: at(4) },
      { kind: 'step-completed', id: 3, at: at(5) },
    ];
    expect(show(lanes(events))).toEqual(['a: attempt 0..2 done, attempt 4..5 done', 'a: attempt 1..3 done']);
  });

  it('name another run for what is done to it', () => {
    const events: EventAnswer[] = [
      { kind: 'step', id: 1, name: 'c', operation: { kind: 'start-child', runId: 'c-1' }, at: at(0) },
      { kind: 'step-completed', id: 1, at: at(1) },
      { kind: 'run-ended', runId: 'c-1', status: 'completed', messageId: 'm', at: at(9) },
    ];
    expect(show(lanes(events))).toEqual(['c-1: attempt 0..1 done, message 9']);
  });

  it('of any history have bars that end where or after they begin, and name events that there are', () => {
    const kinds = [
      'step',
      'sleep',
      'receive',
      'step-completed',
      'step-retrying',
      'step-heartbeat',
      'sleep-completed',
      'signal-received',
      'completed',
      'x',
    ];
    const event = fc.record({
      kind: fc.constantFrom(...kinds),
      id: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
      name: fc.constantFrom('a', 'b'),
      at: fc.option(fc.integer({ min: 0, max: 1e6 }).map(at), { nil: undefined }),
      retryAt: fc.option(fc.integer({ min: 0, max: 1e6 }).map(at), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (made) => {
        const events = made as unknown as EventAnswer[];
        // A journal's times go on.
        events.sort((left, right) => (left.at ?? '').localeCompare(right.at ?? ''));
        for (const { bars, marks } of lanes(events, 2e6)) {
          for (const { fromMs, toMs, event: index } of bars)
            expect([toMs >= fromMs, index < events.length]).toEqual([true, true]);
          for (const { event: index } of marks) expect(index).toBeLessThan(events.length);
        }
      }),
    );
  });
});

describe('the time axis', () => {
  const moments = [0, 1, 2, 3, 3 + 30 * DAY, 3 + 30 * DAY + 2].map((seconds) => START_MS + seconds * 1_000);

  it('folds a month in which nothing happens, and leaves the seconds around it room', () => {
    const axis = foldIdle(moments, { isFolded: true });
    const folded = axis.filter((stretch) => stretch.isFolded);
    expect(folded.length).toBe(1);
    expect(folded[0]!.to - folded[0]!.from).toBeCloseTo(0.06);
    expect(placeOf(axis, moments[3]!)).toBeGreaterThan(0.4);
  });

  it('is as long as the time itself where it is not folded', () => {
    const axis = foldIdle(moments, { isFolded: false });
    expect(axis.length).toBe(1);
    expect(placeOf(axis, moments[0]! + 15 * DAY * 1_000)).toBeCloseTo(0.5, 5);
  });

  it('leads from a time to its place and back, in order, from 0 to 1, whatever happened when', () => {
    const times = fc.array(fc.integer({ min: 0, max: 4e10 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(times, fc.boolean(), (made, isFolded) => {
        const sorted = made.sort((left, right) => left - right).map((ms) => START_MS + ms);
        const axis = foldIdle(sorted, { isFolded });
        const places = sorted.map((ms) => placeOf(axis, ms));
        expect(places[0]).toBeCloseTo(0, 6);
        if (sorted.length > 1) expect(places.at(-1)).toBeLessThanOrEqual(1 + 1e-6);
        expect(places.every((place, index) => index === 0 || place >= places[index - 1]! - 1e-9)).toBe(true);
        for (const [index, place] of places.entries())
          expect(Math.abs(timeAt(axis, place) - sorted[index]!)).toBeLessThan(2);
      }),
    );
  });

  it('counts the time of the last look of a run that goes on', () => {
    expect(
      momentsOf([{ kind: 'started', at: at(0) }, { kind: 'step', at: at(0) }, { kind: 'x' }], START_MS + 9_000),
    ).toEqual([START_MS, START_MS + 9_000]);
    expect(momentsOf([{ kind: 'started', at: at(5) }], 0)).toEqual([START_MS + 5_000]);
  });
});

describe('the window', () => {
  it('zooms around a place that stays where it is, from a year to a millisecond and back', () => {
    const axis = foldIdle([START_MS, START_MS + 365 * DAY * 1_000], { isFolded: false });
    const place = placeOf(axis, START_MS + 100 * DAY * 1_000);
    let window = WHOLE;
    for (let steps = 0; steps < 110; steps += 1) window = zoomed(window, place, 1 / 1.25);
    const spanMs = timeAt(axis, window.to) - timeAt(axis, window.from);
    expect(spanMs).toBeLessThan(2);
    expect((place - window.from) / (window.to - window.from)).toBeCloseTo(place, 2);
    for (let steps = 0; steps < 200; steps += 1) window = zoomed(window, place, 1.25);
    expect(window).toEqual(WHOLE);
  });

  it('does not leave the line', () => {
    expect(moved({ from: 0.5, to: 0.7 }, 1)).toEqual({ from: 0.8, to: 1 });
    expect(moved({ from: 0.5, to: 0.75 }, -1)).toEqual({ from: 0, to: 0.25 });
    expect(between(0.75, 0.25)).toEqual({ from: 0.25, to: 0.75 });
  });
});

describe('what is drawn', () => {
  const line = foldIdle([START_MS, START_MS + 1_000_000], { isFolded: false });

  function laneWith(count: number): Lane {
    const bars = Array.from({ length: count }, (_, index) => {
      const fromMs = START_MS + index * (1_000_000 / count);
      return { fromMs, toMs: fromMs + 500_000 / count, look: 'attempt', state: 'done', event: index } as const;
    });
    return {
      key: 'k',
      name: 'n',
      kind: 'step',
      bars,
      marks: bars.map(({ toMs, event }) => ({ atMs: toMs, look: 'message', event })),
    };
  }

  it('of ten thousand bars has no more shapes than there are pixels, and counts what each stands for', () => {
    const { bars, marks } = drawLane(laneWith(10_000), line, WHOLE, 1_000);
    expect(bars.length).toBeLessThan(500);
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
    expect(marks.length).toBeLessThanOrEqual(1_000 / 5 + 1);
    expect(marks.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
  });

  it('of near ones has each, and none that is not seen', () => {
    const { bars } = drawLane(laneWith(10_000), line, { from: 0.5, to: 0.5005 }, 1_000);
    expect(bars.length).toBeLessThanOrEqual(7);
    expect(bars.slice(1, -1).every(({ count, width }) => count === 1 && width > 50)).toBe(true);
  });

  it('has round times that do not touch, also down to milliseconds, and says how long a fold is', () => {
    const { ticks } = ticksOf(line, WHOLE, 1_000);
    expect(ticks.length).toBeGreaterThan(4);
    expect(ticks.every(({ x }, index) => index === 0 || x - ticks[index - 1]!.x > 50)).toBe(true);
    const near = ticksOf(line, { from: 0.5, to: 0.500_01 }, 1_000).ticks;
    expect(near[0]!.text).toMatch(/^\d\d:\d\d:\d\d\.\d\d\d$/);
    const folded = foldIdle(
      [START_MS, START_MS + 2_000, START_MS + 30 * DAY * 1_000, START_MS + 30 * DAY * 1_000 + 2_000],
      { isFolded: true },
    );
    expect(ticksOf(folded, WHOLE, 1_000).folds.map(({ text }) => text)).toEqual(['30 days']);
  });

  it('says where much happens', () => {
    const density = densityOf([laneWith(100)], line, 10);
    expect(Math.max(...density)).toBe(1);
    expect(density.length).toBe(10);
    expect(densityOf([], line, 3)).toEqual([0, 0, 0]);
  });
});
