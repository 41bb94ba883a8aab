/** Places of workers that are lost, of runs that do not come, and limits that change while runs wait. */
import { describe, expect, test } from 'vitest';
import { gather, pool, sleep, step, workflow } from '../../../lib/index.ts';
import { createTestEngine } from '../../../lib/testing/index.ts';

const one = pool('one', { concurrency: 1 });

/** Holds its place until it is told to end. */
function holding() {
  const ends: (() => void)[] = [];
  const hold = workflow('hold', function* () {
    yield* step('hold', { pool: one }, () => new Promise<void>((resolve) => void ends.push(resolve)));
    return 'held';
  });
  return { hold, endAll: () => ends.forEach((end) => end()), begun: () => ends.length };
}

const quick = workflow('quick', function* (name: string) {
  yield* step('quick', { pool: one }, () => undefined);
  return name;
});

describe('a place of a lost worker', () => {
  test('comes back when its lease is over, and the step of the run takes it again', async () => {
    const { hold, endAll, begun } = holding();
    const engine = createTestEngine({ workflows: [hold, quick] });
    const first = await engine.start(hold);
    await engine.settle();
    const second = await engine.start(quick, 'next');
    await engine.settle();
    await engine.crash();
    await engine.advance('2 minutes');
    expect(begun() + engine.calls('quick').length).toBeGreaterThanOrEqual(2);
    endAll();
    expect(await first.result()).toBe('held');
    expect(await second.result()).toBe('next');
    expect(await engine.pools.describe('one')).toMatchObject({ used: 0, places: [], waiting: [] });
  });

  test('is not taken again before the rate lets the attempt begin, which is made a second time', async () => {
    const slow = pool('slow', { rate: { limit: 1, per: '10 minutes' } });
    const begun: number[] = [];
    let end = (): void => undefined;
    const work = workflow('work', function* () {
      yield* step('work', { pool: slow }, () => {
        begun.push(engine.now().getTime());
        return new Promise<void>((resolve) => (end = resolve));
      });
    });
    const engine = createTestEngine({ workflows: [work] });
    const run = await engine.start(work);
    await engine.settle();
    await engine.crash();
    await engine.advance('9 minutes');
    expect(begun).toHaveLength(1);
    await engine.advance('2 minutes');
    expect(begun).toHaveLength(2);
    end();
    await run.result();
    expect((begun[1] ?? 0) - (begun[0] ?? 0)).toBeGreaterThanOrEqual(600_000);
  });

  test('does not stay with a run that was terminated meanwhile', async () => {
    const { hold } = holding();
    const engine = createTestEngine({ workflows: [hold, quick] });
    const first = await engine.start(hold);
    await engine.settle();
    await engine.crash();
    await first.terminate();
    expect(await engine.run(quick, 'next')).toBe('next');
  });
});

describe('a run that is given a place and does not come', () => {
  test('gives it to the next one at once if it is paused, and asks again after its resume', async () => {
    const { hold, endAll } = holding();
    const engine = createTestEngine({ workflows: [hold, quick] });
    await engine.start(hold);
    await engine.settle();
    const paused = await engine.start(quick, 'paused');
    await engine.settle();
    await paused.pause();
    const next = await engine.start(quick, 'next');
    await engine.settle();
    endAll();
    expect(await next.result()).toBe('next');
    expect(engine.calls('quick')).toHaveLength(1);
    await paused.resume();
    expect(await paused.result()).toBe('paused');
  });

  test('asks again after its resume also if it was paused while its turn went on', async () => {
    const { hold, endAll } = holding();
    let end = (): void => undefined;
    const both = workflow('both', function* () {
      const free = step('free', () => new Promise<void>((resolve) => (end = resolve)));
      yield* gather([free, step('quick', { pool: one }, () => undefined)]);
      return 'done';
    });
    const engine = createTestEngine({ workflows: [hold, both] });
    const first = await engine.start(hold);
    await engine.settle();
    const run = await engine.start(both);
    await engine.settle();
    await run.pause();
    await engine.advance('10s'); // its turn hears of that
    endAll(); // it is given the place, and takes it not: it is paused
    await engine.settle();
    end();
    await engine.advance('5 minutes');
    await first.result();
    await run.resume();
    expect(await run.result()).toBe('done');
  });

  test('is passed over after a minute if its workflow is paused', async () => {
    const { hold, endAll } = holding();
    const other = workflow('other', function* (name: string) {
      yield* step('other', { pool: one }, () => undefined);
      return name;
    });
    const engine = createTestEngine({ workflows: [hold, quick, other] });
    await engine.start(hold);
    await engine.settle();
    const held = await engine.start(quick, 'held');
    await engine.settle();
    const next = await engine.start(other, 'next');
    await engine.settle();
    await engine.client.workflows.pause('quick');
    endAll();
    await engine.advance('3 minutes');
    expect((await next.describe()).status).toBe('completed');
    await engine.client.workflows.resume('quick');
    expect(await held.result()).toBe('held');
  });

  test('loses nothing if wakes are lost', async () => {
    const engine = createTestEngine({ workflows: [quick], faults: { wakes: { lose: 0.7 } }, seed: 7 });
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const runs = await Promise.all(names.map((name) => engine.start(quick, name)));
    expect(await Promise.all(runs.map((run) => run.result()))).toEqual(names);
    expect(await engine.pools.describe('one')).toMatchObject({ used: 0, waiting: [] });
  });
});

describe('what callers do with a pool while runs wait', () => {
  test('a limit that is raised lets more begin, and one that is lowered takes no place away', async () => {
    const { hold, endAll, begun } = holding();
    const engine = createTestEngine({ workflows: [hold] });
    const runs = await Promise.all(Array.from({ length: 5 }, () => engine.start(hold)));
    await engine.settle();
    expect(begun()).toBe(1);
    expect(await engine.pools.set('one', { concurrency: 3 })).toMatchObject({
      isSet: true,
      limits: { concurrency: 3 },
    });
    await engine.settle();
    expect(begun()).toBe(3);
    await engine.pools.set('one', { concurrency: 2 });
    const { used, waiting, codeLimits } = await engine.pools.describe('one');
    expect([used, waiting.length, codeLimits]).toEqual([3, 2, { concurrency: 1 }]);
    endAll();
    await engine.settle();
    expect(begun()).toBe(5);
    await engine.pools.reset('one');
    endAll();
    for (const run of runs) await run.result();
    expect(await engine.pools.list()).toEqual([
      { name: 'one', limits: { concurrency: 1 }, isSet: false, paused: false, used: 0 },
    ]);
  });

  test('a pool that is paused gives no places, and what has one goes on', async () => {
    const engine = createTestEngine({ workflows: [quick] });
    await engine.run(quick, 'makes the pool');
    await engine.pools.pause('one');
    const run = await engine.start(quick, 'waits');
    await engine.advance('1 day');
    expect(await engine.pools.describe('one')).toMatchObject({
      paused: true,
      used: 0,
      waiting: [{ runId: run.id, step: 1, priority: 0 }],
    });
    expect(await run.describe()).toMatchObject({ status: 'suspended', waitsForPools: [{ pool: 'one', step: 1 }] });
    await engine.pools.resume('one');
    expect(await run.result()).toBe('waits');
  });

  test('what was set stays, whatever the code says', async () => {
    const engine = createTestEngine({ workflows: [quick] });
    await engine.run(quick, 'makes the pool');
    await engine.pools.set('one', { concurrency: 7 });
    const again = pool('one', { concurrency: 4 });
    const other = workflow('quick', function* (name: string) {
      yield* step('quick', { pool: again }, () => undefined);
      return name;
    });
    await engine.deploy([other]);
    await engine.run(other, 'new code');
    expect(await engine.pools.describe('one')).toMatchObject({
      limits: { concurrency: 7 },
      codeLimits: { concurrency: 4 },
    });
    expect(await engine.pools.reset('one')).toMatchObject({ limits: { concurrency: 4 } });
  });

  test('a run that is cancelled while it waits leaves the line', async () => {
    const { hold, endAll } = holding();
    const engine = createTestEngine({ workflows: [hold, quick] });
    await engine.start(hold);
    await engine.settle();
    const waits = await engine.start(quick, 'cancelled');
    await engine.settle();
    await waits.cancel();
    await engine.settle();
    expect((await engine.pools.describe('one')).waiting).toEqual([]);
    endAll();
    await engine.settle();
  });

  test('of a pool that nobody has asked: not found', async () => {
    const engine = createTestEngine({ workflows: [quick] });
    for (const call of [
      () => engine.pools.describe('none'),
      () => engine.pools.set('none', { concurrency: 1 }),
      () => engine.pools.pause('none'),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'POOL_NOT_FOUND' });
    }
  });

  test('a timer and a place are waited for together', async () => {
    const { hold } = holding();
    const both = workflow('both', function* () {
      yield* sleep('1s');
      return 'slept';
    });
    const engine = createTestEngine({ workflows: [hold, both] });
    await engine.start(hold);
    expect(await engine.run(both)).toBe('slept');
  });
});
