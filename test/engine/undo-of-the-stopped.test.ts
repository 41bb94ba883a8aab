// Steps are undone also where the engine ends the code by itself: for an error left behind, a journal that is too long, a
// loop that never rests.
import { type Coroutine, sleep, step, workflow } from 'lull';
import { createTestEngine, type TestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../../lib/client/history-event.ts';
import type { EngineSettings } from '../../lib/engine/settings.ts';
import { silent } from '../testing/silent.ts';
import { SmallCloud } from './small-cloud.ts';

let undone: unknown[] = [];

const charge = (id: number) => step('charge', { undo: (it: number) => void undone.push(it) }, () => id);

/** A promise that nobody waits for. */
function forget(): void {
  void Promise.reject(new Error('card declined'));
}

const careless = workflow('careless', function* (where: 'while it goes on' | 'at its end') {
  yield* charge(1);
  yield* charge(2);
  forget();
  if (where === 'while it goes on') yield* sleep('1h');
  return 'paid';
});

/** It catches whatever it is told, and goes on. */
const stubborn = workflow('stubborn', function* () {
  for (let id = 1; ; id += 1) {
    try {
      yield* id <= 30 ? charge(id) : step('do', () => undefined);
    } catch {
      // goes on
    }
  }
});

const MODES = [
  ['straight', {}],
  ['rebuilt at every await', { rebuildAtEveryAwait: true }],
] as const;

function newEngine(options: Partial<Parameters<typeof createTestEngine>[0]> = {}): TestEngine {
  undone = [];
  return createTestEngine({ workflows: [careless, stubborn], log: silent, ...options });
}

const kindsOf = (history: readonly HistoryEvent[]): string[] => history.map(({ kind }) => kind);

describe.each(MODES)('the steps of a run, %s, are undone', (_mode, mode) => {
  it.each(['while it goes on', 'at its end'] as const)('when its code has left an error behind %s', async (where) => {
    const engine = newEngine(mode);
    const run = await engine.start(careless, where);
    await expect(run.result()).rejects.toMatchObject({
      code: 'RUN_FAILED',
      cause: { code: 'FORGOTTEN_PROMISE', cause: { message: 'card declined' } },
    });
    expect(undone).toEqual([2, 1]);
    const history = await engine.history(run);
    expect(kindsOf(history).filter((kind) => kind === 'code-stopped')).toHaveLength(1);
    expect(history.find(({ kind }) => kind === 'code-stopped')).toMatchObject({ error: { code: 'FORGOTTEN_PROMISE' } });
  });

  it('when its code does not stop at the limit of its journal, however many they are', async () => {
    const engine = newEngine({ ...mode, settings: { maxJournalEvents: 100 } });
    const run = await engine.start(stubborn);
    await expect(run.result()).rejects.toMatchObject({
      cause: { code: 'JOURNAL_TOO_LONG', message: expect.stringContaining('a tenth of maxJournalEvents') as string },
    });
    expect(undone).toEqual(Array.from({ length: 30 }, (_, index) => 30 - index));
    // The limit, the reserve, what one event leads to; and two entries for each undo.
    expect((await engine.history(run)).length).toBeLessThanOrEqual(100 + 1 + 10 + 2 + 1 + 2 * 30 + 1);
  });

  it('when its end comes right before the limit, and the undos come to it', async () => {
    const failing = workflow('failing', function* () {
      for (let id = 1; id <= 30; id += 1) yield* charge(id);
      throw new Error('out of stock');
    });
    const engine = newEngine({ ...mode, workflows: [failing], settings: { maxJournalEvents: 70 } });
    await expect(engine.run(failing)).rejects.toMatchObject({ message: 'out of stock' });
    expect(undone).toHaveLength(30);
  });
});

it('an undo that fills the journal is failed at once when it has as much again as the limit', async () => {
  const chatty = workflow('chatty', function* () {
    const undo = function* (): Coroutine<void> {
      for (;;) yield* step('talk', () => undefined);
    };
    yield* step('a', { undo }, () => 1);
    throw new Error('no');
  });
  const engine = newEngine({ workflows: [chatty], settings: { maxJournalEvents: 50 } });
  const run = await engine.start(chatty);
  await expect(run.result()).rejects.toMatchObject({
    cause: {
      code: 'JOURNAL_TOO_LONG',
      message: expect.stringContaining('as much again as maxJournalEvents') as string,
    },
  });
  expect((await engine.history(run)).length).toBeLessThanOrEqual(50 + 1 + 5 + 2 + 1 + 50 + 2);
});

it('an error that was left behind cuts off no undo', async () => {
  let leave: (() => void) | undefined;
  const late = workflow('late', function* () {
    yield* charge(1);
    yield* step('a', { undo: () => new Promise<void>((done) => setTimeout(done, 20)) }, () => 1);
    void new Promise((_, reject) => (leave = () => reject(new Error('late'))));
    throw new Error('out of stock');
  });
  const cloud = new SmallCloud([late]);
  undone = [];
  const run = await cloud.client.start(late);
  const turn = cloud.worker({ around: aroundUndo(() => leave?.()) }).turn(run.id);
  await turn;
  await expect(run.result()).rejects.toMatchObject({ cause: { message: 'out of stock' } });
  expect(undone).toEqual([1]);
});

/** Does it when the first record of undos is written. */
function aroundUndo(act: () => void): NonNullable<EngineSettingsOfWorker['around']> {
  let done = false;
  return async (call, go) => {
    const answer = await go();
    if (!done && call.operation === 'putRecord' && JSON.stringify(call).includes('undo a')) {
      done = true;
      act();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return answer;
  };
}
type EngineSettingsOfWorker = NonNullable<Parameters<SmallCloud['worker']>[0]>;

it('an undo that never comes to rest stops no other', async () => {
  const spinning = workflow('spinning', function* () {
    yield* charge(1);
    const undo = function* (): Coroutine<void> {
      for (;;) yield* sleep(0);
    };
    yield* step('a', { undo }, () => 1);
    yield* charge(2);
    throw new Error('no');
  });
  const error = await newEngine({ workflows: [spinning], settings: { maxCallbacksPerEvent: 1_000 } })
    .run(spinning)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: 'no', undoErrors: [{ code: 'ENDLESS_LOOP' }] });
  expect(undone).toEqual([2, 1]);
});

describe('a worker that dies', () => {
  const settings: Partial<EngineSettings> = { maxJournalEvents: 100 };

  it.each([
    ['before the code is stopped', (json: string) => json.includes('code-stopped'), 'before'],
    ['after the code is stopped', (json: string) => json.includes('code-stopped'), 'after'],
    ['in the middle of the undos', (json: string) => json.includes('"id":70'), 'after'],
    ['before the end', (json: string) => json.includes('"finish"'), 'before'],
  ] as const)('%s is followed by one that undoes the rest, and ends the run so', async (_where, isIt, when) => {
    undone = [];
    const cloud = new SmallCloud([stubborn]);
    const run = await cloud.client.start(stubborn);
    let dead = false;
    const dying = cloud.worker({
      ...settings,
      around: async (call, go) => {
        if (dead) throw new Error('dead');
        if (!isIt(JSON.stringify(call))) return go();
        dead = true;
        if (when === 'after') await go();
        throw new Error('dead');
      },
    });
    await expect(dying.turn(run.id)).rejects.toThrow('dead');
    expect(dead).toBe(true);
    cloud.pass(40_000);
    expect(await cloud.worker(settings).turn(run.id)).toEqual({ kind: 'ended', status: 'failed' });
    await expect(run.result()).rejects.toMatchObject({ cause: { code: 'JOURNAL_TOO_LONG' } });
    expect([...new Set(undone)]).toEqual(Array.from({ length: 30 }, (_, index) => 30 - index));
    const stops = (await cloud.entries(run.id)).filter(({ kind }) => kind === 'code-stopped');
    expect(stops).toHaveLength(1);
  });
});
