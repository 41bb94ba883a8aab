import { continueAsNew, type Coroutine, signal, sleep, step, workflow } from 'lull';
import { createTestEngine, crashEverywhere } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import type { Around } from '../../lib/testing/around-store.ts';
import { isWrite } from '../../lib/testing/around-store.ts';
import { SmallCloud } from './small-cloud.ts';

const news = signal<string>('news');

describe('what was sent to a run that continues as new', () => {
  const collecting = workflow('collecting', function* (had: readonly string[]): Coroutine<readonly string[]> {
    const all = [...had, yield* news.receive()];
    return all.length === 4 ? all : yield* continueAsNew(all);
  });

  it('and was not received moves along, in order', async () => {
    const late = workflow('late', function* (n: number): Coroutine<readonly string[]> {
      yield* sleep('1h');
      if (n === 1) return yield* continueAsNew(2);
      return [yield* other.receive(), yield* news.receive(), yield* news.receive()];
    });
    const other = signal<string>('other');
    for (const rebuildAtEveryAwait of [false, true]) {
      const engine = createTestEngine({ workflows: [late], rebuildAtEveryAwait });
      const run = await engine.start(late, 1);
      await engine.settle();
      await run.signal(news, 'a');
      await run.signal(other, 'x');
      await run.signal(news, 'b');
      expect(await run.result()).toEqual(['x', 'a', 'b']);
      const received = (await engine.history(run, { link: 2 })).filter(({ kind }) => kind === 'signal-received');
      expect(received.map(({ value }) => value)).toEqual(['a', 'x', 'b']);
    }
  });

  it('moves along rebuilt at every await, too', async () => {
    const engine = createTestEngine({ workflows: [collecting], rebuildAtEveryAwait: true });
    const run = await engine.start(collecting, []);
    for (const text of ['a', 'b', 'c', 'd']) await run.signal(news, text);
    expect(await run.result()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('and is accepted at the moment of the write is in the next link', async () => {
    const cloud = new SmallCloud([collecting]);
    const run = await cloud.client.start(collecting, []);
    await run.signal(news, 'a');
    let isSent = false;
    const around: Around = async (call, go) => {
      if (call.operation === 'continueRun' && !isSent) {
        isSent = true;
        await run.signal(news, 'b');
      }
      return go();
    };
    expect(await cloud.worker({ around }).turn(run.id)).toEqual({ kind: 'continued', link: 2 });
    expect(await cloud.run(run.id)).toMatchObject({ link: 2, status: 'pending', dueAtMs: 0, inboxIds: ['message-2'] });
    await run.signal(news, 'c');
    await run.signal(news, 'd');
    const worker = cloud.worker();
    for (let turns = 0; turns < 3; turns += 1) await worker.turn(run.id);
    expect(await run.result({ timeout: 0 })).toEqual(['a', 'b', 'c', 'd']);
  });

  it('with a key is one signal, in whichever link it is repeated', async () => {
    const engine = createTestEngine({ workflows: [collecting] });
    const run = await engine.start(collecting, []);
    for (const text of ['a', 'b', 'a', 'c', 'b', 'd']) {
      await run.signal(news, text, { idempotencyKey: text });
      await engine.settle();
    }
    expect(await run.result()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('and is accepted once more by a late repeat of the network is not delivered again', async () => {
    const cloud = new SmallCloud([collecting]);
    const run = await cloud.client.start(collecting, []);
    await run.signal(news, 'a');
    const worker = cloud.worker();
    await worker.turn(run.id);
    await cloud.table.accept(run.id, 'message-1', 100); // its payload is gone
    expect(await worker.turn(run.id)).toMatchObject({ kind: 'suspended' });
    expect(await cloud.run(run.id)).toMatchObject({ link: 2, inboxIds: [] });
    await cloud.table.putMessage(run.id, { kind: 'signal', id: 'message-1', name: 'news', payload: 'a' as never });
    await cloud.table.accept(run.id, 'message-1', 100); // the put was late too
    await worker.turn(run.id);
    for (const text of ['b', 'c', 'd']) await run.signal(news, text);
    for (let turns = 0; turns < 3; turns += 1) await worker.turn(run.id);
    expect(await run.result({ timeout: 0 })).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is kept by a run that is terminated before its next link has begun', async () => {
    const cloud = new SmallCloud([collecting]);
    const run = await cloud.client.start(collecting, []);
    await run.signal(news, 'a');
    await run.signal(news, 'b');
    const worker = cloud.worker();
    await worker.turn(run.id);
    await run.terminate('enough');
    expect(await worker.turn(run.id)).toEqual({ kind: 'ended', status: 'terminated' });
  });

  it('is heard although each link continues at once: a request to terminate ends the run', async () => {
    const restless = workflow('restless', function* (n: number): Coroutine<void> {
      yield* continueAsNew(n + 1);
    });
    const cloud = new SmallCloud([restless]);
    const run = await cloud.client.start(restless, 1);
    const worker = cloud.worker();
    expect(await worker.turn(run.id)).toEqual({ kind: 'continued', link: 2 });
    await run.terminate('enough');
    expect(await worker.turn(run.id)).toEqual({ kind: 'ended', status: 'terminated' });
  });
});

describe('a worker that dies while its run continues as new', () => {
  const flow = workflow('flow', function* (n: number): Coroutine<string> {
    const text = yield* news.receive();
    yield* step('work', () => n);
    return n === 2 ? text : yield* continueAsNew(n + 1);
  });

  it('before or after any of its writes changes nothing of the outcome', async () => {
    await crashEverywhere({
      workflows: [flow],
      scenario: async (engine) => {
        const run = await engine.start(flow, 1);
        await run.signal(news, 'a');
        await run.signal(news, 'b');
        expect(await run.result()).toBe('b');
        expect(engine.calls('work').length).toBeGreaterThanOrEqual(2);
      },
    });
  });

  it('and wakes up when the next link goes on writes nothing', async () => {
    for (let frozenAt = 1; frozenAt <= 6; frozenAt += 1) {
      const cloud = new SmallCloud([flow]);
      const run = await cloud.client.start(flow, 1);
      await run.signal(news, 'a');
      await run.signal(news, 'b');
      let thaw = (): void => undefined;
      const thawing = new Promise<void>((resolve) => (thaw = resolve));
      let writes = 0;
      const around: Around = async (call, go) => {
        if (isWrite(call)) writes += 1;
        if (writes >= frozenAt) await thawing;
        return go();
      };
      const stale = cloud.worker({ around }).turn(run.id);
      for (let times = 0; times < 20; times += 1) await new Promise((resolve) => setImmediate(resolve));
      cloud.pass(31_000);
      const worker = cloud.worker();
      for (let turns = 0; turns < 4; turns += 1) await worker.turn(run.id);
      expect(await run.result({ timeout: 0 })).toBe('b');
      const before = JSON.stringify([await cloud.run(run.id), await recordsOfAll(cloud, run.id)]);
      thaw();
      await stale;
      expect(
        JSON.stringify([await cloud.run(run.id), await recordsOfAll(cloud, run.id)]),
        `frozen at ${frozenAt}`,
      ).toBe(before);
    }
  });
});

async function recordsOfAll(cloud: SmallCloud, runId: string): Promise<unknown[]> {
  return Promise.all([1, 2, 3].map((link) => cloud.table.loadRecords(runId, 0, undefined, link)));
}
