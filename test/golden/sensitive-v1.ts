/** A run with sensitive steps: what `sensitive-v1.json` has was written by it. */
import { step, type StepContext, workflow } from 'lull';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { SmallCloud } from '../engine/small-cloud.ts';

export const RUN_ID = 'discreet';

export const discreet = workflow('discreet', { steps: { sensitive: true } }, function* () {
  yield* step('read', () => 'a secret');
  const retry = { maxAttempts: 2, firstDelay: '1h', jitter: 0 };
  yield* step('write', { retry }, ({ heartbeat }: StepContext) => {
    heartbeat('line 1');
    throw new Error('no ink');
  });
});

export async function playDiscreet(): Promise<JournalEntry[]> {
  const cloud = new SmallCloud([discreet]);
  await cloud.client.start(discreet, undefined, { id: RUN_ID });
  const worker = cloud.worker();
  await worker.turn(RUN_ID);
  cloud.pass(3_600_000);
  await worker.turn(RUN_ID);
  return cloud.entries(RUN_ID);
}
