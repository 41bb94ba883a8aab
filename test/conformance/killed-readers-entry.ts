/** A stream that takes a while, and a counter: for readers and callers that are killed meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import { entity, step, stream, workflow } from 'lull';

const words = stream<string>('words');

export const manyWords = workflow('many-words', function* (count: number) {
  yield* words.write('word 1');
  yield* step('say', async (context) => {
    for (let word = 2; word < count; word += 1) {
      context.write(words, `word ${word}`);
      if (word % 10 === 0) await delay(100);
    }
  });
  yield* words.write(`word ${count}`);
});

export const tally = entity('tally', {
  initial: () => ({ sum: 0 }),
  handlers: { add: (state) => (state.sum += 1) },
  reads: { sum: (state) => state.sum },
});

/** Has the workflow of the stack's schedule. */
export { echo } from '../local/fixtures/naps.ts';
