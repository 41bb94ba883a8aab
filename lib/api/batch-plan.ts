/** The arguments of `batch`, checked. */
import { describeValue } from '../core/describe-value.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { ignoreRejection } from '../core/check-awaitable.ts';

/** How many items of a `batch` run at once, and when it ends before all have ended. */
export interface BatchOptions {
  /** Items that run at once at most. Default 1,000. */
  limit?: number;
  /** The batch ends once so many items have succeeded; the rest is cancelled. Default: all are to end. */
  enough?: number;
  /**
   * The batch ends once more than so many have failed: a number, or a part of the items such as `'10%'`, if they are in
   * a collection that has a size. Default: all may fail.
   */
  toleratedFailures?: number | string;
}

export interface BatchPlan {
  readonly limit: number;
  readonly enough: number;
  /** The batch goes on with so many failures, and not with more. Need not be whole. */
  readonly tolerated: number;
  /** How many items there are, where the collection says so. */
  readonly count: number | undefined;
}

/** More at once would not be faster: of the steps of one run so many do not run at once (`maxStepsInFlight`). */
const DEFAULT_LIMIT = 1_000;

const OPTIONS = ['limit', 'enough', 'toleratedFailures'];

/** A WorkflowCodeError `INVALID_ARGUMENT` names what is wrong. */
export function toBatchPlan(items: unknown, options: BatchOptions): BatchPlan {
  checkItems(items);
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw invalid(`the options of batch() are ${describeValue(options)}: give an object such as { limit: 10 }`);
  }
  const unknown = Object.keys(options).find((option) => !OPTIONS.includes(option));
  if (unknown !== undefined) throw invalid(`batch() has no option "${unknown}": there are ${OPTIONS.join(', ')}`);
  const { limit = DEFAULT_LIMIT, enough = Infinity, toleratedFailures = Infinity } = options;
  checkCount(limit, 1, 'limit');
  checkCount(enough, 1, 'enough');
  const count = countOf(items);
  return { limit, enough, tolerated: toTolerated(toleratedFailures, count), count };
}

function checkItems(items: unknown): asserts items is Iterable<unknown> {
  const given = items as { [Symbol.iterator]?: unknown; [Symbol.asyncIterator]?: unknown } | null | undefined;
  if (typeof given?.[Symbol.iterator] === 'function') return;
  ignoreRejection(items);
  const advice =
    typeof given?.[Symbol.asyncIterator] === 'function'
      ? 'an async iterable cannot be replayed: read it in steps, a page at a time, and give an array or a generator'
      : 'give an array, a Set, a Map or a generator';
  throw invalid(`batch() was given ${describeValue(items)} for its items: ${advice}`);
}

function countOf(items: unknown): number | undefined {
  if (Array.isArray(items)) return items.length;
  if (items instanceof Set || items instanceof Map) return items.size;
  if (ArrayBuffer.isView(items) && !(items instanceof DataView)) return (items as Uint8Array).length;
  return undefined;
}

function toTolerated(given: number | string, count: number | undefined): number {
  if (typeof given === 'number') {
    checkCount(given, 0, 'toleratedFailures');
    return given;
  }
  const percent = typeof given === 'string' ? /^(\d+(?:\.\d+)?)%$/.exec(given)?.[1] : undefined;
  if (percent === undefined || Number(percent) > 100) {
    throw invalid(
      `the toleratedFailures of batch() is ${describeValue(given)}: give a number, 0 or more, or a part of the items ` +
        `such as '10%'`,
    );
  }
  if (count === undefined) {
    throw invalid(
      `the toleratedFailures of batch() is "${given}", and how many items there are is not known before they are ` +
        `taken: give a number, or the items in an array, a Set or a Map`,
    );
  }
  return (Number(percent) * count) / 100;
}

function checkCount(given: number, least: number, option: string): void {
  if ((Number.isInteger(given) || given === Infinity) && given >= least) return;
  throw invalid(`the ${option} of batch() is ${describeValue(given)}: give a whole number, ${least} or more`);
}

function invalid(message: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', message);
}
