/** Updates of callers: with a start, twice, and with a crash at each write. */
import { query, signal, sleep, step, update, workflow } from 'lull';
import { crashEverywhere, createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { createWorld } from './client-world.ts';

const add = update<number, number>('add');
const stay = update<number, number>('stay');
const close = signal<void>('close');
const total = query<number>('total');

const counter = workflow('counter', function* (from: number) {
  let sum = from;
  total.handle(() => sum);
  add.handle({
    validate: (n) => {
      if (n < 0) throw new RangeError('only up');
    },
    *run(n) {
      yield* step('note', () => n);
      return (sum += n);
    },
  });
  yield* close.receive();
  return sum;
});
const other = workflow('other', function* () {
  yield* sleep('1 day');
});

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(String, (error: unknown) => (error as { code: string }).code);

describe('updateWithStart', () => {
  it('starts the run once, and gives the answer of each update', async () => {
    const engine = createTestEngine({ workflows: [counter] });
    const ask = (n: number) => engine.client.updateWithStart(counter, 10, { id: 'c1', update: add, args: n });
    expect([await ask(1), await ask(2)]).toEqual([11, 13]);
    expect(await engine.list()).toHaveLength(1);
    expect(await engine.client.updateWithStart('counter', 0, { id: 'c1', update: 'add', args: 3 })).toBe(16);
  });

  it('has the run started though the update is refused', async () => {
    const engine = createTestEngine({ workflows: [counter] });
    const ask = engine.client.updateWithStart(counter, 10, { id: 'c1', update: add, args: -1 });
    expect(await codeOf(ask)).toBe('UPDATE_REFUSED');
    expect(await engine.client.run('c1').query(total)).toBe(10);
  });

  it('starts nothing for what is refused at the door', async () => {
    const { client, store } = createWorld({ workflows: [counter, other] });
    const base = { id: 'c1', update: add, args: 1 };
    const calls = [
      client.updateWithStart(counter, (() => 1) as never, base),
      client.updateWithStart(counter, 1, { ...base, args: (() => 1) as never }),
      client.updateWithStart('counter', 1, { id: 'c1', update: '..' }),
      client.updateWithStart('counter', 1, { id: '.', update: 'add' }),
      client.updateWithStart('cuonter', 1, { id: 'c1', update: 'add' }),
      client.updateWithStart('counter', 1, { id: 'c1', update: 'add', twice: 1 } as never),
      client.updateWithStart('counter', 1, { id: 'c1', update: '' }),
    ];
    expect(await Promise.all(calls.slice(0, 2).map(codeOf))).toEqual(['UNSERIALIZABLE_VALUE', 'UNSERIALIZABLE_VALUE']);
    expect(await Promise.all(calls.slice(3).map(codeOf))).toEqual([
      ...['INVALID_ARGUMENT', 'UNKNOWN_WORKFLOW', 'INVALID_ARGUMENT', 'INVALID_ARGUMENT'],
    ]);
    void calls[2]?.catch(() => undefined);
    await client.start(other, undefined, { id: 'o1' });
    expect(await codeOf(client.updateWithStart(counter, 1, { ...base, id: 'o1' }))).toBe('RUN_ID_TAKEN');
    expect(await codeOf(client.updateWithStart(counter, 1, { ...base, id: 'o1', onConflict: 'fail' }))).toBe(
      'RUN_ID_TAKEN',
    );
    expect((await store.readRun('o1'))?.inboxIds).toEqual([]);
  });

  it('gives up after its time, and the update goes on', async () => {
    const { client } = createWorld({ workflows: [counter] });
    const ask = client.updateWithStart(counter, 1, { id: 'c1', update: add, args: 1, answerTimeout: '2s' });
    expect(await codeOf(ask)).toBe('TIMEOUT');
  });
});

describe('whatever crashes, and whichever call comes twice', () => {
  it('an update is carried out once and answered', async () => {
    await crashEverywhere({
      workflows: [counter],
      scenario: async ({ client }) => {
        expect(await client.updateWithStart(counter, 1, { id: 'c1', update: add, args: 1 })).toBe(2);
        const run = client.run<number>('c1');
        expect([await run.update(add, 2), await run.update(add, 3)]).toEqual([4, 7]);
        await run.signal(close);
        expect(await run.result()).toBe(7);
      },
    });
  });

  it('a refusal leaves no trace', async () => {
    await crashEverywhere({
      workflows: [counter],
      scenario: async (engine) => {
        const run = await engine.start(counter, 1, { id: 'c1' });
        expect(await codeOf(run.update(add, -1))).toBe('UPDATE_REFUSED');
        expect(await run.update(add, 1)).toBe(2);
        await run.signal(close);
        expect(await codeOf(run.update(add, -2))).toBe('RUN_ENDED');
        expect(await run.result()).toBe(2);
        // The last one was accepted before the run ended, and is in its history as unread.
        const updates = (await engine.history(run)).filter(({ kind }) => kind === 'update-received');
        expect(updates.map(({ unread = false }) => unread)).toEqual([false, true]);
      },
    });
  });

  it('an update that waits for its handler, and one that the end cancels', async () => {
    const late = workflow('late', function* () {
      yield* sleep('1h');
      add.handle({
        *run(n) {
          yield* sleep({ hours: n });
          return n;
        },
      });
      stay.handle({
        *run(n) {
          yield* sleep({ hours: n });
          return n;
        },
      });
      yield* sleep('5h');
      return 'done';
    });
    await crashEverywhere({
      workflows: [late],
      scenario: async (engine) => {
        const run = await engine.start(late, undefined);
        const [first, second] = [run.update(add, 1), run.update(stay, 9)];
        expect([await first, await codeOf(second)]).toEqual([1, 'RUN_ENDED']);
        expect(await run.result()).toBe('done');
      },
    });
  });
});
