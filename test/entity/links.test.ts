/** The run of an entity over a long time: its links, its journal, its code that changes, and what it costs while it is idle. */
import { entity, sleep, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../lib/memory/memory-store.ts';

interface State {
  sum: number;
  note?: string;
}

const make = (by: number, steps: readonly string[] = ['look']) =>
  entity('counter', {
    initial: (): State => ({ sum: 0 }),
    handlers: {
      add: (state, n: number) => (state.sum += n * by),
      note(state, note: string) {
        state.note = note;
      },
      fail() {
        throw new RangeError('no');
      },
      *wait(state) {
        for (const name of steps) yield* step(name, () => undefined);
        yield* sleep('1 day');
        return (state.sum += 1000);
      },
      *long(_state, n: number) {
        for (let i = 0; i < n; i += 1) yield* step('one more', { readOnly: true }, () => 'x'.repeat(100));
      },
    },
    reads: { get: (state) => state.sum },
  });
const counter = make(1);
const linkOf = async (engine: ReturnType<typeof createTestEngine>): Promise<number> => {
  const description = await engine.client.run('counter:a').describe();
  return (description as { link?: number }).link ?? 1;
};

describe('a long life', () => {
  it('has a journal of a bounded length: a link has a hundred calls', async () => {
    const engine = createTestEngine({ workflows: [counter] });
    const calls = engine.entity(counter, 'a');
    for (let i = 1; i <= 250; i += 1) expect(await calls.add(1)).toBe(i);
    expect(await linkOf(engine)).toBe(3);
    expect(
      (await engine.history('counter:a', { link: 1 })).filter(({ kind }) => kind === 'update-received'),
    ).toHaveLength(100);
    expect(await calls.get()).toBe(250);
  });

  it('continues as new when what its calls were given and did is large', async () => {
    const engine = createTestEngine({ workflows: [counter] });
    const calls = engine.entity(counter, 'a');
    for (let i = 1; i <= 8; i += 1) await calls.note('x'.repeat(20_000 + i));
    expect(await linkOf(engine)).toBe(5);
  });

  it('counts what failed, too', async () => {
    const engine = createTestEngine({ workflows: [counter] });
    const calls = engine.entity(counter, 'a');
    await calls.add(7);
    for (let i = 1; i < 100; i += 1) await expect(calls.fail()).rejects.toThrow('no');
    await engine.settle();
    expect(await linkOf(engine)).toBe(2);
    expect(await calls.get()).toBe(7);
  });

  it('does not write a state that has not changed', async () => {
    const engine = createTestEngine({ workflows: [counter] });
    const calls = engine.entity(counter, 'a');
    await calls.note('y'.repeat(20_000));
    for (let i = 1; i < 40; i += 1) await calls.add(0);
    expect(await linkOf(engine)).toBe(1);
  });

  it('survives a handler that comes to the limit of a journal', async () => {
    const engine = createTestEngine({ workflows: [counter], settings: { maxJournalEvents: 200 } });
    const calls = engine.entity(counter, 'a');
    await calls.add(5);
    await expect(calls.long(1_000)).rejects.toThrow('was cancelled');
    expect(await calls.add(1)).toBe(6);
  });
});

describe('code that changes', () => {
  it('does not change what earlier calls have done', async () => {
    const store = new MemoryStore();
    const engine = createTestEngine({ workflows: [counter], store, checkReplay: false });
    await engine.entity(counter, 'a').add(1);
    const other = make(10);
    await engine.deploy([other]);
    expect(await engine.entity(other, 'a').get()).toBe(1);
    expect(await engine.entity(other, 'a').add(1)).toBe(11);
  });

  it('may do other steps in a handler that has run before, and has to follow one that runs', async () => {
    const engine = createTestEngine({ workflows: [counter], checkReplay: false });
    expect(await engine.entity(counter, 'a').wait()).toBe(1000);
    const other = make(1, ['look', 'look again']);
    await engine.deploy([other]);
    expect(await engine.entity(other, 'a').wait()).toBe(2000);
    await expect(engine.entity(other, 'a', { timeout: '1h' }).wait()).rejects.toThrow('has no answer');
    await engine.deploy([counter]);
    await engine.advance('1 day');
    expect((await engine.client.run('counter:a').describe()).status).toBe('blocked');
    await engine.deploy([other]);
    await engine.advance('1 day');
    expect(await engine.entity(other, 'a').get()).toBe(3000);
  });

  it('may lose a handler that has run', async () => {
    const engine = createTestEngine({ workflows: [counter], checkReplay: false });
    await engine.entity(counter, 'a').add(1);
    const other = entity('counter', {
      initial: (): State => ({ sum: 0 }),
      handlers: { double: (state) => (state.sum *= 2) },
    });
    await engine.deploy([other]);
    expect(await engine.entity(other, 'a').double()).toBe(2);
  });
});

describe('an idle entity', () => {
  it('is not due, takes no turn, and is found by no sweeper', async () => {
    const store = new MemoryStore();
    const engine = createTestEngine({ workflows: [counter], store });
    for (let key = 0; key < 200; key += 1) await engine.entity(counter, `k${key}`).add(1);
    const due = [];
    for await (const page of store.listDue(engine.now().getTime() + 10 * 365 * 86_400_000)) due.push(page);
    expect(due).toEqual([]);
    const before = await engine.client.run('counter:k7').describe();
    await engine.advance('365 days');
    expect(await engine.client.run('counter:k7').describe()).toEqual(before);
    expect(await engine.client.count({ workflow: 'counter', status: 'suspended' })).toBe(200);
  });
});

describe('an entity beside workflows', () => {
  it('can be paused with all of its kind, and calls wait', async () => {
    const main = workflow('main', function* () {
      return yield* counter('a').add(1);
    });
    const engine = createTestEngine({ workflows: [counter, main] });
    await engine.client.workflows.pause('counter');
    const run = await engine.start(main);
    await engine.advance('1h');
    expect((await run.describe()).status).toBe('suspended');
    expect(await engine.entity(counter, 'a').get()).toBe(0);
    await engine.client.workflows.resume('counter');
    expect(await run.result()).toBe(1);
  });
});
