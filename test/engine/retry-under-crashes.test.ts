/** Retries and forks with a crash at each place: what stands stays, and what failed is done again under its own key. */
import { expect, test } from 'vitest';
import { child, gather, signal, sleep, step, type StepContext, workflow } from 'lull';
import { crashEverywhere } from '../../lib/testing/crash-everywhere.ts';
import { createTestEngine, type TestEngine } from '../../lib/testing/create-test-engine.ts';
import { failed } from './failed-runs.ts';

/** Adds the numbers up to `to`; the step of one of them is broken. */
function adding(to: number, broken: number, isMended: () => boolean) {
  return workflow('adding', function* (factor: number) {
    let sum = 0;
    for (let n = 1; n <= to; n += 1) {
      sum += yield* step(`add ${n}`, { retry: false }, () => {
        if (n === broken && !isMended()) throw new Error('it is broken');
        return n * factor;
      });
    }
    return sum;
  });
}

/** Of each step, how often its body was begun, and under how many keys. */
function callsOf(engine: TestEngine, to: number): { calls: number[]; keys: number[] } {
  const all = Array.from({ length: to }, (_, index) => engine.calls(`add ${index + 1}`));
  return { calls: all.map(({ length }) => length), keys: all.map(keysOf) };
}

/** How many keys the calls have. */
function keysOf(calls: readonly unknown[]): number {
  return new Set((calls as StepContext[]).map(({ idempotencyKey }) => idempotencyKey)).size;
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);

test('of a run of a hundred steps a retry runs one again, and a fork with another input those from there on', async () => {
  let isMended = false;
  const hundred = adding(100, 57, () => isMended);
  const engine = createTestEngine({ workflows: [hundred] });
  const run = await engine.start(hundred, 1);
  expect(await failed(run)).toMatchObject({ step: 'add 57' });
  isMended = true;
  await run.retry();
  expect(await run.result()).toBe(5050);
  const fork = await run.fork({ before: 'add 91#91', input: 1_000 });
  expect(await fork.result()).toBe(4095 + 955_000);
  const { calls, keys } = callsOf(engine, 100);
  expect(calls).toEqual(Array.from({ length: 100 }, (_, index) => (index === 56 || index >= 90 ? 2 : 1)));
  expect(keys).toEqual(Array.from({ length: 100 }, (_, index) => (index >= 90 ? 2 : 1)));
});

test('a run that is tried again after a fix runs each step under one key, whatever crashes', async () => {
  let isMended = false;
  const broken = adding(3, 2, () => isMended);
  const { points } = await crashEverywhere({
    workflows: [broken],
    scenario: async (engine) => {
      isMended = false;
      const run = await engine.start(broken, 1);
      expect(await failed(run)).toMatchObject({ step: 'add 2' });
      isMended = true;
      await run.retry();
      expect(await run.result()).toBe(6);
      const { calls, keys } = callsOf(engine, 3);
      expect(keys).toEqual([1, 1, 1]);
      expect(sumOf(calls)).toBeLessThanOrEqual(5); // four, and one that a crash has cut off
    },
  });
  expect(points).toBeGreaterThan(20);
});

test('a fork with another input runs the steps from there on alone, whatever crashes', async () => {
  let isMended = false;
  const broken = adding(3, 2, () => isMended);
  const { points } = await crashEverywhere({
    workflows: [broken],
    scenario: async (engine) => {
      isMended = false;
      const run = await engine.start(broken, 1);
      await failed(run);
      isMended = true;
      const fork = await run.fork({ before: 'add 2#2', input: 100 });
      expect(await fork.result()).toBe(1 + 200 + 300);
      expect((await run.describe()).status).toBe('failed');
      const { calls, keys } = callsOf(engine, 3);
      expect(keys).toEqual([1, 2, 1]);
      expect(sumOf(calls)).toBeLessThanOrEqual(5);
    },
  });
  expect(points).toBeGreaterThan(20);
});

test('what came beside the failure and after it comes again once, whatever crashes', async () => {
  const news = signal<string>('news');
  let isMended = false;
  const mixed = workflow('mixed', function* () {
    const both = yield* gather([
      step('first', { retry: false }, () => {
        if (!isMended) throw new Error('it is broken');
        return 'first';
      }),
      step('beside', () => 'beside'),
    ]);
    yield* sleep('1h');
    return [...both, yield* news.receive()];
  });
  await crashEverywhere({
    workflows: [mixed],
    scenario: async (engine) => {
      isMended = false;
      const run = await engine.start(mixed);
      await run.signal(news, 'early');
      await failed(run);
      isMended = true;
      await run.retry();
      expect(await run.result()).toEqual(['first', 'beside', 'early']);
      expect(keysOf(engine.calls('first'))).toBe(1);
      expect(keysOf(engine.calls('beside'))).toBe(1);
    },
  });
});

test('a parent that is tried again tries its failed child again, whatever crashes', async () => {
  let isMended = false;
  const broken = adding(1, 1, () => isMended);
  const parent = workflow('parent', function* () {
    return yield* child(broken, 1, { id: 'adds' });
  });
  await crashEverywhere({
    workflows: [parent, broken],
    scenario: async (engine) => {
      isMended = false;
      const run = await engine.start(parent);
      await failed(run);
      isMended = true;
      await run.retry();
      expect(await run.result()).toBe(1);
      expect(callsOf(engine, 1).keys).toEqual([1]);
    },
  });
});
