/** Workflows in a pool: a run has its place from its begin to its end, and what becomes of one that waits. */
import { describe, expect, test } from 'vitest';
import { continueAsNew, pool, signal, sleep, step, workflow } from '../../../lib/index.ts';
import { createTestEngine } from '../../../lib/testing/index.ts';
import { silent } from '../../testing/silent.ts';

const one = pool('one', { concurrency: 1 });
const go = signal<string>('go');

/** In the pool until it is told to go on. */
const held = workflow('held', { pool: one }, function* (name: string) {
  return `${name} ${yield* go.receive()}`;
});

describe('a workflow in a pool', () => {
  test('runs as many runs at once as the pool has places, from begin to end, sleep included', async () => {
    let now = 0;
    let most = 0;
    const few = pool('few', { concurrency: 2 });
    const work = workflow('work', { pool: few }, function* (name: string) {
      yield* step('begin', () => void (most = Math.max(most, (now += 1))));
      yield* sleep('1 day');
      yield* step('end', () => void (now -= 1));
      return name;
    });
    const engine = createTestEngine({ workflows: [work] });
    const runs = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => engine.start(work, name)));
    expect(await Promise.all(runs.map((run) => run.result()))).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(most).toBe(2);
    const ends = await Promise.all(runs.map((run) => run.describe()));
    const days = ends.map(({ createdAt, endedAt = createdAt }) => Math.floor((+endedAt - +createdAt) / 86_400_000));
    expect(days.sort()).toEqual([1, 1, 2, 2, 3]);
    expect(await engine.client.pools.describe('few')).toMatchObject({ used: 0, places: [], waiting: [] });
  });

  test('a run that waits has not begun, and says what it waits for; messages wait with it', async () => {
    const engine = createTestEngine({ workflows: [held] });
    const first = await engine.start(held, 'first', { id: 'first' });
    await engine.settle();
    const second = await engine.start(held, 'second', { id: 'second' });
    await second.signal(go, 'now');
    await engine.advance('10 days');
    expect(await second.describe()).toMatchObject({ status: 'pending', waitsForPools: [{ pool: 'one', priority: 0 }] });
    expect((await second.describe()) as object).not.toHaveProperty('waitsForPools.0.step');
    expect(await engine.client.pools.describe('one')).toMatchObject({
      places: [{ runId: 'first' }],
      waiting: [{ runId: 'second' }],
    });
    await first.signal(go, 'later');
    expect(await Promise.all([first.result(), second.result()])).toEqual(['first later', 'second now']);
  });

  test('its steps need no other place in that pool, and one in every other', async () => {
    const other = pool('other', { concurrency: 1 });
    const outer = workflow('outer', { pool: one }, function* () {
      const own = yield* step('own', { pool: one }, () => 'own');
      const others = yield* step('others', { pool: other }, () => 'others');
      return [own, others];
    });
    const engine = createTestEngine({ workflows: [outer] });
    await engine.client.pools.describe('other').catch(() => undefined);
    expect(await engine.run(outer)).toEqual(['own', 'others']);
    expect(await engine.client.pools.describe('other')).toMatchObject({ used: 0 });
  });

  test('the code of a run that has begun may leave the pool: its place goes back all the same', async () => {
    const engine = createTestEngine({ workflows: [held] });
    const run = await engine.start(held, 'a');
    await engine.settle();
    const freed = workflow('held', function* (name: string) {
      return `${name} ${yield* go.receive()}`;
    });
    await engine.deploy([freed]);
    await run.signal(go, 'done');
    expect(await run.result()).toBe('a done');
    expect(await engine.client.pools.describe('one')).toMatchObject({ used: 0 });
  });

  test('keys have their own limit, are served in turns, and what is urgent goes first', async () => {
    const order: string[] = [];
    const perKey = pool('per-key', { concurrency: 1, concurrencyPerKey: 1 });
    const options = {
      pool: perKey,
      key: ({ customer }: Order) => customer,
      priority: ({ isUrgent = false }: Order) => (isUrgent ? 1 : 0),
    };
    interface Order {
      readonly customer: string;
      readonly isUrgent?: boolean;
    }
    const work = workflow('work', options, function* ({ customer, isUrgent = false }: Order) {
      yield* step('begin', () => void order.push(isUrgent ? 'urgent' : customer));
      yield* sleep('1 hour');
    });
    const engine = createTestEngine({ workflows: [work] });
    const inputs = ['big', 'big', 'big', 'big', 'small'].map((customer): Order => ({ customer }));
    const runs = [];
    for (const input of inputs) runs.push(await engine.start(work, input));
    await engine.advance('1s');
    runs.push(await engine.start(work, { customer: 'x', isUrgent: true }));
    await Promise.all(runs.map((run) => run.result()));
    expect(order).toEqual(['big', 'urgent', 'big', 'small', 'big', 'big']);
  });

  test('a run that continues as new keeps its place', async () => {
    const work = workflow('work', { pool: one }, function* (left: number) {
      yield* sleep('1 hour');
      yield* step('in the pool', { pool: one }, () => left);
      if (left > 0) return yield* continueAsNew(left - 1);
      return 'done';
    });
    const engine = createTestEngine({ workflows: [work, held] });
    const run = await engine.start(work, 2, { id: 'long' });
    await engine.advance('1s');
    const waiting = await engine.start(held, 'a');
    for (let hour = 0; hour < 2; hour += 1) {
      await engine.advance('61 minutes');
      expect(await engine.client.pools.describe('one')).toMatchObject({ places: [{ runId: 'long' }] });
    }
    expect(await run.result()).toBe('done');
    await waiting.signal(go, 'now');
    expect(await waiting.result()).toBe('a now');
  });

  test('a place goes back however a run ends', async () => {
    const fails = workflow('fails', { pool: one }, function* () {
      yield* sleep('1 minute');
      throw new Error('no');
    });
    const engine = createTestEngine({ workflows: [fails, held] });
    const failing = await engine.start(fails);
    await engine.settle();
    const [a, b, c] = [await engine.start(held, 'a'), await engine.start(held, 'b'), await engine.start(held, 'c')];
    await expect(failing.result()).rejects.toThrow('no');
    await engine.advance('1 minute');
    await a.cancel();
    await engine.advance('1 minute');
    expect((await a.describe()).status).toBe('cancelled');
    await b.terminate();
    await engine.advance('1 minute');
    await c.signal(go, 'now');
    expect(await c.result()).toBe('c now');
    expect(await engine.client.pools.describe('one')).toMatchObject({ used: 0, waiting: [] });
  });
});

describe('a run that waits for its place', () => {
  async function start() {
    const engine = createTestEngine({ workflows: [held] });
    const first = await engine.start(held, 'first');
    await engine.settle();
    const second = await engine.start(held, 'second', { id: 'second' });
    await engine.settle();
    const isAtRest = async () => {
      await first.signal(go, 'now');
      await first.result();
      await engine.advance('2 minutes');
      expect(await engine.client.pools.describe('one')).toMatchObject({ used: 0, waiting: [] });
    };
    return { engine, first, second, isAtRest };
  }

  test('may be cancelled, and is in no line then', async () => {
    const { engine, second, isAtRest } = await start();
    await second.cancel('no more');
    await engine.settle();
    expect(await second.describe()).toMatchObject({ status: 'cancelled', reason: 'no more' });
    expect(await engine.client.pools.describe('one')).toMatchObject({ waiting: [] });
    await isAtRest();
  });

  test('may be terminated, and deleted then', async () => {
    const { engine, second, isAtRest } = await start();
    await second.terminate('no more');
    await engine.settle();
    expect(await second.describe()).toMatchObject({ status: 'terminated', reason: 'no more' });
    await second.delete();
    await isAtRest();
  });

  test('may be paused: others go before it, and it goes on after its resume', async () => {
    const { engine, first, second } = await start();
    await second.pause();
    const third = await engine.start(held, 'third');
    await first.signal(go, 'now');
    await engine.advance('2 minutes');
    expect(await engine.client.pools.describe('one')).toMatchObject({ places: [{ runId: third.id }] });
    await second.resume();
    await engine.advance('2 minutes');
    expect(await second.describe()).toMatchObject({ waitsForPools: [{ pool: 'one' }] });
    await third.signal(go, 'now');
    await second.signal(go, 'now');
    expect(await second.result()).toBe('second now');
  });

  test('fails when its time is up, which counts from its start', async () => {
    const { engine, isAtRest } = await start();
    const third = await engine.start(held, 'third', { timeout: '1 hour' });
    await engine.advance('59 minutes');
    expect((await third.describe()).status).toBe('pending');
    await engine.advance('2 minutes');
    expect(await third.describe()).toMatchObject({ status: 'failed', error: { name: 'TimeoutError' } });
    await engine.client.run('second').terminate();
    await isAtRest();
  });

  test('one that has failed waits again when it is tried again', async () => {
    let isBroken = true;
    const fragile = workflow('fragile', { pool: one }, function* () {
      return yield* step('work', { retry: { maxAttempts: 1 } }, () => {
        if (isBroken) throw new Error('broken');
        return 'done';
      });
    });
    const engine = createTestEngine({ workflows: [fragile, held] });
    const run = await engine.start(fragile);
    await expect(run.result()).rejects.toThrow('broken');
    const holder = await engine.start(held, 'holder');
    await engine.settle();
    isBroken = false;
    await run.retry();
    await engine.advance('1 hour');
    expect(await run.describe()).toMatchObject({ waitsForPools: [{ pool: 'one' }] });
    await holder.signal(go, 'now');
    expect(await run.result()).toBe('done');
    expect(await engine.client.pools.describe('one')).toMatchObject({ used: 0, waiting: [] });
  });

  test('one that is tried again, or forked, while the code that is deployed does not know it begins with no place less', async () => {
    let isBroken = true;
    const fragile = workflow('fragile', { pool: one }, function* () {
      yield* step('work', { retry: { maxAttempts: 1 } }, () => {
        if (isBroken) throw new Error('broken');
      });
      return yield* go.receive();
    });
    const other = workflow('other', function* () {});
    const engine = createTestEngine({ workflows: [fragile], log: silent });
    const run = await engine.start(fragile, undefined, { id: 'again' });
    await expect(run.result()).rejects.toThrow('broken');
    isBroken = false;
    await engine.deploy([other]);
    await run.retry();
    const fork = await run.fork({ before: 'work#1', id: 'fork' });
    await engine.advance('1 minute');
    await engine.deploy([fragile]);
    await engine.advance('1 hour');
    const { places, waiting } = await engine.client.pools.describe('one');
    expect([places.length, waiting.length]).toEqual([1, 1]);
    for (const each of [run, fork]) await each.signal(go, 'now');
    expect(await Promise.all([run.result(), fork.result()])).toEqual(['now', 'now']);
    expect(await engine.client.pools.describe('one')).toMatchObject({ used: 0, waiting: [] });
  });

  test('a fork waits for a place of its own', async () => {
    const work = workflow('work', { pool: one }, function* () {
      yield* step('first', () => 1);
      return yield* go.receive();
    });
    const engine = createTestEngine({ workflows: [work] });
    const run = await engine.start(work, undefined, { id: 'original' });
    await engine.settle();
    const fork = await run.fork({ before: 'first#1', id: 'fork' });
    await engine.advance('1 hour');
    expect(await fork.describe()).toMatchObject({ status: 'pending', waitsForPools: [{ pool: 'one' }] });
    await run.signal(go, 'a');
    await run.result();
    await engine.advance('1 minute');
    expect(await engine.client.pools.describe('one')).toMatchObject({ places: [{ runId: 'fork' }] });
    await fork.signal(go, 'b');
    expect(await fork.result()).toBe('b');
    expect(await engine.client.pools.describe('one')).toMatchObject({ used: 0 });
  });

  test('what has a place, or waits, is forked, stopped and deleted: all others are served, and nothing of it is left', async () => {
    const work = workflow('work', { pool: one }, function* (name: string) {
      yield* step('first', () => name);
      return yield* go.receive();
    });
    const engine = createTestEngine({ workflows: [work], log: silent });
    const pools = engine.client.pools;
    const start = async (id: string) => {
      const run = await engine.start(work, id, { id });
      await engine.advance('1s');
      return run;
    };
    const [holder, waiting, last] = [await start('holder'), await start('waiting'), await start('last')];
    await expect(waiting.fork({ before: 'first#1' })).rejects.toMatchObject({ code: 'FORK_REFUSED' });
    await expect(waiting.delete()).rejects.toMatchObject({ code: 'RUN_NOT_ENDED' });
    await expect(holder.delete()).rejects.toMatchObject({ code: 'RUN_NOT_ENDED' });
    const forks = await Promise.all(['f1', 'f2'].map((id) => holder.fork({ before: 'first#1', id })));
    await engine.settle();
    await Promise.all([waiting, forks[0]!].map((run) => run.terminate('no more')));
    await engine.settle();
    await Promise.all([waiting, forks[0]!].map((run) => run.delete()));
    expect(await pools.describe('one')).toMatchObject({
      places: [{ runId: 'holder' }],
      waiting: [{ runId: 'last' }, { runId: 'f2' }],
    });
    await holder.terminate('no more');
    await engine.settle();
    await holder.delete();
    await engine.advance('1 minute');
    expect(await pools.describe('one')).toMatchObject({ places: [{ runId: 'last' }], waiting: [{ runId: 'f2' }] });
    await last.signal(go, 'l');
    expect(await last.result()).toBe('l');
    await engine.advance('1 minute');
    expect(await forks[1]!.describe()).toMatchObject({ status: 'blocked', blocked: { code: 'FORK_SOURCE_MISSING' } });
    const left = { places: [], waiting: [] };
    expect(await pools.describe('one')).toMatchObject(left);
    await engine.advance('1 hour'); // it is tried again meanwhile
    expect(await pools.describe('one')).toMatchObject(left);
    await forks[1]!.terminate('no more');
    await engine.settle();
    await forks[1]!.delete();
    const next = await start('next');
    await next.signal(go, 'n');
    expect(await next.result()).toBe('n');
    expect(await pools.describe('one')).toMatchObject(left);
  });

  test('goes on where its code has left the pool', async () => {
    const { engine, second, isAtRest } = await start();
    const freed = workflow('held', function* (name: string) {
      return `${name} ${yield* go.receive()}`;
    });
    await engine.deploy([freed]);
    await second.signal(go, 'now');
    await engine.advance('2 minutes');
    expect((await second.describe()).status).toBe('completed');
    await isAtRest();
  });
});

describe('a start whose key or priority cannot be told', () => {
  const perKey = pool('per-key', { concurrencyPerKey: 1 });
  test.each([
    [
      'throws',
      () => JSON.parse('{') as string,
      /the key of a run of workflow "work" is not known: its function has thrown/,
    ],
    [
      'is a promise',
      () => Promise.resolve('a') as unknown as string,
      /the key of a run of workflow "work" is a promise/i,
    ],
    ['is empty', () => '', /give a text of 1 to 255 characters/],
  ])('is refused where the key %s', async (_, key, message) => {
    const work = workflow('work', { pool: perKey, key }, function* () {
      yield* sleep(1);
    });
    const engine = createTestEngine({ workflows: [work] });
    await expect(engine.start(work)).rejects.toThrow(message);
  });

  test('and where the priority is no whole number', async () => {
    const work = workflow('work', { pool: one, priority: () => 0.5 }, function* () {
      yield* sleep(1);
    });
    const engine = createTestEngine({ workflows: [work] });
    await expect(engine.start(work)).rejects.toThrow(/the priority of a run of workflow "work" is 0.5/);
  });
});
