// Suspicion: signals that come after the code has ended make the journal longer than code may make it. The worker that
// takes over from one that has died fails a run whose code had completed.
import { expect, it } from 'vitest';
import { signal, sleep, step, workflow } from 'lull';
import { SmallCloud } from '../engine/small-cloud.ts';

it('a run whose code has completed is completed, however long its journal gets afterwards', async () => {
  const settings = { maxJournalEvents: 20 };
  const any = signal<void>('any');
  const stopping = workflow('stopping', function* () {
    try {
      for (;;) yield* step('do', () => undefined);
    } catch {
      return 'stopped in good order';
    }
  });
  const cloud = new SmallCloud([stopping]);
  const run = await cloud.client.start(stopping);
  let finishes = 0;
  const dying = cloud.worker({
    ...settings,
    around: async (call, go) => {
      if (call.operation !== 'finish') return go();
      finishes += 1;
      if (finishes > 1) throw new Error('dead');
      for (let sent = 0; sent < 10; sent += 1) await run.signal(any);
      return go(); // accepted since
    },
  });
  await expect(dying.turn(run.id)).rejects.toThrow('dead');
  cloud.pass(40_000);
  expect(await cloud.worker(settings).turn(run.id)).toEqual({ kind: 'ended', status: 'completed' });
  expect(await run.result()).toBe('stopped in good order');
});

it('a run whose code cannot follow is blocked, and not failed for its length (I8)', async () => {
  const settings = { maxJournalEvents: 20 };
  const going = workflow('going', function* () {
    for (;;) {
      try {
        yield* step('do', () => undefined);
      } catch {
        // goes on
      }
    }
  });
  const other = workflow('going', function* () {
    yield* sleep('1 day');
  });
  const cloud = new SmallCloud([going]);
  const run = await cloud.client.start(going);
  const dying = cloud.worker({
    ...settings,
    around: async (call, go) => {
      if (call.operation === 'finish') throw new Error('dead');
      return go();
    },
  });
  await expect(dying.turn(run.id)).rejects.toThrow('dead');
  cloud.pass(40_000);
  expect(await cloud.worker({ ...settings, workflows: [other] }).turn(run.id)).toMatchObject({ kind: 'blocked' });
});
