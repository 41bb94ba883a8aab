/** Steps that take places in a pool: how many run at once, in which order, and what a run does that waits. */
import { describe, expect, test } from 'vitest';
import { gather, pool, race, sleep, step, workflow } from '../../../lib/index.ts';
import { createTestEngine } from '../../../lib/testing/index.ts';

/** Bodies that are running, and the most that ever were. Each goes on until the test ends it: none waits by itself. */
class Gauge {
  most = 0;
  readonly order: string[] = [];
  readonly #running: (() => void)[] = [];

  hold(name: string): Promise<string> {
    this.order.push(name);
    return new Promise((resolve) => {
      this.#running.push(() => {
        resolve(name);
      });
      this.most = Math.max(this.most, this.#running.length);
    });
  }

  /** Ends the one that has run longest; false: none runs. */
  endOne(): boolean {
    const end = this.#running.shift();
    end?.();
    return end !== undefined;
  }
}

describe('a pool with a concurrency', () => {
  test('lets so many bodies run at once, of all runs together', async () => {
    const gauge = new Gauge();
    const few = pool('few', { concurrency: 2 });
    const work = workflow('work', function* (name: string) {
      return yield* step('work', { pool: few }, () => gauge.hold(name));
    });
    const engine = createTestEngine({ workflows: [work] });
    const runs = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => engine.start(work, name)));
    await engine.settle();
    while (gauge.endOne()) await engine.advance('1s');
    expect(await Promise.all(runs.map((run) => run.result()))).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(gauge.most).toBe(2);
    expect(gauge.order).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('also within one run', async () => {
    let now = 0;
    let most = 0;
    const few = pool('few', { concurrency: 3 });
    const work = workflow('work', function* () {
      return yield* gather(
        Array.from({ length: 50 }, (_, index) =>
          step(`work ${index}`, { pool: few }, async () => {
            now += 1;
            most = Math.max(most, now);
            await new Promise((resolve) => setImmediate(resolve));
            now -= 1;
            return index;
          }),
        ),
      );
    });
    const engine = createTestEngine({ workflows: [work] });
    expect(await engine.run(work)).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(most).toBe(3);
  });

  test('a run that waits is suspended, and goes on when the place is free', async () => {
    const one = pool('one', { concurrency: 1 });
    let end = (): void => undefined;
    const long = workflow('long', function* () {
      yield* step('long', { pool: one }, () => new Promise<void>((resolve) => (end = resolve)));
    });
    const short = workflow('short', function* () {
      return yield* step('short', { pool: one }, () => 'done');
    });
    const engine = createTestEngine({ workflows: [long, short] });
    const first = await engine.start(long);
    await engine.settle();
    const second = await engine.start(short);
    await engine.advance('10m');
    expect((await second.describe()).status).toBe('suspended');
    expect(engine.calls('short')).toHaveLength(0);
    end();
    expect(await second.result()).toBe('done');
    await first.result();
  });

  test('between two attempts a step has no place', async () => {
    const one = pool('one', { concurrency: 1 });
    let fails = true;
    const flaky = workflow('flaky', function* () {
      yield* step('flaky', { pool: one, retry: { firstDelay: '1 hour', jitter: 0 } }, () => {
        if (fails) throw new Error('busy');
      });
    });
    const other = workflow('other', function* () {
      return yield* step('other', { pool: one }, () => 'done');
    });
    const engine = createTestEngine({ workflows: [flaky, other] });
    const first = await engine.start(flaky);
    await engine.settle();
    expect(await engine.run(other)).toBe('done');
    fails = false;
    await first.result();
  });

  test('a step that the code gives up leaves the line', async () => {
    const one = pool('one', { concurrency: 1 });
    let end = (): void => undefined;
    const long = workflow('long', function* () {
      yield* step('long', { pool: one }, () => new Promise<void>((resolve) => (end = resolve)));
    });
    const impatient = workflow('impatient', function* () {
      const { key } = yield* race({ work: step('work', { pool: one }, () => 'done'), time: sleep('1 minute') });
      yield* sleep('1 hour');
      return key;
    });
    const last = workflow('last', function* () {
      return yield* step('last', { pool: one }, () => 'done');
    });
    const engine = createTestEngine({ workflows: [long, impatient, last] });
    await engine.start(long);
    await engine.settle();
    const second = await engine.start(impatient);
    const third = await engine.start(last);
    await engine.advance('2 minutes');
    end();
    await engine.settle();
    expect(await third.result()).toBe('done');
    expect(await second.result()).toBe('time');
    expect(engine.calls('work')).toHaveLength(0);
  });
});

describe('the order in a pool', () => {
  test('a higher priority goes first, and equal ones in order', async () => {
    const one = pool('one', { concurrency: 1 });
    const order: string[] = [];
    let end = (): void => undefined;
    const long = workflow('long', function* () {
      yield* step('long', { pool: one }, () => new Promise<void>((resolve) => (end = resolve)));
    });
    const work = workflow('work', function* ({ name, priority }: { name: string; priority?: number }) {
      yield* step('work', { pool: one, ...(priority === undefined ? {} : { priority }) }, () => void order.push(name));
    });
    const engine = createTestEngine({ workflows: [long, work] });
    await engine.start(long);
    await engine.settle();
    for (const [name, priority] of [['a'], ['low', -1], ['b', 0], ['high', 5], ['c'], ['higher', 6]] as const) {
      await engine.start(work, { name, ...(priority === undefined ? {} : { priority }) });
      await engine.advance('1s');
    }
    end();
    await engine.advance('1 minute');
    expect(order).toEqual(['higher', 'high', 'a', 'b', 'c', 'low']);
  });

  test('keys are served in turns: one of which many wait does not keep the others back', async () => {
    const one = pool('one', { concurrency: 1 });
    const order: string[] = [];
    let end = (): void => undefined;
    const long = workflow('long', function* () {
      yield* step('long', { pool: one, key: 'none' }, () => new Promise<void>((resolve) => (end = resolve)));
    });
    const work = workflow('work', function* (key: string) {
      yield* step('work', { pool: one, key }, () => void order.push(key));
    });
    const engine = createTestEngine({ workflows: [long, work] });
    await engine.start(long);
    await engine.settle();
    for (const key of ['big', 'big', 'big', 'big', 'small', 'tiny']) {
      await engine.start(work, key);
      await engine.advance('1s');
    }
    end();
    await engine.advance('1 minute');
    expect(order).toEqual(['big', 'small', 'tiny', 'big', 'big', 'big']);
  });

  test('one whose key has no room does not keep back another key', async () => {
    const perKey = pool('per-key', { concurrency: 10, concurrencyPerKey: 1 });
    const ends: (() => void)[] = [];
    const work = workflow('work', function* (key: string) {
      yield* step('work', { pool: perKey, key }, () => new Promise<void>((resolve) => void ends.push(resolve)));
      return key;
    });
    const engine = createTestEngine({ workflows: [work] });
    const [first, second, other] = await Promise.all(['a', 'a', 'b'].map((key) => engine.start(work, key)));
    await engine.settle();
    expect(engine.calls('work')).toHaveLength(2);
    ends[1]?.();
    expect(await other?.result()).toBe('b');
    expect(engine.calls('work')).toHaveLength(2);
    ends[0]?.();
    expect(await first?.result()).toBe('a');
    await engine.settle();
    ends[2]?.();
    expect(await second?.result()).toBe('a');
  });
});

describe('a pool with a rate', () => {
  test('lets no more begin within its time, and the rest after it', async () => {
    const slow = pool('slow', { rate: { limit: 2, per: '1 minute' } });
    const begun: number[] = [];
    const work = workflow('work', function* () {
      yield* step('work', { pool: slow }, () => void begun.push(engine.now().getTime() - startMs));
    });
    const engine = createTestEngine({ workflows: [work] });
    const startMs = engine.now().getTime();
    const runs = await Promise.all(Array.from({ length: 5 }, () => engine.start(work)));
    await Promise.all(runs.map((run) => run.result()));
    expect(begun).toHaveLength(5);
    for (const [index, atMs] of begun.entries()) {
      const before = begun[index - 2];
      if (before !== undefined) expect(atMs - before).toBeGreaterThanOrEqual(60_000);
    }
    expect(begun[4]).toBeLessThan(130_000);
  });

  test('for each key', async () => {
    const slow = pool('slow', { ratePerKey: { limit: 1, per: '1 hour' } });
    const begun: string[] = [];
    const work = workflow('work', function* (key: string) {
      yield* step('work', { pool: slow, key }, () => void begun.push(key));
    });
    const engine = createTestEngine({ workflows: [work] });
    await Promise.all(['a', 'a', 'b'].map((key) => engine.start(work, key)));
    await engine.advance('59 minutes');
    expect(begun.sort()).toEqual(['a', 'b']);
    await engine.advance('2 minutes');
    expect(begun.sort()).toEqual(['a', 'a', 'b']);
  });
});
