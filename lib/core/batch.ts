/** What `batch` gives: how each item ended. */
import { registerOwnClass } from './class-registry.ts';
import { ExceptionGroup } from './exception-group.ts';

/** How one item of a batch ended. */
export type BatchItem<R> =
  | { readonly status: 'fulfilled'; readonly value: R }
  | { readonly status: 'rejected'; readonly reason: Error }
  /** It had begun when the batch came to its end. */
  | { readonly status: 'cancelled' }
  | { readonly status: 'not-started' };

/** Why a batch ended: all items have, or enough of them well, or more of them badly than is tolerated. */
export type BatchEnd = 'all' | 'enough' | 'failures';

/** The class's name in stored values. */
const STORED_NAME = 'lull.Batch';

/**
 * How the items of a `batch` ended, in the order of the items. It can be stored, such as a run's result.
 *
 * @example
 * ```ts
 * const halves = yield* batch([2, 3, 4], function* (n) {
 *   yield* sleep('1s');
 *   if (n % 2 === 1) throw new Error(`${n} is odd`);
 *   return n / 2;
 * });
 * halves.items.map((item) => item.status); // => ['fulfilled', 'rejected', 'fulfilled']
 * halves.values(); // => [1, 2]
 * halves.errors().map((error) => error.message); // => ['3 is odd']
 * ```
 */
export class Batch<R> {
  readonly items: readonly BatchItem<R>[];
  readonly endedBy: BatchEnd;

  constructor(items: readonly BatchItem<R>[], endedBy: BatchEnd) {
    this.items = items;
    this.endedBy = endedBy;
  }

  /** The results of the items that ended well, in the order of the items. */
  values(): R[] {
    return this.items.flatMap((item) => (item.status === 'fulfilled' ? [item.value] : []));
  }

  /** The errors of the items that failed, in the order of the items. */
  errors(): Error[] {
    return this.items.flatMap((item) => (item.status === 'rejected' ? [item.reason] : []));
  }

  /** Throws an ExceptionGroup of all errors if an item has failed, tolerated or not. */
  throwIfFailed(): void {
    const errors = this.errors();
    if (errors.length > 0) throw new ExceptionGroup(`${errors.length} of ${this.items.length} items failed`, errors);
  }
}

type Stored = readonly [items: readonly BatchItem<unknown>[], endedBy: BatchEnd];

registerBatch();

/** Wherever values are read, also where no workflow's code is. Says whether that class is the one of this name. */
export function registerBatch(name = STORED_NAME): boolean {
  if (name !== STORED_NAME) return false;
  registerOwnClass<Batch<unknown>, Stored>(Batch, {
    name: STORED_NAME,
    toData: ({ items, endedBy }) => [items, endedBy],
    fromData: ([items, endedBy]) => new Batch(items, endedBy),
  });
  return true;
}
