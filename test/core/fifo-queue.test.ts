import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FifoQueue } from '../../lib/core/fifo-queue.ts';

it('returns what was added, in order, whatever is added and taken in between', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3000, max: 2000 }), { maxLength: 20 }), (moves) => {
      const queue = new FifoQueue<number>();
      let added = 0;
      let taken = 0;
      for (const move of moves) {
        for (let count = 0; count < move; count += 1) queue.add(added++);
        for (let count = 0; count < -move && queue.size > 0; count += 1) expect(queue.take()).toBe(taken++);
        expect(queue.size).toBe(added - taken);
      }
    }),
  );
});

it('is empty after clear, and can be used again', () => {
  const queue = new FifoQueue<string>();
  queue.add('a');
  queue.clear();
  queue.add('b');
  expect(queue.size).toBe(1);
  expect(queue.take()).toBe('b');
});
