import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FifoQueue } from '../../lib/scheduler/fifo-queue.ts';

it('returns what was pushed, in order, whatever is pushed and shifted in between', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3000, max: 2000 }), { maxLength: 20 }), (moves) => {
      const queue = new FifoQueue<number>();
      let pushed = 0;
      let shifted = 0;
      for (const move of moves) {
        for (let count = 0; count < move; count += 1) queue.push(pushed++);
        for (let count = 0; count < -move && queue.size > 0; count += 1) expect(queue.shift()).toBe(shifted++);
        expect(queue.size).toBe(pushed - shifted);
      }
    }),
  );
});

it('is empty after clear, and can be used again', () => {
  const queue = new FifoQueue<string>();
  queue.push('a');
  queue.clear();
  queue.push('b');
  expect(queue.size).toBe(1);
  expect(queue.shift()).toBe('b');
});
