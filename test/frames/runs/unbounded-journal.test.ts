/** The journal of a run with an unbounded history: what is kept of it, what is archived, what is dropped. */
import { child, continueAsNew, signal, sleep, step, workflow, type Coroutine } from 'lull';
import { createRunFrames } from 'lull/lambda';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../lib/memory/memory-store.ts';
import { SmallCloud } from '../../engine/small-cloud.ts';

const pay = signal<number>('pay');

const counter = workflow('counter', { history: 'unbounded' }, function* (rounds: number) {
  let sum = 0;
  for (let round = 0; round < rounds; round += 1) {
    sum += yield* step('read', () => 1);
    yield* sleep('1 day');
  }
  return sum;
});

const account = workflow('account', { history: 'unbounded' }, function* (payments: number) {
  let sum = 0;
  for (let index = 0; index < payments; index += 1) sum += yield* pay.receive();
  return sum;
});

class OpenStore extends MemoryStore {
  numbersOf(runId: string): number[] {
    return [...(this.partitions.get(runId)?.records.get(1)?.keys() ?? [])].sort((a, b) => a - b);
  }

  /** As in `base`, `journal`. */
  valuesOf(runId: string): string[] {
    return [...(this.partitions.get(runId)?.values.keys() ?? [])].map((key) => key.split('-')[1] ?? '').sort();
  }
}

describe('the journal of a run with an unbounded history', () => {
  it('is its first record and its last one, and archives of all, at each rest', async () => {
    const store = new OpenStore();
    const engine = createTestEngine({ workflows: [counter], frames: true, store });
    const run = await engine.start(counter, 12);
    await engine.advance('10 days');
    const { base } = (await store.readRun(run.id)) ?? {};
    expect(store.numbersOf(run.id)).toEqual([1, base?.record]);
    expect(store.valuesOf(run.id).filter((key) => key === 'base')).toHaveLength(1);
    const history = await engine.history(run);
    expect(history.filter(({ kind }) => kind === 'step-completed')).toHaveLength(11);
    expect(history.map(({ kind }) => kind)).not.toContain('dropped');
    expect(await engine.client.run(run.id).describe()).toMatchObject({
      history: { events: history.length, archived: true },
    });
    expect(await run.result()).toBe(12);
    expect(store.valuesOf(run.id)).not.toContain('base');
  });

  it('is its first record and its last one alone where there is no bucket, and its history says so', async () => {
    const store = new OpenStore({ payloadBucket: false });
    const engine = createTestEngine({ workflows: [counter], frames: true, store });
    const run = await engine.start(counter, 12);
    await engine.advance('10 days');
    expect(store.valuesOf(run.id)).toEqual(['base']);
    const kinds = (await engine.history(run)).map(({ kind }) => kind);
    expect(kinds.slice(0, 3)).toEqual(['started', 'step', 'dropped']);
    expect(await engine.client.run(run.id).describe()).toMatchObject({ history: { archived: false } });
    await expect(engine.client.run(run.id).exportHistory()).rejects.toMatchObject({ code: 'HISTORY_DROPPED' });
    expect(await run.result()).toBe(12);
    expect(store.valuesOf(run.id)).toEqual([]);
  });

  it('can be read from any place in it, event by event', async () => {
    const engine = createTestEngine({ workflows: [counter], frames: true });
    const run = await engine.start(counter, 9);
    await engine.advance('6 days');
    const whole = await engine.history(run);
    const read: unknown[] = [];
    for (let cursor: string | undefined = '0'; cursor !== undefined;) {
      const iterator = engine.client.run(run.id).historyFrom(cursor)[Symbol.asyncIterator]();
      const next = await iterator.next();
      if (!next.done) read.push(next.value.event.kind);
      cursor = next.done ? undefined : next.value.cursor;
    }
    expect(read).toEqual(whole.map(({ kind }) => kind));
    const { links } = await engine.client.run(run.id).exportHistory();
    expect(links[0]?.records.map(({ number }) => number)).toEqual(links[0]?.records.map((_, index) => index + 1));
  });

  it('stays short in a turn with many awaits, and reaches no limit', async () => {
    const many = workflow('many', { history: 'unbounded' }, function* () {
      let sum = 0;
      for (let round = 0; round < 3_000; round += 1) sum += yield* step('read', () => 1);
      return sum;
    });
    const cloud = new SmallCloud([many]);
    let longest = 0;
    const worker = cloud.worker({
      ...{ frames: createRunFrames(), maxJournalEvents: 1_000 },
      around: async (call, go) => {
        if (call.operation === 'renew') longest = Math.max(longest, (await cloud.records(run.id)).length);
        return go();
      },
    });
    const run = await cloud.client.start(many);
    expect(await worker.turn(run.id)).toMatchObject({ kind: 'ended', status: 'completed' });
    expect(await run.result()).toBe(3_000);
    expect(longest).toBeGreaterThan(20);
    expect(longest).toBeLessThan(100);
    expect((await cloud.run(run.id)).base?.record).toBeGreaterThan(2_900);
  });

  it('knows the messages that came a while ago, and forgets older ones', async () => {
    const store = new OpenStore();
    const engine = createTestEngine({ workflows: [account], frames: true, store });
    const run = await engine.start(account, 100);
    for (let index = 0; index < 40; index += 1) {
      await run.signal(pay, 1);
      await engine.advance('10 minutes');
    }
    const { base } = (await store.readRun(run.id)) ?? {};
    expect(base?.ids.count).toBeGreaterThan(2);
    expect(base?.ids.count).toBeLessThan(12);
    for (let index = 0; index < 60; index += 1) await run.signal(pay, 1);
    expect(await run.result()).toBe(100);
  });

  it('has the children that are to be stopped when the run has ended', async () => {
    const waits = workflow('waits', function* () {
      yield* pay.receive();
    });
    const parent = workflow('parent', { history: 'unbounded' }, function* () {
      yield* child(waits, undefined, { id: 'the-child' });
    });
    const engine = createTestEngine({ workflows: [parent, waits], frames: true });
    const run = await engine.start(parent);
    await engine.settle();
    expect(await engine.client.run(run.id).describe()).toHaveProperty('history');
    await run.terminate('enough');
    await engine.settle();
    expect(await engine.client.run('the-child').describe()).toMatchObject({ status: 'cancelled' });
  });

  it('is not continued as new', async () => {
    const again = workflow('again', { history: 'unbounded' }, function* (): Coroutine<void> {
      yield* sleep('1 day');
      return yield* continueAsNew(undefined);
    });
    const engine = createTestEngine({ workflows: [again], frames: true });
    await expect(engine.run(again)).rejects.toThrow(/cannot continue as new/);
  });
});
