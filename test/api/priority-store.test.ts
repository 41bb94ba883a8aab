import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LifoStore } from '../../lib/api/item-store.ts';
import { FifoQueue } from '../../lib/core/fifo-queue.ts';
import { naturalOrder, PriorityStore } from '../../lib/api/priority-store.ts';
import { WorkflowCodeError } from '../../lib/core/errors.ts';

describe('the natural order', () => {
  const SMALLER: [string, unknown, unknown][] = [
    ['numbers', 1, 2],
    ['infinite numbers', -Infinity, Infinity],
    ['bigints', 1n, 2n],
    ['a number and a bigint', 1, 2n],
    ['a bigint and a number', 1n, 1.5],
    ['texts by UTF-16 units', 'Z', 'a'],
    ['texts of which one begins the other', 'a', 'aa'],
    ['dates', new Date(1), new Date(2)],
    ['arrays by their first difference', [1, 'b', {}], [1, 'c', {}]],
    ['arrays whose first elements are not of one kind with later ones', [1, 'x'], [2, 5]],
    ['arrays of which one begins the other', [1], [1, 0]],
    ['nested arrays', [[1, 2], 3], [[1, 3], 0]],
  ];
  test.each(SMALLER)('of %s', (_what, smaller, greater) => {
    expect(naturalOrder(smaller, greater)).toBeLessThan(0);
    expect(naturalOrder(greater, smaller)).toBeGreaterThan(0);
    expect(naturalOrder(smaller, smaller)).toBe(0);
  });

  test('looks past an object that is on both sides', () => {
    const same = {};
    expect(naturalOrder([1, same, 2], [1, same, 3])).toBeLessThan(0);
  });

  const UNORDERED: [unknown, unknown][] = [
    [1, '1'],
    [NaN, 1],
    [{ at: 1 }, { at: 2 }],
    [undefined, undefined],
    [null, 1],
    [true, false],
    [new Date(NaN), new Date(1)],
    [
      [1, {}],
      [1, {}],
    ],
    [() => 1, () => 2],
    [Symbol('a'), Symbol('b')],
  ];
  test.each(UNORDERED)('does not know %s and %s', (a, b) => {
    expect(() => naturalOrder(a, b)).toThrow(WorkflowCodeError);
    expect(() => naturalOrder(a, b)).toThrow(/compare: \(a, b\) =>/);
  });
});

describe('a PriorityStore', () => {
  test('returns what a stable sort returns', () => {
    const items = fc.array(fc.tuple(fc.nat(5), fc.nat()));
    fc.assert(
      fc.property(items, (given) => {
        const byFirst = (a: [number, number], b: [number, number]) => a[0] - b[0];
        const store = new PriorityStore(byFirst);
        for (const item of given) store.add(item);
        const taken = given.map(() => store.take());
        expect(taken).toEqual(given.toSorted(byFirst));
        expect(store.size).toBe(0);
      }),
    );
  });

  test('refuses the first item already, if it is one that has no order', () => {
    const store = new PriorityStore<unknown>(naturalOrder);
    expect(() => store.add({})).toThrow(WorkflowCodeError);
    expect(store.size).toBe(0);
  });

  test('refuses the result of compare if it is no number, and shows it', () => {
    const store = new PriorityStore<number>(((a: number, b: number) => a < b) as never);
    expect(() => store.add(1)).toThrow(/compare of a PriorityQueue returned false for 1 and 1/);
    const broken = new PriorityStore<number>(() => NaN);
    expect(() => broken.add(1)).toThrow(/returned NaN/);
  });

  test('keeps what it had when compare throws', () => {
    const store = new PriorityStore<number>((a, b) => {
      if (a !== b && b === 3) throw new Error('boom');
      return a - b;
    });
    for (const item of [2, 1]) store.add(item);
    expect(() => store.add(3)).toThrow('boom');
    expect([store.take(), store.take(), store.size]).toEqual([1, 2, 0]);
  });
});

test.each([
  ['a FifoQueue gives the oldest', () => new FifoQueue<number>(), (items: number[]) => items.shift()],
  ['a LifoStore gives the newest', () => new LifoStore<number>(), (items: number[]) => items.pop()],
] as const)('%s, in whatever order items come and go', (_what, make, takeFrom) => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat())), (moves) => {
      const store = make();
      const model: number[] = [];
      for (const move of moves) {
        if (move !== null) {
          store.add(move);
          model.push(move);
        } else if (model.length > 0) {
          expect(store.take()).toBe(takeFrom(model));
        }
        expect(store.size).toBe(model.length);
      }
    }),
  );
});
