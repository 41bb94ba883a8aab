import {
  defineStep,
  now,
  poll,
  sleep,
  type StepContext,
  StepFailedError,
  TimeoutError,
  WorkflowCodeError,
  workflow,
} from 'lull';
import { createTestEngine } from 'lull/testing';
import { describe, expect, test } from 'vitest';
import { drive, START_MS } from '../scheduler/drive.ts';
import { caught, pause, runBody } from './run-body.ts';

const seconds = (): number => (now().getTime() - START_MS) / 1000;

describe('poll', () => {
  test('asks until the answer will do, with a step for each question and a timer for each pause', () => {
    const { outcome, journal } = drive(function* () {
      const answer = yield* poll('job', { until: (n: number) => n >= 3, every: '10s' }, (previous = 0) => previous + 1);
      return [answer, seconds()];
    });
    expect(outcome).toEqual({ kind: 'completed', value: [3, 20] });
    const commands = journal.flatMap((entry) => ('name' in entry ? [`${entry.kind} ${entry.name}`] : []));
    expect(commands).toEqual(['step job', 'sleep poll', 'step job', 'sleep poll', 'step job']);
  });

  test('hands each question the answer before, and on replay too', () => {
    runBody(function* () {
      const given: unknown[] = [];
      const until = (answers: unknown[]): boolean => answers.length === 3;
      yield* poll(
        'job',
        { until: (answers: unknown[]) => (given.push(answers), until(answers)), every: 1 },
        (before) => [...(before ?? []), before?.length],
      );
      expect(given).toEqual([[undefined], [undefined, 1], [undefined, 1, 2]]);
    });
  });

  test('makes the pauses longer by the factor, up to maxEvery', () => {
    runBody(function* () {
      const askedAt: number[] = [];
      const until = (): boolean => askedAt.push(seconds()) === 6;
      yield* poll('job', { until, every: '1s', factor: 3, maxEvery: '20s' }, () => 0);
      expect(askedAt).toEqual([0, 1, 4, 13, 33, 53]);
    });
  });

  test('with pauses of zero lets others go first, and sets no timer', () => {
    const { journal } = drive(function* () {
      yield* poll('job', { until: (n: number) => n === 2, every: 0 }, (n = 0) => n + 1);
    });
    expect(journal.some(({ kind }) => kind === 'sleep')).toBe(false);
  });

  test('throws a TimeoutError when its time is up, in a pause', () => {
    runBody(function* () {
      const error = yield* caught(poll('job', { until: () => false, every: '1m', timeout: '1h 30s' }, () => 0));
      expect(error).toBeInstanceOf(TimeoutError);
      expect((error as Error).message).toBe('the time limit of poll("1h 30s") was up');
      expect(seconds()).toBe(3630);
    });
  });

  test('cuts off a body that is asking when its time is up', async () => {
    let isAborted = false;
    const slow = workflow('slow', function* () {
      const error = yield* caught(
        poll('ask', { until: () => true, every: '1m', timeout: '1h' }, (_previous, { signal }) => {
          signal.addEventListener('abort', () => (isAborted = true));
          return new Promise<number>(() => undefined);
        }),
      );
      return (error as Error).name;
    });
    const engine = createTestEngine({ workflows: [slow] });
    expect(await engine.run(slow, undefined)).toBe('TimeoutError');
    expect(isAborted).toBe(true);
  });

  test('tries a body that throws again as its policy says, and then throws its failure', async () => {
    const attempts: [unknown, number][] = [];
    const flaky = workflow('flaky', function* () {
      return yield* poll(
        'ask',
        { until: (n) => n === 2, every: '1m', retry: { maxAttempts: 2 } },
        (previous: number | undefined, { attempt }: StepContext): number => {
          attempts.push([previous, attempt]);
          if (attempt === 1) throw new Error('busy');
          return (previous ?? 0) + 1;
        },
      );
    });
    const hopeless = workflow('hopeless', { steps: { retry: false } }, function* () {
      return yield* poll('ask', { until: () => true, every: '1m' }, () => {
        throw new Error('gone');
      });
    });
    const engine = createTestEngine({ workflows: [flaky, hopeless] });
    expect(await engine.run(flaky, undefined)).toBe(2);
    expect(attempts).toEqual([
      [undefined, 1],
      [undefined, 2],
      [1, 1],
      [1, 2],
    ]);
    await expect(engine.run(hopeless, undefined)).rejects.toMatchObject({ step: 'ask', attempts: 1 });
    await expect(engine.run(hopeless, undefined)).rejects.toBeInstanceOf(StepFailedError);
  });

  test('is mocked as a step is, with the answer before', async () => {
    const job = workflow('job', function* () {
      return yield* poll('ask', { until: (n: number) => n === 3, every: '1m' }, () => 0);
    });
    const engine = createTestEngine({ workflows: [job] });
    engine.mockStep('ask', (previous: number = 0) => previous + 1);
    expect(await engine.run(job, undefined)).toBe(3);
    expect(engine.calls('ask')).toHaveLength(3);
  });

  test('a body that changes the answer before is found in the testing kit', async () => {
    const careless = workflow('careless', function* () {
      return yield* poll(
        'ask',
        { until: (list: number[]) => list.length > 1, every: '1m', retry: false },
        (list = []) => {
          list.push(1);
          return [...list];
        },
      );
    });
    const engine = createTestEngine({ workflows: [careless] });
    await expect(engine.run(careless, undefined)).rejects.toMatchObject({ cause: { code: 'ARGUMENT_CHANGED' } });
  });

  test('throws what until throws, and refuses one that has to be awaited', () => {
    runBody(function* () {
      const no = new Error('no such job');
      const fails = (): boolean => {
        throw no;
      };
      expect(yield* caught(poll('job', { until: fails, every: 1 }, () => 0))).toBe(no);
      const later = (async () => true) as never;
      const error = yield* caught(poll('job', { until: later, every: 1 }, () => 0));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    });
  });

  test.each<[string, unknown[]]>([
    ['the name of a poll is ""', ['', { until: () => true, every: 1 }, () => 0]],
    ['the body of poll "p" is undefined', ['p', { until: () => true, every: 1 }]],
    ['the options of poll "p" are undefined', ['p', undefined, () => 0]],
    ['poll "p" has no option "interval"', ['p', { until: () => true, every: 1, interval: 1 }, () => 0]],
    ['the until of poll "p" is undefined', ['p', { every: 1 }, () => 0]],
    ['the every of poll "p"', ['p', { until: () => true }, () => 0]],
    ['the factor of poll "p" is 0.5', ['p', { until: () => true, every: 1, factor: 0.5 }, () => 0]],
    ['poll "p" has a maxEvery of 1 ms, below', ['p', { until: () => true, every: 2, maxEvery: 1 }, () => 0]],
    ['the duration of poll()', ['p', { until: () => true, every: 1, timeout: 'soon' }, () => 0]],
    ['the retry policy of poll "p"', ['p', { until: () => true, every: 1, retry: 3 }, () => 0]],
  ])('refuses bad arguments: %s', (message, args) => {
    runBody(function* () {
      const refused = (): unknown => (poll as (...args: unknown[]) => unknown)(...args);
      expect(refused).toThrow(WorkflowCodeError);
      expect(refused).toThrow(message);
      yield* pause();
    });
  });

  test('is withdrawn with its task', async () => {
    const asked = defineStep('asked', () => 1);
    const cut = workflow('cut', function* () {
      yield* asked();
      yield* sleep(0);
      return yield* caught(poll('ask', { until: () => false, every: '1m', timeout: '90s' }, () => 0));
    });
    const engine = createTestEngine({ workflows: [cut] });
    expect(await engine.run(cut, undefined)).toBeInstanceOf(TimeoutError);
    expect(engine.calls('ask')).toHaveLength(2);
  });
});
