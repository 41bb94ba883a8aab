import { describe, expect, it } from 'vitest';
import { createMetrics, NO_METRICS } from '../../lib/lambda/metrics.ts';
import type { TurnEnded, TurnOutcome } from '../../lib/ports/observer.ts';
import { readMetrics } from './emf.ts';

const TURN: TurnEnded = {
  kind: 'turn-ended',
  runId: 'r1',
  workflow: 'nap',
  epoch: 3,
  beganAtMs: 1_000,
  atMs: 1_250,
  takesOver: false,
  outcome: 'suspended',
  errorName: undefined,
  startsRun: false,
  replayedEvents: 0,
  stepsBegun: 0,
  stepRetries: 0,
};

function linesOf(write: (metrics: ReturnType<typeof createMetrics>) => void): string[] {
  const lines: string[] = [];
  write(createMetrics({ engine: 'Shop/Workflows', nowMs: () => 1_795_348_800_000, write: (line) => lines.push(line) }));
  return lines;
}

function turn(changes: Partial<TurnEnded>, writeUnits = 0): Record<string, number> {
  const lines = linesOf((metrics) => metrics.turnEnded({ ...TURN, ...changes }, writeUnits));
  expect(lines).toHaveLength(1);
  return readMetrics(lines[0]!);
}

const E = 'engine=Shop/Workflows';

describe('the metrics of a turn', () => {
  it('say what became of the snapshots of its run', () => {
    const counted = (snapshots: NonNullable<TurnEnded['snapshots']>): string[] =>
      Object.keys(turn({ snapshots })).filter((name) => name.startsWith('Snapshots'));
    expect(counted({ writtenBytes: 9, restored: true })).toEqual([`SnapshotsWritten{${E}}`, `SnapshotsRestored{${E}}`]);
    expect(counted({ audited: true })).toEqual([`SnapshotsAudited{${E}}`]);
    expect(counted({ audited: true, wrong: 'x' })).toEqual([`SnapshotsAudited{${E}}`, `SnapshotsWrong{${E}}`]);
    expect(counted({ refused: 'x', dropped: 'y' })).toEqual([`SnapshotsRefused{${E}}`, `SnapshotsDropped{${E}}`]);
  });

  it('are its time alone, where nothing else was', () => {
    expect(turn({})).toEqual({ [`TurnTime{${E}}`]: 250 });
  });

  it('count the turn also if it took no time', () => {
    expect(turn({ atMs: 1_000 })).toEqual({ [`TurnTime{${E}}`]: 0 });
  });

  it('are all that it did, for the engine, and of its run also for the workflow', () => {
    const all = { startsRun: true, outcome: 'completed', replayedEvents: 7, stepsBegun: 5, stepRetries: 2 } as const;
    expect(turn({ ...all, takesOver: true }, 9.5)).toEqual({
      [`TurnTime{${E}}`]: 250,
      [`RunsStarted{${E}}`]: 1,
      [`RunsStarted{${E},workflow=nap}`]: 1,
      [`RunsCompleted{${E}}`]: 1,
      [`RunsCompleted{${E},workflow=nap}`]: 1,
      [`ReplayedEvents{${E}}`]: 7,
      [`Steps{${E}}`]: 5,
      [`StepRetries{${E}}`]: 2,
      [`TakeOvers{${E}}`]: 1,
      [`WriteUnits{${E}}`]: 9.5,
    });
  });

  it.each<[TurnOutcome, string[]]>([
    ['completed', [`RunsCompleted{${E}}`, `RunsCompleted{${E},workflow=nap}`]],
    ['failed', [`RunsFailed{${E}}`, `RunsFailed{${E},workflow=nap}`]],
    ['blocked', [`RunsBlocked{${E}}`, `RunsBlocked{${E},workflow=nap}`]],
    ['cancelled', [`RunsCancelled{${E}}`]],
    ['terminated', [`RunsTerminated{${E}}`]],
    ['pending', []],
    ['suspended', []],
    ['dropped', []],
    ['error', []],
  ])('say of one that is %s: %j', (outcome, keys) => {
    const { [`TurnTime{${E}}`]: _time, ...runs } = turn({ outcome });
    expect(runs).toEqual(Object.fromEntries(keys.map((key) => [key, 1])));
  });

  it('name the run for those who search the log, and what became of it', () => {
    const [line] = linesOf((metrics) => metrics.turnEnded(TURN, 0));
    expect(JSON.parse(line!)).toMatchObject({ runId: 'r1', workflow: 'nap', epoch: 3, outcome: 'suspended' });
  });

  it('take less than 700 bytes of the log, all of them together', () => {
    const all = { startsRun: true, outcome: 'completed', replayedEvents: 7, stepsBegun: 5, stepRetries: 2 } as const;
    const runId = '01KAYCZ9C0V3Q4Q7W3F1T2B9XN';
    const [most] = linesOf((metrics) => metrics.turnEnded({ ...TURN, ...all, runId, takesOver: true }, 9.5));
    const [usual] = linesOf((metrics) => metrics.turnEnded({ ...TURN, runId, stepsBegun: 3, replayedEvents: 9 }, 8));
    expect(Buffer.byteLength(usual!)).toBeLessThan(450);
    expect(Buffer.byteLength(most!)).toBeLessThan(1_000);
  });
});

it('a turn that ended in an error is counted without its workflow', () => {
  const [line] = linesOf((metrics) => metrics.turnFailed('r1'));
  expect(readMetrics(line!)).toEqual({ [`TurnsFailed{${E}}`]: 1 });
});

describe('the metrics of a sweep', () => {
  it('are what it woke and how long that was due', () => {
    const [line] = linesOf((metrics) => metrics.swept({ woken: 4, oldestDueMs: 61_000 }));
    expect(readMetrics(line!)).toEqual({ [`SweptRuns{${E}}`]: 4, [`OldestDueRunAge{${E}}`]: 61_000 });
  });

  it('are none where it found nothing: an idle engine writes no line', () => {
    expect(linesOf((metrics) => metrics.swept({ woken: 0, oldestDueMs: undefined }))).toEqual([]);
  });
});

it('where metrics are switched off there is nobody to write', () => {
  expect(() => {
    NO_METRICS.turnEnded(TURN, 1);
    NO_METRICS.turnFailed('r1');
    NO_METRICS.swept({ woken: 1, oldestDueMs: 1 });
  }).not.toThrow();
});
