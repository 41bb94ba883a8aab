/** Calls of entities with a crash at each place: each is carried out once, in its order, also where the run continues as new. */
import { type Coroutine, entity, gather, saga, sleep, step, workflow } from 'lull';
import { crashEverywhere, type TestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';

const log = entity('log', {
  initial: () => ({ entries: [] as string[] }),
  handlers: {
    write(state, entry: string) {
      if (entry === '') throw new RangeError('nothing to write');
      return state.entries.push(entry);
    },
    *slowly(state, entry: string) {
      state.entries.push(`${entry} begins`);
      yield* step('look', () => 'seen');
      yield* sleep('20s');
      return state.entries.push(`${entry} ends`);
    },
    *elsewhere(state, key: string, entry: string): Coroutine<number> {
      state.entries.push(entry);
      return yield* log(key).write(entry);
    },
  },
  reads: { all: (state) => state.entries },
});

const crash = (workflows: readonly never[], scenario: (engine: TestEngine) => Promise<void>) =>
  crashEverywhere({ workflows: [log, slowly, ...workflows], scenario });

describe('with a crash at each place', () => {
  it('calls from outside are carried out once, in their order', async () => {
    const { points } = await crash([], async (engine) => {
      const calls = engine.entity(log, 'a');
      expect(await calls.write('1')).toBe(1);
      await expect(calls.write('')).rejects.toThrow('nothing to write');
      expect(await calls.slowly('2')).toBe(3);
      expect(await calls.write('3')).toBe(4);
      expect(await calls.all()).toEqual(['1', '2 begins', '2 ends', '3']);
    });
    expect(points).toBeGreaterThan(20);
  });

  it('calls that wait move along where the run continues as new', async () => {
    const writer = workflow('writer', function* (entry: string) {
      return yield* log('a').write(entry);
    });
    await crash([writer as never], async (engine) => {
      const slow = await engine.start(slowly, 'x');
      await engine.advance('10s');
      // While the slow one sleeps, and its link is about to end.
      const run = await engine.start(writer, '1');
      await engine.advance('5s');
      expect(await engine.entity(log, 'a').all()).toEqual([]);
      expect(await slow.result()).toBe(2);
      expect(await run.result()).toBe(3);
    });
  });

  it('calls from workflows, and between entities, are carried out once', async () => {
    const main = workflow('main', function* () {
      const both = yield* gather([log('a').write('1'), log('b').write('2')]);
      const place = yield* log('a').elsewhere('b', '3');
      return { both, place, a: yield* log('a').all(), b: yield* log('b').all() };
    });
    await crash([main as never], async (engine) => {
      expect(await engine.run(main)).toEqual({ both: [1, 1], place: 2, a: ['1', '3'], b: ['2', '3'] });
    });
  });

  it('what a saga takes back is taken back once', async () => {
    const main = workflow('main', function* () {
      return yield* saga(function* (undo) {
        yield* log('a').write('booked');
        undo.onFailure(() => log('a').write('taken back'));
        yield* log('b').write('');
      });
    });
    await crash([main as never], async (engine) => {
      await expect(engine.run(main)).rejects.toThrow('nothing to write');
      expect(await engine.entity(log, 'a').all()).toEqual(['booked', 'taken back']);
    });
  });
});

const slowly = workflow('slowly', function* (entry: string) {
  return yield* log('a').slowly(entry);
});
