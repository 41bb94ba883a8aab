import { describe, expect, it } from 'vitest';
import type { EventAnswer } from '../../console/data/answers.ts';
import { compareRuns, differencesOf } from '../../console/history/compare-runs.ts';
import { stateAt } from '../../console/history/state-at.ts';

const at = (minute: number): string => new Date(Date.UTC(2030, 0, 1, 0, minute)).toISOString();

const events: readonly EventAnswer[] = [
  { kind: 'started', at: at(0) },
  { kind: 'step', id: 1, name: 'a', stepId: 'a#1', at: at(0) },
  { kind: 'receive', id: 2, name: 'go', at: at(0) },
  { kind: 'step-retrying', id: 1, at: at(1), retryAt: at(2) },
  { kind: 'step-heartbeat', id: 1, at: at(2) },
  { kind: 'signal-received', name: 'go', at: at(3) },
  { kind: 'step-failed', id: 1, at: at(4) },
  { kind: 'failed', at: at(4) },
];

/** As in `a#1 open 2!`: the attempt of a step, and a mark at what the event has changed. */
function show(index: number): string[] {
  return stateAt(events, index).commands.map(
    ({ name, state, attempt, isChanged }) =>
      `${name} ${state}${attempt > 1 ? ` ${attempt}` : ''}${isChanged ? '!' : ''}`,
  );
}

describe('a run at an event', () => {
  it('has what was asked for until then, and what came of it', () => {
    expect(events.map((_event, index) => show(index).join(', '))).toEqual([
      '',
      'a#1 open!',
      'a#1 open, go open!',
      'a#1 open 2!, go open',
      'a#1 open 2!, go open',
      'a#1 open 2, go done!',
      'a#1 failed 2!',
      '',
    ]);
  });

  it('counts what was over by then', () => {
    expect(stateAt(events, 7)).toMatchObject({ doneCount: 1, failedCount: 1 });
    expect(stateAt(events, 99)).toMatchObject({ doneCount: 1, failedCount: 1 });
    expect(stateAt([], 0).commands).toEqual([]);
  });
});

describe('two runs', () => {
  it('are the same where only times and messages are other', () => {
    const other = events.map((event) => ({ ...event, at: at(50), messageId: 'x', durationMs: 9, bytes: 3 }));
    expect(compareRuns(events, other)).toEqual({ sameCount: 8, otherValues: [], left: undefined, right: undefined });
  });

  it('part at the first event that is about something else, or that one of them does not have', () => {
    const other = [...events.slice(0, 6), { kind: 'step-completed', id: 1, at: at(4) }];
    expect(compareRuns(events, other)).toMatchObject({
      sameCount: 6,
      left: { kind: 'step-failed' },
      right: { kind: 'step-completed' },
    });
    expect(compareRuns(events.slice(0, 3), events)).toMatchObject({
      sameCount: 3,
      left: undefined,
      right: { kind: 'step-retrying' },
    });
  });

  it('say which of the same events have other values, and where in them', () => {
    const left: EventAnswer[] = [{ kind: 'step-completed', id: 1, value: { lines: [{ price: 1 }, { price: 2 }] } }];
    const right: EventAnswer[] = [
      { kind: 'step-completed', id: 1, value: { lines: [{ price: 1 }, { price: 3 }], note: 'x' } },
    ];
    expect(compareRuns(left, right).otherValues).toEqual([
      {
        index: 0,
        differences: [
          { path: 'value.lines.1.price', left: 2, right: 3 },
          { path: 'value.note', left: undefined, right: 'x' },
        ],
      },
    ]);
  });

  it('compare values that are no objects, and those of other kinds', () => {
    expect(differencesOf(1, 1)).toEqual([]);
    expect(differencesOf('a', 'b')).toEqual([{ path: '', left: 'a', right: 'b' }]);
    expect(differencesOf({ a: 1 }, [1])).toEqual([{ path: '', left: { a: 1 }, right: [1] }]);
    expect(differencesOf(undefined, null)).toMatchObject([{ path: '' }]);
  });
});
