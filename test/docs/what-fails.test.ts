/** The table "What happens when things fail" of the README, row by row. */
import { type Coroutine, saga, signal, sleep, step, StepFailedError, stepContext, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { describe, expect, test } from 'vitest';

const go = signal<string>('go');
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Never ends. */
const hanging = (): Promise<never> => new Promise(() => undefined);

describe('a worker is killed in the middle of its work', () => {
  const work = workflow('work', function* () {
    const first = yield* step('first', () => 1);
    return first + (yield* step('second', () => 2));
  });

  test('another one goes on from the journal when the lease is over, with the same idempotency key', async () => {
    const engine = createTestEngine({ workflows: [work] });
    const keys: string[] = [];
    engine.mockStep('second', () => {
      keys.push(stepContext().idempotencyKey);
      return keys.length === 1 ? hanging() : 2;
    });
    const startedAtMs = engine.now().getTime();
    const run = await engine.start(work);
    await engine.settle();
    await engine.crash();

    expect(await run.result()).toBe(3);
    expect(engine.calls('first')).toHaveLength(1);
    expect(keys).toEqual([keys[0], keys[0]]);
    expect(engine.now().getTime() - startedAtMs).toBeLessThanOrEqual(2 * 30_000);
  });

  test('a step that is to run at most once fails, and does not run again', async () => {
    const once = workflow('once', function* () {
      yield* step('pay', { atMostOnce: true }, hanging);
    });
    const engine = createTestEngine({ workflows: [once] });
    const run = await engine.start(once);
    await engine.settle();
    await engine.crash();

    await expect(run.result()).rejects.toMatchObject({ cause: { code: 'STEP_FAILED' } });
    expect(engine.calls('pay')).toHaveLength(1);
  });
});

describe('a step', () => {
  test('that throws is tried five times, and then its error comes to the coroutine', async () => {
    const patient = workflow('patient', function* () {
      try {
        return yield* step('ask', () => {
          throw new Error('busy');
        });
      } catch (error) {
        return error instanceof StepFailedError ? [error.attempts, (error.cause as Error).message] : error;
      }
    });
    const engine = createTestEngine({ workflows: [patient] });
    const startedAtMs = engine.now().getTime();

    expect(await engine.run(patient)).toEqual([5, 'busy']);
    const tookMs = engine.now().getTime() - startedAtMs;
    expect(tookMs).toBeGreaterThan(0.8 * 15_000);
    expect(tookMs).toBeLessThan(1.2 * 15_000);
  });

  test('that hangs is ended by its timeout', async () => {
    const limited = workflow('limited', function* () {
      yield* step('ask', { timeout: '10s', retry: false }, hanging);
    });
    const engine = createTestEngine({ workflows: [limited] });

    await expect(engine.run(limited)).rejects.toMatchObject({ code: 'STEP_FAILED', cause: { code: 'TIMEOUT' } });
  });

  test('that hangs and has no timeout is ended by the time limit of the invocation', async () => {
    const unlimited = workflow('unlimited', function* () {
      yield* step('ask', { retry: false }, hanging);
    });
    const engine = createTestEngine({ workflows: [unlimited], invocationLimit: '1m' });

    await expect(engine.run(unlimited)).rejects.toMatchObject({ cause: { code: 'STEP_INTERRUPTED' } });
    expect(engine.now().getTime()).toBe(Date.UTC(2030, 0, 1) + 57_000);
  });

  test('whose result cannot be stored fails at once, with the path to the value', async () => {
    const careless = workflow('careless', function* () {
      yield* step('price', () => ({ lines: [{ price: () => 990 }] }));
    });
    const engine = createTestEngine({ workflows: [careless] });

    await expect(engine.run(careless)).rejects.toThrow('$.lines[0].price');
    expect(engine.calls('price')).toHaveLength(1);
  });
});

test('the workflow throws: the run has failed, a saga has undone what was done, and finally blocks have run', async () => {
  const log: string[] = [];
  const failing = workflow('failing', function* () {
    try {
      yield* saga(function* (saga) {
        saga.onFailure(function* () {
          yield* step('undo', () => log.push('undone'));
        });
        throw new Error('out of stock');
      });
    } finally {
      yield* sleep('1s');
      log.push('finally');
    }
  });
  const engine = createTestEngine({ workflows: [failing], checkReplay: false }); // its code writes the log of the test
  const run = await engine.start(failing);

  await expect(run.result()).rejects.toThrow('out of stock');
  expect((await run.describe()).status).toBe('failed');
  expect(log).toEqual(['undone', 'finally']);
});

test('the code has changed and cannot follow its journal: the run is blocked, and the next version goes on', async () => {
  const shop = (...names: string[]) =>
    workflow('shop', function* (): Coroutine<string> {
      for (const name of names) yield* step(name, () => name);
      yield* sleep('1 day');
      return names.join(', ');
    });
  const engine = createTestEngine({ workflows: [shop('charge', 'reserve')], log: quiet });
  const run = await engine.client.start('shop');
  await engine.advance('1 hour');
  await engine.deploy([shop('reserve', 'charge')]);
  await engine.advance('1 day');

  expect(await run.describe()).toMatchObject({
    status: 'blocked',
    blocked: { reason: expect.stringMatching(/journal says: #1 step "charge".*asks for #1 step "reserve"/) as string },
  });
  await engine.deploy([shop('charge', 'reserve')]);
  await engine.advance('10 minutes');
  expect(await run.result()).toBe('charge, reserve');
});

describe('a start or a signal', () => {
  const waiting = workflow('waiting', function* (count: number) {
    yield* step('begin', () => undefined);
    const heard: string[] = [];
    while (heard.length < count) heard.push(yield* go.receive());
    return heard;
  });

  test('that is sent twice with the same key counts once', async () => {
    const engine = createTestEngine({ workflows: [waiting] });
    const run = await engine.start(waiting, 2, { idempotencyKey: 'order-1' });
    expect((await engine.start(waiting, 2, { idempotencyKey: 'order-1' })).id).toBe(run.id);

    for (const text of ['one', 'one', 'two']) await run.signal(go, text, { idempotencyKey: text });
    expect(await run.result()).toEqual(['one', 'two']);
  });

  test('that comes before the run waits for it is kept, in order', async () => {
    const engine = createTestEngine({ workflows: [waiting] });
    const run = await engine.start(waiting, 2);
    await run.signal(go, 'one');
    await run.signal(go, 'two');

    expect(await run.result()).toEqual(['one', 'two']);
  });

  test('that comes when the run has ended is refused', async () => {
    const engine = createTestEngine({ workflows: [waiting] });
    const run = await engine.start(waiting, 0);
    await run.result();

    await expect(run.signal(go, 'late')).rejects.toMatchObject({ code: 'RUN_ENDED' });
  });
});

describe('the world', () => {
  const monthly = workflow('monthly', function* () {
    let sum = 0;
    for (let month = 1; month <= 12; month += 1) {
      sum += yield* step('charge', () => 1);
      yield* sleep('30 days');
    }
    return sum;
  });

  test('loses, delays and repeats wakes, and nothing but time is lost', async () => {
    const wakes = { lose: 0.5, delay: 0.5, repeat: 0.5 };
    const engine = createTestEngine({ workflows: [monthly], faults: { wakes } });

    expect(await engine.run(monthly)).toBe(12);
    expect(engine.calls('charge')).toHaveLength(12);
  });

  test('loses nine wakes in ten, and the sweeper finds what is due', async () => {
    const engine = createTestEngine({ workflows: [monthly], faults: { wakes: { lose: 0.9 } } });

    expect(await engine.run(monthly)).toBe(12);
  });

  test('has a table that does not answer, and the turn is taken again', async () => {
    const store = { failBefore: 0.1, failAfter: 0.1 };
    const engine = createTestEngine({ workflows: [monthly], faults: { store }, log: quiet });

    expect(await engine.run(monthly)).toBe(12);
  });
});
