/** What combinators take: awaitables in an array or in a record, and results in the same shape. */
import type { Awaitable } from '../core/awaitable.ts';
import { ignoreRejection } from '../core/check-awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import { WorkflowCodeError } from '../core/errors.ts';

// Inferred from the side of the results: so that a generic coroutine, given directly, gets its type parameter.
export type Tuple = readonly unknown[] | [];
export type Shape = { readonly [key: string]: unknown };
export type AwaitablesOf<T> = { readonly [K in keyof T]: Awaitable<T[K]> };

/** The keys and the values in order; the keys of an array are undefined. */
export interface Entries {
  readonly keys: readonly string[] | undefined;
  readonly awaitables: readonly Awaitable<unknown>[];
}

/** Takes an array or a plain record, and refuses all else. `call` names the combinator. */
export function toEntries(of: unknown, call: string): Entries {
  if (Array.isArray(of)) return { keys: undefined, awaitables: of as Awaitable<unknown>[] };
  if (isRecord(of)) return { keys: Object.keys(of), awaitables: Object.values(of) as Awaitable<unknown>[] };
  ignoreRejection(of);
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `${call} was given ${describeValue(of)}: give an array of awaitables, ${call.replace('()', '([a, b])')}, or a ` +
      `record, ${call.replace('()', '({ x: a, y: b })')}`,
  );
}

function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Symbol.iterator in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of another realm too: the prototype that has no prototype is Object.prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Puts results into the shape of the argument. */
export function toShape({ keys }: Entries, results: readonly unknown[]): unknown {
  if (keys === undefined) return results;
  return Object.fromEntries(keys.map((key, index) => [key, results[index]]));
}
