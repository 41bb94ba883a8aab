/** A run of two links, with a signal that moves along and a child that stays: what `continued-v1.json` has was written by it. */
import { continueAsNew, type Coroutine, signal, sleep, startChild, workflow } from 'lull';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { SmallCloud } from '../engine/small-cloud.ts';

export const RUN_ID = 'chained';

const news = signal<string>('news');
const napping = workflow('napping', function* () {
  yield* sleep('1 day');
});

export const chained = workflow('chained', { timeout: '2 days' }, function* (n: number): Coroutine<string> {
  if (n === 2) return yield* news.receive();
  yield* startChild(napping, undefined, { id: 'nap', onParentClose: 'abandon' });
  yield* sleep('1h');
  return yield* continueAsNew(2);
});

export async function playChained(): Promise<JournalEntry[][]> {
  const cloud = new SmallCloud([chained, napping]);
  const run = await cloud.client.start(chained, 1, { id: RUN_ID });
  const worker = cloud.worker();
  await worker.turn(RUN_ID);
  await run.signal(news, 'kept');
  await worker.turn(RUN_ID);
  cloud.pass(3_600_000);
  await worker.turn(RUN_ID);
  await worker.turn(RUN_ID);
  const links = [1, 2].map(async (link) => {
    const records = await cloud.table.loadRecords(RUN_ID, 0, undefined, link);
    return records.flatMap(({ entries }) => entries);
  });
  return Promise.all(links);
}
