/** A run that carries out updates: what `updates-v1.json` has was written by it. */
import { Lock, signal, sleep, step, update, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';

export const RUN_ID = 'counter';

const add = update<number, number>('add');
const fail = update<void, never>('fail');
const late = update<void, void>('late');
const close = signal<void>('close');

export const counter = workflow('counter', function* () {
  let total = 0;
  const lock = new Lock();
  add.handle({
    validate: (n) => {
      if (n < 0) throw new RangeError('only up');
    },
    *run(n) {
      return yield* lock.with(function* () {
        yield* sleep('1 min');
        return (total += yield* step('add', () => n));
      });
    },
  });
  fail.handle({
    *run() {
      yield* sleep(0);
      throw new Error('as it should');
    },
  });
  yield* close.receive();
  late.handle({
    *run() {
      yield* sleep('1 day');
    },
  });
  yield* sleep('1h');
  return total;
});

export async function playCounter(): Promise<{ entries: JournalEntry[]; result: unknown }> {
  const store = new MemoryStore();
  const engine = createTestEngine({ workflows: [counter], store, now: new Date('2030-01-01T00:00:00Z') });
  const run = await engine.start(counter, undefined, { id: RUN_ID });
  await Promise.all([run.update(add, 1, { id: 'a' }), run.update(add, 2, { id: 'b' })]);
  const ends = [run.update(add, -1, { id: 'c' }), run.update(fail, undefined, { id: 'd' })];
  await Promise.allSettled(ends);
  await run.update(late, undefined, { id: 'e', timeout: '1s' }).catch(() => undefined);
  await run.signal(close, undefined, { idempotencyKey: 'f' });
  const result = await run.result();
  return { entries: (await store.loadRecords(RUN_ID, 0)).flatMap(({ entries }) => entries), result };
}
