/** A run whose code is stopped for an error that it left behind: what `stopped-v1.json` has was written by it. */
import { sleep, step, workflow } from 'lull';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { SmallCloud } from '../engine/small-cloud.ts';

export const RUN_ID = 'stopped';

export const stopped = workflow('stopped', { steps: { retry: false } }, function* () {
  yield* step('charge', { undo: () => Promise.resolve() }, () => 'c1');
  void Promise.reject(new Error('card declined'));
  try {
    yield* step('wait', () => new Promise((resolve) => setImmediate(() => resolve(null))));
    yield* sleep('1 day');
  } finally {
    yield* step('never', () => 1);
  }
});

export async function playStopped(): Promise<JournalEntry[]> {
  const cloud = new SmallCloud([stopped]);
  await cloud.client.start(stopped, undefined, { id: RUN_ID });
  await cloud.worker().turn(RUN_ID);
  return cloud.entries(RUN_ID);
}
