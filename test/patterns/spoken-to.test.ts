/** Patterns of runs that others ask, change and wait for. Each is played as it is, and one of its ways with a crash at each place. */
import { getRun, workflow } from 'lull';
import { createTestEngine, type TestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { play, playOnce } from './play.ts';
import { assign, cluster, free, health, shutDown } from './workflows/cluster.ts';
import { authorized, payment } from './workflows/early-return.ts';
import { expenseApproval, sentLinks } from './workflows/expense.ts';
import { deliverFood, delivered, pickedUp, whereIsIt } from './workflows/food-delivery.ts';
import { lock, repaint } from './workflows/mutex.ts';
import { outside } from './workflows/outside.ts';
import { changed, reindex } from './workflows/reindex.ts';
import { processRecord, slidingWindow } from './workflows/sliding-window.ts';
import { billing, endSubscription, setPrice, yearly } from './workflows/yearly-subscription.ts';

const tokenOf = (link: string | undefined): string => link?.split('/').at(-1) ?? '';

describe('the approval of an expense by a link', () => {
  it.each([
    [true, 'paid', ['Ada spent 4200', 'paid 4200 to Ada']],
    [false, 'refused', ['Ada spent 4200']],
    [undefined, 'nobody decided', ['Ada spent 4200']],
  ])('decided as %s', (decision, ends, log) =>
    (decision === true ? play : playOnce)({
      workflows: [expenseApproval],
      async scenario(engine) {
        const run = await engine.start(expenseApproval, { by: 'Ada', cents: 4200 }, { id: 'e' });
        await engine.settle();
        if (decision !== undefined) await engine.client.completeCallback(tokenOf(sentLinks.at(-1)), decision);
        expect(await run.result()).toBe(ends);
        expect(outside.log).toEqual(log);
      },
    }),
  );
});

describe('a debounce of starts by key', () => {
  const change = (engine: TestEngine, version: number) =>
    engine.client.signalWithStart(reindex, 'a', { id: 'reindex:a', signal: changed, payload: version });

  it('does once what was asked for in a row, with the newest of it', () =>
    play({
      workflows: [reindex],
      async scenario(engine) {
        for (const version of [1, 2, 3]) {
          await change(engine, version);
          await engine.advance('2s');
        }
        expect(outside.log).toEqual([]);
        await engine.advance('1m');
        expect(outside.log).toEqual(['index a 3']);
        await change(engine, 4);
        await engine.advance('1m');
        expect(outside.log).toEqual(['index a 3', 'index a 4']);
        await engine.client.run('reindex:a').terminate();
      },
    }));

  it('does it once a minute where it is asked for again and again', () =>
    playOnce({
      workflows: [reindex],
      async scenario(engine) {
        for (let version = 1; version <= 30; version += 1) {
          await change(engine, version);
          await engine.advance('4s');
        }
        expect(outside.log).toEqual(['index a 15', 'index a 30']);
      },
    }));
});

describe('the delivery of food', () => {
  it('is asked where it is, also when it is over', () =>
    play({
      workflows: [deliverFood],
      async scenario(engine) {
        const run = await engine.start(deliverFood, 'soup', { id: 'd' });
        await engine.settle();
        expect(await run.query(whereIsIt)).toBe('in the kitchen');
        await run.signal(pickedUp, { driver: 'Grace' });
        await engine.settle();
        expect(await run.query(whereIsIt)).toBe('with Grace');
        await run.signal(delivered);
        expect(await run.result()).toBe('delivered');
        expect(await run.query(whereIsIt)).toBe('delivered');
      },
    }));

  it('is refunded when it does not come', () =>
    playOnce({
      workflows: [deliverFood],
      async scenario(engine) {
        expect(await engine.run(deliverFood, 'soup')).toBe('lost');
        expect(outside.log).toEqual(['refunded soup']);
      },
    }));
});

describe('a mutex that runs share', () => {
  it('is handed on, and given back', () =>
    play({
      workflows: [lock, repaint],
      async scenario(engine) {
        const run = await engine.start(repaint, { wall: 'north' }, { id: 'a' });
        await run.result();
        expect(outside.log).toEqual(['a begins', 'a ends']);
      },
    }));

  it('is held by one run at a time, in the order in which they asked', () =>
    playOnce({
      workflows: [lock, repaint],
      async scenario(engine) {
        const ids = ['a', 'b', 'c'];
        const runs = [];
        for (const id of ids) {
          runs.push(await engine.start(repaint, { wall: 'north' }, { id }));
          await engine.settle();
        }
        expect(outside.log).toEqual(['a begins']);
        await Promise.all(runs.map((run) => run.result()));
        expect(outside.log).toEqual(ids.flatMap((id) => [`${id} begins`, `${id} ends`]));
      },
    }));
});

describe('a cluster manager', () => {
  it('assigns nodes by an update', () =>
    play({
      workflows: [cluster],
      async scenario(engine) {
        const run = await engine.start(cluster, 2, { id: 'c' });
        expect(await run.update(assign, { job: 'a', nodes: 1 })).toEqual(['node-1']);
        await run.signal(shutDown);
        expect(await run.result()).toBe(1);
      },
    }));

  it('assigns and frees nodes one after the other, and refuses what makes no sense', () =>
    playOnce({
      workflows: [cluster],
      async scenario(engine) {
        const run = await engine.start(cluster, 4, { id: 'c' });
        await engine.settle();
        expect(await run.update(assign, { job: 'a', nodes: 3 })).toEqual(['node-1', 'node-2', 'node-3']);
        await expect(run.update(assign, { job: 'a', nodes: 1 })).rejects.toMatchObject({ code: 'UPDATE_REFUSED' });
        await expect(run.update(assign, { job: 'b', nodes: 2 })).rejects.toThrow('only 1 nodes are free');
        expect(await run.query(health)).toEqual({ free: 1, jobs: ['a'] });
        expect(await run.update(free, 'a')).toBe(3);
        expect(await run.update(assign, { job: 'b', nodes: 2 })).toEqual(['node-4', 'node-1']);
        await run.signal(shutDown);
        expect(await run.result()).toBe(1);
      },
    }));
});

describe('early return', () => {
  it('answers when the payment is authorized, long before it is settled', () =>
    play({
      workflows: [payment],
      async scenario(engine) {
        const began = engine.now().getTime();
        const options = { id: 'p', update: authorized, args: undefined };
        expect(await engine.client.updateWithStart(payment, 990, options)).toBe('authorized 990');
        expect(engine.now().getTime() - began).toBeLessThan(3_600_000);
        expect(await engine.client.run('p').result()).toBe('settled');
        expect(outside.log).toEqual(['authorized 990', 'settled 990']);
      },
    }));

  it('tells the caller why it is refused', async () => {
    const engine = createTestEngine({ workflows: [payment] });
    const options = { id: 'p', update: authorized, args: undefined };
    await expect(engine.client.updateWithStart(payment, 100_001, options)).rejects.toThrow('too much');
  });
});

describe('a sliding window over children', () => {
  it('continues as new while children are at work, and misses none of them', () =>
    play({
      workflows: [slidingWindow, processRecord],
      async scenario(engine) {
        const run = await engine.start(slidingWindow, { records: 2, size: 1, perLink: 1 }, { id: 'w' });
        expect(await run.result()).toEqual({ links: 2 });
        expect(outside.log).toEqual(['record 0', 'record 1']);
      },
    }));

  it('goes through a thousand records, twenty at a time', () =>
    playOnce({
      workflows: [slidingWindow, processRecord],
      async scenario(engine) {
        const run = await engine.start(slidingWindow, { records: 1000, size: 20, perLink: 250 }, { id: 'w' });
        expect(await run.result()).toEqual({ links: 4 });
        expect(new Set(outside.log).size).toBe(1000);
      },
    }));
});

describe('a subscription for a year', () => {
  it('bills each month at the price of then, and tells how it stands', () =>
    play({
      workflows: [yearly],
      async scenario(engine) {
        const run = await engine.start(yearly, 1000, { id: 's' });
        await engine.settle();
        await run.signal(setPrice, 1500);
        await engine.advance('31 days');
        expect(await run.query(billing)).toEqual({ price: 1500, billed: 1500 });
        await run.signal(endSubscription);
        expect(await run.result()).toEqual({ billed: 1500, months: 1 });
      },
    }));

  it('takes less than a second for the year', async () => {
    const engine = createTestEngine({ workflows: [yearly] });
    const before = process.cpuUsage();
    const run = await engine.start(yearly, 1000);
    for (let month = 1; month <= 12; month += 1) {
      await run.signal(setPrice, 1000 + month);
      await engine.advance('30 days');
      expect(await run.query(billing)).toMatchObject({ price: 1000 + month });
    }
    expect(await run.result()).toEqual({ billed: 12 * 1000 + 78, months: 12 });
    // of this process: other tests run at the same time
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(1_000_000);
  });
});

describe('a run that another one waits for', () => {
  it('gives its result, by its id', async () => {
    const watcher = workflow('watcher', function* (id: string) {
      return yield* getRun<string>(id).result();
    });
    const engine = createTestEngine({ workflows: [deliverFood, watcher] });
    await engine.start(deliverFood, 'soup', { id: 'd' });
    expect(await engine.run(watcher, 'd')).toBe('lost');
  });
});
