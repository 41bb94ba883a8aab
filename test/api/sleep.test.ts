import { createTask, now, sleep, sleepUntil } from 'lull';
import { describe, expect, it } from 'vitest';
import { drive, START_MS } from '../scheduler/drive.ts';
import { caught, runBody } from './run-body.ts';

describe('sleep', () => {
  it("returns its result after its time, in the run's own clock", () => {
    const result = runBody(function* () {
      const times: number[] = [];
      const values = [yield* sleep('1h 30m', 'a'), times.push(now().getTime() - START_MS), yield* sleep({ days: 3 })];
      times.push(now().getTime() - START_MS);
      return [values[0], values[2], times];
    });
    expect(result).toEqual(['a', undefined, [5_400_000, 5_400_000 + 3 * 86_400_000]]);
  });

  it('counts from when it is awaited, not from when it is made', () => {
    const { endedAtMs } = drive(function* () {
      const nap = sleep('1s');
      yield* sleep('10s');
      yield* nap;
    });
    expect(endedAtMs - START_MS).toBe(11_000);
  });

  it('of zero lets other tasks go first, returns its result, and is not in the journal', () => {
    const order: string[] = [];
    const { outcome, journal } = drive(function* () {
      createTask(
        (function* () {
          order.push('task');
          yield* sleep(0);
        })(),
      );
      const value = yield* sleep(0, 'body');
      order.push(value);
    });
    expect(outcome.kind).toBe('completed');
    expect(order).toEqual(['task', 'body']);
    expect(journal).toHaveLength(1);
  });

  it('can be of years', () => {
    const { endedAtMs } = drive(() => sleep({ days: 3650 })[Symbol.iterator]() as Generator<never, void>);
    expect(endedAtMs - START_MS).toBe(3650 * 86_400_000);
  });

  it.each([-1, '-1s', NaN, Infinity, 'tomorrow', '5', {}, null])('refuses %j at the call', (duration) => {
    const { outcome } = drive(function* () {
      yield* sleep(0);
      sleep(duration as never);
    });
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: { code: 'INVALID_ARGUMENT', message: expect.stringContaining('sleep()') as string },
    });
  });

  it('awaited twice is an error that says what to do', () => {
    const error = runBody(function* () {
      const nap = sleep('1s');
      yield* nap;
      return yield* caught(nap);
    });
    expect(error).toMatchObject({ code: 'ALREADY_AWAITED', message: expect.stringContaining('sleep("1s")') as string });
  });

  it('outside of a run is an error that says where it belongs', () => {
    expect(() => sleep('1s')).toThrow(expect.objectContaining({ code: 'NOT_IN_A_RUN' }) as Error);
  });
});

describe('sleepUntil', () => {
  it('ends at that time: a Date, or a text', () => {
    const times = runBody(function* () {
      const times: string[] = [];
      yield* sleepUntil(new Date(START_MS + 1000));
      times.push(now().toISOString());
      yield* sleepUntil('2030-02-01T00:00:00Z');
      times.push(now().toISOString());
      return times;
    });
    expect(times).toEqual(['2030-01-01T00:00:01.000Z', '2030-02-01T00:00:00.000Z']);
  });

  it('in the past, or now, only lets others go first', () => {
    const { journal, endedAtMs } = drive(function* () {
      yield* sleepUntil('1999-12-31');
      yield* sleepUntil(now());
    });
    expect(journal).toHaveLength(1);
    expect(endedAtMs).toBe(START_MS);
  });

  it.each([
    'tomorrow',
    '',
    '5',
    '2030-02-30T09:00:00Z',
    '2030-02-01T09:00:00',
    '2030-06-31',
    new Date(NaN),
    1_893_456_000_000,
    undefined,
  ])('refuses %j', (date) => {
    const { outcome } = drive(function* () {
      yield* sleep(0);
      sleepUntil(date as never);
    });
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'INVALID_ARGUMENT' } });
  });
});
