import { expect, test } from 'vitest';
import { MemoryWakeQueue } from '../../lib/memory/memory-wake-queue.ts';

function queueAt(nowMs: number) {
  return new MemoryWakeQueue({ nowMs: () => nowMs, callAt: () => () => {} });
}

test('a wake is due at the time of sending plus its delay, not before', async () => {
  const queue = queueAt(1000);
  await queue.send('r1', 50);
  expect(queue.nextAtMs()).toBe(1050);
  expect(queue.takeDue(1049)).toEqual([]);
  expect(queue.takeDue(1050)).toEqual([{ runId: 'r1', atMs: 1050 }]);
  expect(queue.takeDue(1050)).toEqual([]);
});

test('wakes come out by time, those of one time in the order of sending', async () => {
  const queue = queueAt(0);
  await queue.send('late', 20);
  await queue.send('first');
  await queue.send('second', -5);
  await queue.send('middle', 10);
  expect(queue.takeDue(100).map(({ runId }) => runId)).toEqual(['first', 'second', 'middle', 'late']);
});

test('one run may have several wakes', async () => {
  const queue = queueAt(0);
  await queue.send('r1');
  await queue.send('r1');
  expect(queue.takeDue(0)).toHaveLength(2);
});

test('a cleared queue has nothing left', async () => {
  const queue = queueAt(0);
  await queue.send('r1');
  queue.clear();
  expect(queue.nextAtMs()).toBeUndefined();
  expect(queue.takeDue(Infinity)).toEqual([]);
});
