/** Keeps items sorted: the smallest goes first, and among equals the one that came first. */
import { ignoreRejection } from '../core/check-awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import type { ItemStore } from './item-store.ts';

/** Negative if `a` goes before `b`, positive if after, 0 if they are equal. */
export type Compare<T> = (a: T, b: T) => number;

export class PriorityStore<T> implements ItemStore<T> {
  /** The author's; undefined for the natural order. */
  readonly #compare: Compare<T> | undefined;
  /** The next one last. An item is compared while it comes in and never again: what cannot be compared stays out. */
  readonly #items: T[] = [];

  constructor(compare?: Compare<T>) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    // Otherwise the first item that cannot be ordered would go in, and the second, which may be fine, be refused.
    if (this.#items.length === 0) this.#order(item, item);
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#order(this.#items[middle] as T, item) <= 0) high = middle;
      else low = middle + 1;
    }
    this.#items.splice(low, 0, item);
  }

  take(): T {
    return this.#items.pop() as T;
  }

  #order(a: T, b: T): number {
    const order: unknown = this.#compare === undefined ? naturalOrder(a, b) : this.#compare(a, b);
    if (typeof order === 'number' && !Number.isNaN(order)) return order;
    ignoreRejection(order);
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `compare of a PriorityQueue returned ${describeValue(order)} for ${describeValue(a)} and ${describeValue(b)}: ` +
        `it has to return a number, negative if the first goes first, positive if the second does, 0 if they are equal`,
    );
  }
}

/**
 * The order without a `compare`: numbers and bigints, texts (by UTF-16 units), Dates, and arrays of these,
 * element by element, the shorter first. Anything else is a WorkflowCodeError `INVALID_ARGUMENT`.
 */
export function naturalOrder(a: unknown, b: unknown): number {
  if (isNumeric(a) && isNumeric(b)) return sign(a < b, a > b);
  if (typeof a === 'string' && typeof b === 'string') return sign(a < b, a > b);
  if (isDate(a) && isDate(b)) return sign(a < b, a > b);
  if (Array.isArray(a) && Array.isArray(b)) return elementOrder(a, b);
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `a PriorityQueue cannot order ${describeValue(a)} and ${describeValue(b)}: by itself it orders numbers, bigints, ` +
      `strings, Dates, and arrays of these. Say how: new PriorityQueue(0, { compare: (a, b) => a.priority - b.priority })`,
  );
}

/** As Python compares tuples: the first elements that differ decide, and what follows is not looked at. */
function elementOrder(a: readonly unknown[], b: readonly unknown[]): number {
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    if (Object.is(a[at], b[at])) continue; // so that one object on both sides needs no order
    const order = naturalOrder(a[at], b[at]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function sign(less: boolean, greater: boolean): number {
  return less ? -1 : greater ? 1 : 0;
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && !Number.isNaN(value));
}

function isDate(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime());
}
