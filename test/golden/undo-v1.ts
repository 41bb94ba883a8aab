/** A run that is terminated with its undos: what `undo-v1.json` has was written by it. */
import { defineStep, signal, step, workflow } from 'lull';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { SmallCloud } from '../engine/small-cloud.ts';

export const RUN_ID = 'undone';

const go = signal<string>('go');
const refund = defineStep('refund', (id: string) => `refunded ${id}`);

export const undone = workflow('undone', { steps: { retry: false } }, function* () {
  yield* step('charge', { undo: (id: string) => refund(id) }, () => 'c1');
  yield* step('reserve', { key: 'r', undo: () => Promise.resolve() }, () => 7);
  yield* step('print', { undo: () => Promise.reject(new Error('no way back')) }, () => null);
  try {
    yield* go.receive();
  } finally {
    yield* step('never', () => 1);
  }
});

export async function playUndone(): Promise<JournalEntry[]> {
  const cloud = new SmallCloud([undone]);
  const run = await cloud.client.start(undone, undefined, { id: RUN_ID });
  const worker = cloud.worker();
  await worker.turn(RUN_ID);
  await run.terminate('enough', { undo: true });
  await worker.turn(RUN_ID);
  return cloud.entries(RUN_ID);
}
