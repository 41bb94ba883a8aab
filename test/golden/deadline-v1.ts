/** A run whose time is up, and that cleans up: what `deadline-v1.json` has was written by it. */
import { sleep, step, workflow } from 'lull';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { SmallCloud } from '../engine/small-cloud.ts';

export const RUN_ID = 'late';

export const late = workflow('late', { timeout: '1h' }, function* () {
  try {
    yield* sleep('1 day');
  } finally {
    yield* step('clean up', () => 'done');
  }
});

export async function playLate(): Promise<JournalEntry[]> {
  const cloud = new SmallCloud([late]);
  await cloud.client.start(late, undefined, { id: RUN_ID });
  const worker = cloud.worker();
  await worker.turn(RUN_ID);
  cloud.pass(3_600_000);
  await worker.turn(RUN_ID);
  return cloud.entries(RUN_ID);
}
