/** A run that failed with its child, and was tried again: what `retried-v1.json` has was written by it. */
import { child, signal, step, workflow } from 'lull';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { SmallCloud } from '../engine/small-cloud.ts';

export const RUN_ID = 'retried';

const news = signal<string>('news');

let isMended = false;

const loading = workflow('loading', { steps: { retry: false } }, function* () {
  return yield* step('load', ({ idempotencyKey }) => {
    if (!isMended) throw new Error('the file is not there');
    return idempotencyKey;
  });
});

const retried = workflow('retried', { timeout: '1 day' }, function* () {
  const charged = yield* step('charge', ({ idempotencyKey }) => idempotencyKey);
  const loaded = yield* child(loading, undefined, { id: 'part' });
  const heard = yield* news.receive();
  const shipped = yield* step('ship', ({ idempotencyKey }) => idempotencyKey);
  return [charged, loaded, heard, shipped];
});

export const workflows = [retried, loading];

export async function playRetried(): Promise<{ entries: JournalEntry[]; result: unknown }> {
  isMended = false;
  const cloud = new SmallCloud(workflows);
  const run = await cloud.client.start(retried, undefined, { id: RUN_ID });
  const worker = cloud.worker();
  await worker.turn(RUN_ID);
  await worker.turn('part');
  await run.signal(news, 'too late for the first try');
  await worker.turn(RUN_ID);
  cloud.pass(3_600_000);
  isMended = true;
  await run.retry();
  await worker.turn(RUN_ID);
  await worker.turn('part');
  await worker.turn(RUN_ID);
  return { entries: await cloud.entries(RUN_ID), result: await run.result() };
}
