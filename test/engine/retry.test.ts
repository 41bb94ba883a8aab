/** A failed run that is tried again: which steps run again, and which do not. */
import { describe, expect, test } from 'vitest';
import { type Coroutine, gather, runInfo, sleep, step, taskGroup, workflow } from '../../lib/index.ts';
import { createTestEngine } from '../../lib/testing/create-test-engine.ts';
import { failed, historyOf } from './failed-runs.ts';

test('of a run of a hundred steps only the step that failed runs again', async () => {
  let isMended = false;
  const hundred = workflow('hundred', function* () {
    let sum = 0;
    for (let n = 1; n <= 100; n += 1) {
      sum += yield* step(`add ${n}`, { retry: false }, () => {
        if (n === 57 && !isMended) throw new Error('it is broken');
        return n;
      });
    }
    return sum;
  });
  const engine = createTestEngine({ workflows: [hundred] });
  const run = await engine.start(hundred);
  expect(await failed(run)).toMatchObject({ step: 'add 57' });

  isMended = true;
  await run.retry();
  expect(await run.result()).toBe(5050);

  const calls = Array.from({ length: 100 }, (_, index) => engine.calls(`add ${index + 1}`).length);
  expect(calls).toEqual(Array.from({ length: 100 }, (_, index) => (index === 56 ? 2 : 1)));
});

test('its code sees which attempt it is, from the step that failed on', async () => {
  let failures = 2;
  const flaky = workflow('flaky', function* () {
    const seen = [runInfo().attempt];
    yield* step('before', () => 1);
    seen.push(runInfo().attempt);
    yield* step('flaky', { retry: false }, () => {
      if (failures-- > 0) throw new Error('no');
    });
    yield* sleep('1h');
    return [...seen, runInfo().attempt];
  });
  const run = await createTestEngine({ workflows: [flaky] }).start(flaky);
  await failed(run);
  await run.retry();
  await failed(run);
  await run.retry();
  expect(await run.result()).toEqual([1, 1, 3]);
});

describe('the step that failed', () => {
  test('has all of its attempts again, and keeps its idempotency key', async () => {
    const seen: string[] = [];
    let isMended = false;
    const charge = workflow('charge', function* () {
      return yield* step('charge', { retry: { maxAttempts: 3 } }, ({ attempt, idempotencyKey }) => {
        seen.push(`${attempt} ${idempotencyKey}`);
        if (!isMended || attempt < 3) throw new Error('no');
        return 'paid';
      });
    });
    const engine = createTestEngine({ workflows: [charge] });
    const run = await engine.start(charge);
    await failed(run);
    isMended = true;
    await run.retry();
    expect(await run.result()).toBe('paid');
    expect(seen.map((line) => line.slice(0, 1))).toEqual(['1', '2', '3', '1', '2', '3']);
    expect(new Set(seen.map((line) => line.slice(2))).size).toBe(1);
  });

  test('may fail again, and the run be tried again, as often as it takes', async () => {
    let calls = 0;
    const flaky = workflow('flaky', function* () {
      yield* step('before', () => 1);
      return yield* step('flaky', { retry: false }, () => {
        calls += 1;
        if (calls < 4) throw new Error(`no ${calls}`);
        return calls;
      });
    });
    const engine = createTestEngine({ workflows: [flaky] });
    const run = await engine.start(flaky);
    for (let n = 1; n <= 3; n += 1) {
      expect(((await failed(run)) as Error).message).toContain(`no ${n}`);
      await run.retry();
    }
    expect(await run.result()).toBe(4);
    expect(engine.calls('before')).toHaveLength(1);
    const kinds = (await historyOf(run)).map(({ kind, attempt }) => `${kind}${attempt ?? ''}`);
    expect(kinds.filter((kind) => kind.startsWith('retried'))).toEqual(['retried2', 'retried3', 'retried4']);
    expect(kinds.filter((kind) => kind.startsWith('step-failed'))).toHaveLength(3);
  });

  test('has its total timeout again', async () => {
    let isMended = false;
    const slow = workflow('slow', function* () {
      return yield* step('slow', { totalTimeout: '10s', retry: { firstDelay: '4s', jitter: 0, factor: 1 } }, () => {
        if (!isMended) throw new Error('no');
        return 'done';
      });
    });
    const engine = createTestEngine({ workflows: [slow] });
    const run = await engine.start(slow);
    await failed(run);
    await engine.advance('1 hour');
    isMended = true;
    await run.retry();
    expect(await run.result()).toBe('done');
  });

  test('that is to run at most once is not run a second time', async () => {
    let calls = 0;
    const once = workflow('once', function* () {
      yield* step('once', { atMostOnce: true }, () => {
        calls += 1;
        throw new Error('who knows');
      });
    });
    const engine = createTestEngine({ workflows: [once] });
    const run = await engine.start(once);
    await failed(run);
    await run.retry();
    expect(((await failed(run)) as Error).message).toContain('at most once');
    expect(calls).toBe(1);
  });

  test('is found behind the error that the code made of it', async () => {
    let isMended = false;
    const wrapping = workflow('wrapping', function* () {
      yield* step('first', () => 1);
      try {
        return yield* step('ship', { retry: false }, () => {
          if (!isMended) throw new Error('no');
          return 'shipped';
        });
      } catch (cause) {
        throw new Error('it could not be shipped', { cause });
      }
    });
    const engine = createTestEngine({ workflows: [wrapping] });
    const run = await engine.start(wrapping);
    await failed(run);
    isMended = true;
    await run.retry();
    expect(await run.result()).toBe('shipped');
    expect(engine.calls('first')).toHaveLength(1);
  });

  test('is not one that failed before and was caught', async () => {
    let isMended = false;
    const falling = workflow('falling', function* () {
      let how = 'plan a';
      try {
        yield* step('try', { retry: false }, () => {
          throw new Error('no');
        });
      } catch {
        how = yield* step('plan b', () => 'plan b');
      }
      yield* step('try', { retry: false }, () => {
        if (!isMended) throw new Error('no');
      });
      return how;
    });
    const engine = createTestEngine({ workflows: [falling] });
    const run = await engine.start(falling);
    await failed(run);
    isMended = true;
    await run.retry();
    expect(await run.result()).toBe('plan b');
    expect(engine.calls('plan b')).toHaveLength(1);
    expect(engine.calls('try')).toHaveLength(3);
  });
});

describe('steps beside the one that failed', () => {
  test('that completed, before and after it failed, are not run again', async () => {
    let isMended = false;
    const wide = workflow('wide', function* () {
      const results = yield* gather(
        [1, 2, 3].map((n) =>
          step(`part ${n}`, { retry: false }, async () => {
            if (n === 2 && !isMended) throw new Error('no');
            return n;
          }),
        ),
        { returnExceptions: true },
      );
      const [error] = results.filter((result) => result instanceof Error);
      if (error !== undefined) throw error;
      return results;
    });
    const engine = createTestEngine({ workflows: [wide] });
    const run = await engine.start(wide);
    await failed(run);
    isMended = true;
    await run.retry();
    expect(await run.result()).toEqual([1, 2, 3]);
    expect([1, 2, 3].map((n) => engine.calls(`part ${n}`).length)).toEqual([1, 2, 1]);
  });

  test('all of a group that failed run again, and no others', async () => {
    let isMended = false;
    const grouped = workflow('grouped', function* () {
      yield* step('before', () => 0);
      return yield* taskGroup(function* (group) {
        const tasks = [1, 2, 3, 4].map((n) =>
          group.createTask(
            step(`part ${n}`, { retry: false }, () => {
              if (n % 2 === 0 && !isMended) throw new Error(`no ${n}`);
              return n;
            }),
          ),
        );
        const sum: number[] = [];
        for (const task of tasks) sum.push(yield* task);
        return sum;
      });
    });
    const engine = createTestEngine({ workflows: [grouped] });
    const run = await engine.start(grouped);
    await failed(run);
    isMended = true;
    await run.retry();
    expect(await run.result()).toEqual([1, 2, 3, 4]);
    expect(engine.calls('before')).toHaveLength(1);
    expect(engine.calls('part 1')).toHaveLength(1);
  });
});

describe('a run that failed without a step', () => {
  test('goes on, by code that was mended, from where its code threw', async () => {
    const broken = workflow('bug', function* (): Coroutine<number> {
      const three = yield* step('three', () => 3);
      const four = yield* step('four', () => 4);
      throw new TypeError(`${three + four} is not a function`);
    });
    const mended = workflow('bug', function* (): Coroutine<number> {
      const three = yield* step('three', () => 3);
      const four = yield* step('four', () => 4);
      return three + four + (yield* step('five', () => 5));
    });
    const engine = createTestEngine({ workflows: [broken] });
    const run = await engine.start(broken);
    expect(await failed(run)).toBeInstanceOf(TypeError);
    await engine.deploy([mended]);
    await run.retry();
    expect(await run.result()).toBe(12);
    expect(engine.calls('three')).toHaveLength(1);
  });

  test('fails once more by the same code', async () => {
    const broken = workflow('bug', function* () {
      yield* step('three', () => 3);
      throw new TypeError('no function');
    });
    const engine = createTestEngine({ workflows: [broken] });
    const run = await engine.start(broken);
    await failed(run);
    await run.retry();
    expect(await failed(run)).toBeInstanceOf(TypeError);
    expect(engine.calls('three')).toHaveLength(1);
  });

  test('by its timeout has all of it again', async () => {
    const patient = workflow('patient', { timeout: '1 hour' }, function* () {
      yield* step('begin', () => 1);
      yield* sleep('50 minutes');
      yield* sleep('50 minutes');
      return 'done';
    });
    const engine = createTestEngine({ workflows: [patient] });
    const run = await engine.start(patient);
    expect(((await failed(run)) as Error).message).toContain('timeout');
    await engine.advance('3 days');
    await run.retry();
    expect(await run.describe()).toMatchObject({
      deadline: new Date(engine.now().getTime() + 3_600_000),
    });
    expect(await run.result()).toBe('done');
    expect(engine.calls('begin')).toHaveLength(1);
  });

  test('whose new code cannot follow is blocked, and not failed', async () => {
    const before = workflow('changed', function* () {
      yield* step('one', () => 1);
      yield* step('two', { retry: false }, () => {
        throw new Error('no');
      });
    });
    const after = workflow('changed', function* () {
      yield* step('eins', () => 1);
    });
    const engine = createTestEngine({ workflows: [before] });
    const run = await engine.start(before);
    await failed(run);
    await engine.deploy([after]);
    await run.retry();
    await engine.settle();
    expect((await run.describe()).status).toBe('blocked');
    await engine.deploy([before]);
    await engine.advance('1 hour');
    expect(await failed(run)).toMatchObject({ step: 'two' });
  });
});
