/** Workers die at each write while journals end in run items, which take letters, leases and links beside them. */
import { child, continueAsNew, type Coroutine, signal, sleep, step, timeout, workflow } from 'lull';
import { crashEverywhere } from 'lull/testing';
import { expect, it } from 'vitest';

const note = signal<number>('note');

const long = workflow('long', function* (link: number): Coroutine<number[]> {
  const notes: number[] = [];
  yield* sleep('1h');
  notes.push(yield* note.receive());
  const late = yield* step('look', () => notes.length);
  yield* sleep('1h');
  if (link === 1) return yield* continueAsNew(2);
  notes.push(yield* timeout('1 day', note.receive()));
  return [...notes, late, yield* child(part, 20)];
});

const part = workflow('part', function* (n: number) {
  yield* sleep('1m');
  return n + 1;
});

it('a run of timers, messages, a link and a child comes to the same end', async () => {
  const { points } = await crashEverywhere({
    workflows: [long, part],
    scenario: async (engine) => {
      const run = await engine.start(long, 1, { id: 'r' });
      await run.signal(note, 1);
      await engine.advance('3h');
      await run.signal(note, 2, { idempotencyKey: 'two' });
      await engine.advance('3h');
      await run.signal(note, 3);
      expect(await run.result()).toEqual([2, 3, 1, 21]);
    },
  });
  expect(points).toBeGreaterThan(20);
});

it('a run that is paused, that fails, and is tried again', async () => {
  let isBroken = true;
  const careful = workflow('careful', function* () {
    yield* sleep('1h');
    yield* note.receive();
    return yield* step('ship', { retry: { maxAttempts: 1 } }, () => {
      if (isBroken) throw new Error('no stock');
      return 'shipped';
    });
  });
  await crashEverywhere({
    workflows: [careful],
    scenario: async (engine) => {
      isBroken = true;
      const run = await engine.start(careful, undefined, { id: 'r' });
      await run.pause();
      await engine.advance('2h');
      await run.resume();
      await run.signal(note, 1);
      await run.result().catch(() => undefined);
      isBroken = false;
      await run.retry();
      expect(await run.result()).toBe('shipped');
    },
  });
});
