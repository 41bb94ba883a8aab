/** An entity with each kind of call: what `entity-v1.json` has was written by it. */
import { entity, sleep, step } from 'lull';
import { createTestEngine } from 'lull/testing';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { silent } from '../testing/silent.ts';

export const RUN_ID = 'basket:ada';

export const basket = entity('basket', {
  initial: (key) => ({ key, items: new Map<string, number>(), changedAt: new Date() }),
  handlers: {
    put(state, item: string, count: number) {
      if (count === 0) throw new RangeError('none of it');
      state.items.set(item, count);
      state.changedAt = new Date();
      return state.items;
    },
    look: (state) => state.items.size,
    *order(state) {
      const receipt = yield* step('pay', () => 'r-1');
      yield* sleep('1 hour');
      state.items.clear();
      return receipt;
    },
    *wait() {
      yield* sleep('1 hour');
    },
  },
  reads: { items: (state) => state.items },
});

/** As the table has it. */
export interface StoredLink {
  readonly input: unknown;
  readonly entries: readonly JournalEntry[];
}

export async function playEntity(): Promise<StoredLink[]> {
  const store = new MemoryStore();
  const engine = createTestEngine({ workflows: [basket], store, now: new Date('2026-11-30T00:30:00Z'), log: silent });
  const calls = engine.entity(basket, 'ada');
  const inputs = new Map<number, unknown>();
  const look = async (): Promise<void> => {
    const run = await store.readRun(RUN_ID);
    if (run?.input.kind === 'inline') inputs.set(run.link ?? 1, run.input.value);
    else if (run !== undefined) inputs.set(run.link ?? 1, await store.readValue(RUN_ID, run.input.key));
  };
  await calls.put('tea', 2);
  await calls.put('milk', 0).catch(() => undefined);
  await calls.look();
  await look();
  await calls.order();
  await engine.settle();
  await look();
  await engine
    .entity(basket, 'ada', { timeout: '1 minute' })
    .wait()
    .catch(() => undefined);
  await engine.client.run(RUN_ID).cancel('enough');
  await engine.settle();
  await calls.put('jam', 1);
  await look();
  const links: StoredLink[] = [];
  for (const [link, input] of inputs) {
    const records = await store.loadRecords(RUN_ID, 0, undefined, link);
    links.push(withoutStacks({ input, entries: records.flatMap(({ entries }) => entries) }));
  }
  return links;
}

/** Of errors: they have the lines of this code, and the folders of this machine. */
function withoutStacks<T>(value: T): T {
  const drop = (key: string, part: unknown): unknown => (key === 'stack' ? undefined : part);
  return JSON.parse(JSON.stringify(value, drop)) as T;
}
