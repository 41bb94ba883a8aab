import { type Coroutine, log, now, random, runInfo, sleep, uuid } from 'lull';
import { describe, expect, it } from 'vitest';
import type { StepContext } from '../../lib/core/step.ts';
import { drive, INFO, START_MS } from '../scheduler/drive.ts';
import { runBody } from './run-body.ts';
import { whileProvided } from './while-provided.ts';

describe('what a run knows', () => {
  it('now is the time of the event that woke it last', () => {
    const times = runBody(function* () {
      const before = now();
      yield* sleep('1h');
      // Changing what it gave changes nothing.
      now().setTime(0);
      return [before, now()].map((date) => date.getTime() - START_MS);
    });
    expect(times).toEqual([0, 3_600_000]);
  });

  it('random returns the same numbers on each replay, and others in other runs', () => {
    function* draw(): Coroutine<number[]> {
      const first = random();
      yield* sleep('1s');
      return [first, random()];
    }
    const numbers = runBody(draw);
    expect(numbers[0]).not.toBe(numbers[1]);
    for (const number of numbers) expect(number >= 0 && number < 1).toBe(true);
    expect(runBody(draw, { seed: 'another' })).not.toEqual(numbers);
  });

  it('uuid is of version 4, and another one each time', () => {
    const ids = runBody(function* () {
      yield* sleep(0);
      return Array.from({ length: 500 }, uuid);
    });
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(500);
    expect(new Set(ids.map((id) => id[19]))).toEqual(new Set(['8', '9', 'a', 'b']));
  });

  it('runInfo is what the run was started with', () => {
    expect(
      runBody(function* () {
        yield* sleep(0);
        return runInfo();
      }),
    ).toEqual(INFO);
  });
});

describe('log', () => {
  it('goes to the log of the run', () => {
    const { logged } = drive(function* () {
      log.info('accepted', { lines: 3 });
      yield* sleep('1s');
      log.error('late');
    });
    expect(logged).toEqual([
      { level: 'info', values: ['accepted', { lines: 3 }] },
      { level: 'error', values: ['late'] },
    ]);
  });

  it("goes to the step's log in the body of a step", () => {
    const lines: unknown[][] = [];
    const stepLog = { warn: (...values: unknown[]) => lines.push(values) };
    whileProvided({ log: stepLog } as unknown as StepContext, () => {
      log.warn('hot', 1);
    });
    expect(lines).toEqual([['hot', 1]]);
  });
});

it.each([
  ['now', () => now()],
  ['random', () => random()],
  ['uuid', () => uuid()],
  ['runInfo', () => runInfo()],
  ['log', () => log.info('x')],
])('%s outside of a run is an error that says where it belongs', (name, call) => {
  const message = expect.stringMatching(new RegExp(`^${name}\\b.*belongs in a workflow`)) as string;
  expect(call).toThrow(expect.objectContaining({ code: 'NOT_IN_A_RUN', message }) as Error);
});
