/** A run that writes to streams, and its next link after a retry: what `streams-v1.json` has was written by it. */
import { continueAsNew, sleep, step, stream, type StepContext, workflow } from 'lull';
import { toEntries } from '../../lib/ports/stream-values.ts';
import { SmallCloud } from '../engine/small-cloud.ts';

export const RUN_ID = 'author';

const tokens = stream<string>('tokens');
const numbers = stream<number>('numbers/of it');

let isUp = false;

export const author = workflow('author', function* (link: number) {
  yield* tokens.write('a');
  yield* tokens.write('b');
  yield* numbers.write(link);
  yield* step('model', { retry: false }, (context: StepContext) => {
    context.write(tokens, 'c');
    context.write(numbers, -1);
    if (!isUp) throw Object.assign(new Error('down'), { stack: 'at the author' });
  });
  if (link === 1) yield* continueAsNew(2);
  yield* tokens.write('d');
  yield* sleep('1 hour');
});

/** The entries of both links, and what is in the streams. */
export async function playAuthor() {
  isUp = false;
  const cloud = new SmallCloud([author]);
  const run = await cloud.client.start(author, 1, { id: RUN_ID });
  await cloud.worker().turn(RUN_ID);
  isUp = true;
  await run.retry();
  await cloud.worker().turn(RUN_ID);
  await cloud.worker().turn(RUN_ID);
  const linkOf = async (link: number) =>
    (await cloud.table.loadRecords(RUN_ID, 0, undefined, link)).flatMap(({ entries }) => entries);
  return {
    links: [await linkOf(1), await linkOf(2)],
    tokens: toEntries(await cloud.table.readStream(RUN_ID, tokens.name, 1), 1),
    numbers: toEntries(await cloud.table.readStream(RUN_ID, numbers.name, 1), 1),
  };
}
