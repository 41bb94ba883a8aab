/** A run that does something to other runs: what `children-v1.json` has was written by it. */
import { child, getRun, race, signal, sleep, startChild, startRun, workflow } from 'lull';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { createTestEngine } from '../../lib/testing/create-test-engine.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';

export const RUN_ID = 'parent';

const word = signal<string>('word');
const echo = workflow('echo', function* (name: string) {
  yield* sleep('1 min');
  return name;
});
const listener = workflow('listener', function* () {
  return yield* word.receive();
});
const slow = workflow('slow', function* () {
  yield* sleep('1 day');
});

export const parent = workflow('parent', function* () {
  const first = yield* child(echo, 'first');
  const listening = yield* startChild(listener, undefined, { id: 'listener', onParentClose: 'terminate' });
  yield* listening.signal(word, 'heard');
  const other = yield* startRun(echo, 'other', { id: 'other', delay: '1 min' });
  const lost = yield* race([child(slow, undefined, { id: 'slow' }), sleep('1h', 'the clock')]);
  yield* startChild(slow, undefined, { id: 'left', onParentClose: 'abandon' });
  return [first, yield* listening, yield* getRun<string>(other).result(), lost];
});

export async function playParent(): Promise<{ entries: JournalEntry[]; result: unknown }> {
  const store = new MemoryStore();
  const engine = createTestEngine({ workflows: [parent, echo, listener, slow], store, now: new Date('2030-01-01T00:00:00Z') });
  const run = await engine.start(parent, undefined, { id: RUN_ID });
  const result = await run.result();
  return { entries: (await store.loadRecords(RUN_ID, 0)).flatMap(({ entries }) => entries), result };
}
