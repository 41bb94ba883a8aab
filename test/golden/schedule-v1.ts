/** A schedule with all that can be asked of it: what `schedule-v1.json` has was written by it. */
import { sleep, workflow } from 'lull';
import { createTestEngine, type TestEngine } from 'lull/testing';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { BUCKET_LIMITS } from '../../lib/ports/content-limits.ts';
import { silent } from '../testing/silent.ts';

export const RUN_ID = 'lull.schedule:often';

const slow = workflow('slow', function* () {
  yield* sleep('90 minutes');
});

/** As when it was written: each record is an item. Which of two runs that are due at once comes first follows from that. */
class StoreOfThatTime extends MemoryStore {
  override readonly limits = { ...BUCKET_LIMITS, filledRunItemBytes: 0 };
}

/** As the table has it. */
export interface StoredLink {
  readonly input: unknown;
  readonly entries: readonly JournalEntry[];
}

export async function playSchedule(): Promise<StoredLink[]> {
  const store = new StoreOfThatTime();
  const engine = createTestEngine({ workflows: [slow], store, now: new Date('2026-11-30T00:30:00Z'), log: silent });
  const { schedules } = engine;
  const inputs = new Map<number, unknown>();
  const look = (): Promise<void> => lookAt(store, inputs);
  const often = { workflow: slow, schedule: 'cron(0 * * * ? *)', timezone: 'Europe/Berlin' } as const;
  await schedules.create('often', { ...often, overlap: 'buffer-one' });
  await look();
  await engine.advance('3 hours');
  await schedules.pause('often');
  await schedules.trigger('often');
  await engine.advance('1 hour');
  await schedules.resume('often');
  await schedules.backfill('often', { since: '2026-11-01T00:00:00Z', until: '2026-11-01T03:00:00Z' });
  await passHours(engine, 30, look);
  await schedules.delete('often');
  await schedules.create('often', { ...often, overlap: 'cancel-other' });
  await passHours(engine, 3, look);
  await schedules.delete('often');
  await engine.advance('61 minutes');
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

/** The input of each link is only there while it goes on. */
async function passHours(engine: TestEngine, hours: number, look: () => Promise<void>): Promise<void> {
  for (let hour = 0; hour < hours; hour += 1) {
    await engine.advance('1 hour');
    await look();
  }
}

async function lookAt(store: MemoryStore, inputs: Map<number, unknown>): Promise<void> {
  const run = await store.readRun(RUN_ID);
  if (run === undefined) return;
  const { link = 1, input } = run;
  inputs.set(link, input.kind === 'inline' ? input.value : await store.readValue(RUN_ID, input.key));
}
