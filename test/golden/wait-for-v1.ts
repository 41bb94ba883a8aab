/** A run with `waitFor` and time limits that end together: what `wait-for-v1.json` has was written by it. */
import { gather, sleep, step, timeout, TimeoutError, waitFor, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import type { JournalEntry } from '../../lib/journal/event.ts';

export const START = new Date('2026-11-29T12:00:00Z');

export const bounded = workflow('bounded', function* () {
  const said: unknown[] = yield* gather([
    waitFor(step('a', () => 'a'), '1 minute'),
    waitFor(step('b', () => 'b'), '1 hour'),
  ]);
  try {
    yield* waitFor(sleep('2 days'), '1 day');
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    said.push(error.message);
  }
  try {
    yield* timeout('1 hour', waitFor(sleep('1 day'), '1 hour'));
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    said.push(error.message);
  }
  return said;
});

export async function playBounded(): Promise<{ entries: JournalEntry[]; result: unknown }> {
  const store = new MemoryStore();
  const engine = createTestEngine({ workflows: [bounded], now: START, seed: 1, store });
  const run = await engine.start(bounded, undefined, { id: 'bounded' });
  const result = await run.result();
  const records = await store.loadRecords('bounded', 0);
  return { entries: records.flatMap(({ entries }) => entries), result };
}
