/** Calls of entities, from outside and from workflows: what they give, what they throw, and what becomes of the state. */
import { describe, expect, it } from 'vitest';
import {
  CallCancelledError,
  continueAsNew,
  type Coroutine,
  entity,
  gather,
  InboxFullError,
  LullError,
  now,
  PayloadTooLargeError,
  RunEndedError,
  RunIdTakenError,
  sleep,
  startRun,
  step,
  TimeoutError,
  UnserializableValueError,
  uuid,
  waitFor,
  workflow,
  type Workflow,
} from '../../lib/index.ts';
import { createTestEngine } from '../../lib/testing/index.ts';

interface Sum {
  sum: number;
  value?: unknown;
}

const counter = entity('counter', {
  initial: (): Sum => ({ sum: 0 }),
  handlers: {
    add(state, n: number) {
      state.sum += n;
      if (n < 0) throw new RangeError(`${n} is negative`);
      return state.sum;
    },
    *slowly(state, n: number) {
      const before = state.sum;
      state.sum = -1;
      yield* sleep('1 hour');
      yield* step('note', () => undefined);
      state.sum = before + n;
      return state.sum;
    },
    keep(state, value: unknown) {
      state.sum += 1;
      state.value = value;
    },
    give(state, value: unknown) {
      state.sum += 1;
      return value;
    },
    *never() {
      yield* sleep('1000 days');
    },
    *again() {
      yield* continueAsNew({});
    },
    *itself(): Coroutine<unknown> {
      return yield* callAgain();
    },
    promise: () => Promise.resolve(1),
  },
  reads: {
    get: (state) => state.sum,
    spoil: (state) => (state.sum = 1_000),
    plus: (state, n: number) => state.sum + n,
    fail: () => {
      throw new RangeError('no');
    },
  },
});

function callAgain(): Coroutine<unknown> {
  return counter('a').add(1) as never;
}

const engineWith = (...more: readonly Workflow<never, unknown, never>[]) =>
  createTestEngine({ workflows: [counter, ...more] });

async function codeOf(call: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof call === 'function' ? call() : call);
  } catch (error) {
    return error instanceof LullError ? error.code : String(error);
  }
  return 'none';
}

describe('an entity', () => {
  it('keeps a state for each key, and answers calls and reads from outside', async () => {
    const engine = engineWith();
    expect(await engine.entity(counter, 'a').get()).toBe(0);
    expect(await engine.entity(counter, 'a').add(1)).toBe(1);
    expect(await engine.entity(counter, 'a').add(2)).toBe(3);
    expect(await engine.entity(counter, 'b').add(5)).toBe(5);
    expect(await engine.entity(counter, 'a').get()).toBe(3);
    expect(await engine.entity(counter, 'a').plus(4)).toBe(7);
    const [b, a] = await engine.list({ workflow: 'counter' });
    expect([a?.id, b?.id]).toEqual(['counter:a', 'counter:b']);
  });

  it('is called from workflows, which get what it answers and what it throws', async () => {
    const main = workflow('main', function* () {
      const sums = yield* gather([counter('a').add(1), counter('b').add(2)]);
      let thrown: unknown;
      try {
        yield* counter('a').add(-3);
      } catch (error) {
        thrown = error;
      }
      return { sums, thrown, a: yield* counter('a').get(), never: yield* counter('never').get() };
    });
    const { thrown, ...rest } = await engineWith(main).run(main);
    expect(rest).toEqual({ sums: [1, 2], a: 1, never: 0 });
    expect(thrown).toBeInstanceOf(RangeError);
  });

  it('has the state of before when a handler throws', async () => {
    const engine = engineWith();
    await engine.entity(counter, 'a').add(1);
    await expect(engine.entity(counter, 'a').add(-1)).rejects.toThrow(RangeError);
    expect(await engine.entity(counter, 'a').get()).toBe(1);
  });

  it('has the state of before when the state or the answer cannot be stored, or is too large', async () => {
    const calls = engineWith().entity(counter, 'a');
    await calls.add(1);
    const large = 'x'.repeat(3_000_000);
    await calls.keep(large);
    await expect(calls.give(() => 1)).rejects.toThrow(UnserializableValueError);
    expect(await calls.get()).toBe(2);
    // The two together are more than an input may be: they are recorded together.
    await expect(calls.give(large)).rejects.toThrow(PayloadTooLargeError);
    expect(await calls.get()).toBe(2);
    expect(await calls.give(1n)).toBe(1n);
    expect(await calls.get()).toBe(3);
    await expect(calls.promise()).rejects.toThrow('returned a promise');
  });

  it('lets handlers that are generators wait, one at a time, while reads have the state of before', async () => {
    const engine = engineWith();
    const calls = engine.entity(counter, 'a');
    await calls.add(1);
    await expect(engine.entity(counter, 'a', { timeout: '10m' }).slowly(1)).rejects.toThrow(TimeoutError);
    expect(await calls.get()).toBe(1);
    expect(await Promise.all([calls.slowly(10), calls.add(100)])).toEqual([12, 112]);
    expect(await calls.get()).toBe(112);
  });

  it('gives reads a state that they cannot change, and throws what they throw', async () => {
    const calls = engineWith().entity(counter, 'a');
    await calls.add(1);
    await calls.spoil();
    expect(await calls.get()).toBe(1);
    await expect(calls.fail()).rejects.toThrow(RangeError);
  });

  it('is begun by no read', async () => {
    const engine = engineWith();
    expect(await engine.entity(counter, 'a').plus(1)).toBe(1);
    expect(await engine.list()).toEqual([]);
  });

  it('has a first state that follows from the key, and from the time of its first call', async () => {
    const account = entity('account', {
      initial: (key) => ({ key, at: now(), id: uuid(), openedAt: new Date() }),
      handlers: { touch: () => undefined },
      reads: { all: (state) => state },
    });
    const engine = createTestEngine({ workflows: [account] });
    expect(await engine.entity(account, 'a:b').all()).toMatchObject({ key: 'a:b', at: engine.now() });
    await engine.entity(account, 'a:b').touch();
    const { id, at, openedAt } = await engine.entity(account, 'a:b').all();
    await engine.advance('1 day');
    expect(await engine.entity(account, 'a:b').all()).toEqual({ key: 'a:b', id, at, openedAt });
    expect(openedAt).toEqual(at);
  });

  it('throws what initial throws to each caller, and goes on when it does not any more', async () => {
    let isUp = false;
    const make = () =>
      entity('fragile', {
        initial: (key) => {
          if (!isUp) throw new RangeError(`no ${key}`);
          return { n: 0 };
        },
        handlers: { add: (state) => (state.n += 1) },
        reads: { get: (state) => state.n },
      });
    const fragile = make();
    const engine = createTestEngine({ workflows: [fragile], checkReplay: false });
    await expect(engine.entity(fragile, 'a').get()).rejects.toThrow('no a');
    await expect(engine.entity(fragile, 'a').add()).rejects.toThrow('no a');
    isUp = true;
    await engine.deploy([make()]);
    expect(await engine.entity(fragile, 'a').add()).toBe(1);
  });
});

describe('the door of an entity', () => {
  it.each(['', 'a/b', 'käse', 'a b', '.', '..', 'x'.repeat(121), 17 as never, undefined as never])(
    'refuses the key %j',
    async (key) => {
      const engine = engineWith();
      expect(await codeOf(() => engine.entity(counter, key).get())).toBe('INVALID_ARGUMENT');
      const main = workflow('main', function* () {
        return yield* counter(key).add(1);
      });
      expect(await codeOf(engineWith(main).run(main))).toBe('INVALID_ARGUMENT');
    },
  );

  it.each(['a:b', 'A-1_.', '...', 'x'.repeat(120)])('takes the key %j', async (key) => {
    const engine = engineWith();
    expect(await engine.entity(counter, key).add(1)).toBe(1);
    expect(await engine.client.entity('counter', key)['get']?.()).toBe(1);
    expect((await engine.client.run(`counter:${key}`).describe()).workflow).toBe('counter');
  });

  it('refuses to start an entity as a workflow', async () => {
    const starter = workflow('starter', function* () {
      yield* startRun(counter as never, 1 as never);
    });
    const engine = engineWith(starter);
    const { client } = engine;
    expect(await codeOf(client.start(counter as never, undefined as never))).toBe('INVALID_ARGUMENT');
    expect(await codeOf(client.start('counter'))).toBe('INVALID_ARGUMENT');
    expect(await codeOf(engine.run(starter))).toBe('INVALID_ARGUMENT');
    expect(await engine.list({ workflow: 'counter' })).toEqual([]);
  });

  it('names what there is where a handler or an entity is not known', async () => {
    const engine = engineWith();
    expect(await codeOf(() => engine.client.entity('cuonter', 'a'))).toBe('UNKNOWN_ENTITY');
    expect(await codeOf(() => engine.client.entity(17 as never, 'a'))).toBe('INVALID_ARGUMENT');
    expect((engine.client.entity(counter, 'a') as Record<string, unknown>)['typo']).toBeUndefined();
    await engine.entity(counter, 'a').add(1);
    // By the run, past the door: it does not wait for a handler that will not come.
    const update = engine.client.run('counter:a').update('typo', []);
    await expect(update).rejects.toThrow('has no handler and no read "typo"');
    await expect(engine.client.run('counter:a').update('add', 5)).rejects.toThrow('takes its arguments as an array');
  });

  it('refuses a run of a workflow that has the id', async () => {
    const other = workflow('other', function* () {
      yield* sleep('1 day');
    });
    const engine = engineWith(other);
    await engine.start(other, undefined, { id: 'counter:a' });
    await expect(engine.entity(counter, 'a').add(1)).rejects.toThrow(RunIdTakenError);
    await expect(engine.entity(counter, 'a').get()).rejects.toThrow(RunIdTakenError);
  });

  it.each<[string, unknown]>([
    ['no options', undefined],
    ['an unknown option', { initial: () => ({}), handlers: { add: () => 1 }, read: {} }],
    ['no initial', { handlers: { add: () => 1 } }],
    ['no handlers', { initial: () => ({}), handlers: {} }],
    ['an async handler', { initial: () => ({}), handlers: { add: async () => 1 } }],
    ['an async read', { initial: () => ({}), handlers: { add: () => 1 }, reads: { get: async () => 1 } }],
    ['a handler that is none', { initial: () => ({}), handlers: { add: 1 } }],
    ['a handler named then', { initial: () => ({}), handlers: { then: () => 1 } }],
    ['a handler with an odd name', { initial: () => ({}), handlers: { 'a/b': () => 1 } }],
    ['one name twice', { initial: () => ({}), handlers: { add: () => 1 }, reads: { add: () => 1 } }],
  ])('refuses an entity with %s', async (_what, options) => {
    expect(await codeOf(() => entity('odd', options as never))).toBe('INVALID_ARGUMENT');
  });

  it('refuses a state that is no object', async () => {
    const odd = entity('odd', { initial: () => 5 as never, handlers: { add: () => 1 } });
    const engine = createTestEngine({ workflows: [odd] });
    await expect(engine.entity(odd, 'a').add()).rejects.toThrow('return an object');
  });
});

describe('a call', () => {
  it('with an idempotency key is one call, whoever makes it', async () => {
    const engine = engineWith();
    const call = () => engine.entity(counter, 'a', { idempotencyKey: 'k' }).add(1);
    expect(await Promise.all([call(), call(), call()])).toEqual([1, 1, 1]);
    expect(await codeOf(engine.entity(counter, 'a', { idempotencyKey: 'k' }).add(2))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await engine.entity(counter, 'a').get()).toBe(1);
  });

  it('whose caller does not wait any more goes on, and others wait for it', async () => {
    const engine = engineWith();
    await expect(engine.entity(counter, 'a', { timeout: '1m' }).slowly(1)).rejects.toThrow(TimeoutError);
    expect(await engine.entity(counter, 'a').add(1)).toBe(2);
  });

  it('of a workflow that gives it up goes on', async () => {
    const main = workflow('main', function* () {
      try {
        yield* waitFor(counter('a').slowly(1), '1m');
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
      }
      return yield* counter('a').add(1);
    });
    expect(await engineWith(main).run(main)).toBe(2);
  });

  it('is cancelled by cancelling the run, and the next ones are carried out', async () => {
    const engine = engineWith();
    const calls = engine.entity(counter, 'a');
    await calls.add(1);
    const both = Promise.allSettled([calls.never(), calls.add(2)]);
    await engine.advance('1m');
    await engine.client.run('counter:a').cancel('stuck');
    const [never, add] = await both;
    expect(never).toMatchObject({ status: 'rejected', reason: expect.any(CallCancelledError) as unknown });
    expect(add).toEqual({ status: 'fulfilled', value: 3 });
    const again = Promise.allSettled([calls.never()]);
    await engine.advance('1m');
    await engine.client.run('counter:a').cancel('stuck again');
    expect(await again).toMatchObject([{ reason: { message: expect.stringContaining('stuck again') as unknown } }]);
  });

  it('is not cancelled by a request that came when none was running', async () => {
    const engine = engineWith();
    await engine.entity(counter, 'a').add(1);
    await engine.client.run('counter:a').cancel();
    expect(await engine.entity(counter, 'a').slowly(1)).toBe(2);
  });

  it('of an entity that was terminated is an error, until its run is deleted', async () => {
    const engine = engineWith();
    const calls = engine.entity(counter, 'a');
    await calls.add(1);
    const run = engine.client.run('counter:a');
    await run.terminate();
    await engine.settle();
    await expect(calls.add(1)).rejects.toThrow(RunEndedError);
    await expect(calls.add(1)).rejects.toThrow('Delete the run');
    expect(await calls.get()).toBe(1);
    await run.delete();
    expect(await calls.get()).toBe(0);
    await expect(calls.add(1)).rejects.toThrow(RunIdTakenError);
    await engine.advance('20m');
    expect(await calls.add(5)).toBe(5);
  });

  it('of the own key, and a continueAsNew, are refused in a handler', async () => {
    const engine = engineWith();
    await expect(engine.entity(counter, 'a').itself()).rejects.toThrow('would wait for itself');
    await expect(engine.entity(counter, 'a').again()).rejects.toThrow('continues as new by itself');
    expect(await engine.entity(counter, 'a').add(1)).toBe(1);
  });

  it('is refused where a hundred wait, and a workflow waits for its place', async () => {
    const main = workflow('main', function* (key: string) {
      return yield* counter(key).add(1);
    });
    const engine = engineWith(main);
    const calls = engine.entity(counter, 'a');
    const all = [calls.slowly(1), ...Array.from({ length: 101 }, () => calls.add(1))];
    const settled = Promise.allSettled(all);
    await engine.advance('1s');
    const run = await engine.start(main, 'a');
    await engine.advance('1m');
    expect((await run.describe()).status).toBe('suspended');
    const results = await settled;
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const each of refused) expect((each as PromiseRejectedResult).reason).toBeInstanceOf(InboxFullError);
    const done = results.length - refused.length;
    expect(await run.result()).toBe(done + 1);
  });
});
