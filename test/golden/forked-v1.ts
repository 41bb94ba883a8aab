/** A fork of a run in its second link, and a fork of that: what `forked-v1.json` has was written by them. */
import { continueAsNew, type Coroutine, gather, random, sleep, step, uuid, workflow } from 'lull';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { SmallCloud } from '../engine/small-cloud.ts';

/** Forked from the run, and from the first of them. */
export const RUN_IDS = ['fork', 'fork-of-fork'] as const;

export const forked = workflow('forked', { timeout: '1 day' }, function* (n: number): Coroutine<unknown[]> {
  if (n === 1) return yield* continueAsNew(2);
  const before = [uuid(), random()];
  const [charged] = yield* gather([step('charge', ({ idempotencyKey }) => idempotencyKey), sleep('1h')]);
  const packed = yield* step('pack', ({ idempotencyKey }) => idempotencyKey);
  const between = [uuid(), random()];
  const shipped = yield* step('ship', ({ idempotencyKey }) => idempotencyKey);
  return [...before, charged, packed, ...between, shipped, uuid()];
});

export async function playForked(): Promise<{ entries: JournalEntry[]; result: unknown }[]> {
  const cloud = new SmallCloud([forked]);
  const worker = cloud.worker();
  const run = await cloud.client.start(forked, 1, { id: 'origin' });
  await worker.turn('origin');
  await worker.turn('origin');
  cloud.pass(3_600_000);
  await worker.turn('origin');
  const fork = await run.fork({ before: 'pack#3', id: RUN_IDS[0] });
  await worker.turn(fork.id);
  const again = await fork.fork({ before: 'ship#4', id: RUN_IDS[1] });
  await worker.turn(again.id);
  const ends = [fork, again].map(async (each) => ({
    entries: await cloud.entries(each.id),
    result: await each.result(),
  }));
  return Promise.all(ends);
}
