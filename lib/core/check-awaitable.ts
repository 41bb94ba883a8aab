/** Tells values that can be awaited from values that cannot, and says what to do about the latter. */
import type { Awaitable } from './awaitable.ts';
import { describeValue } from './describe-value.ts';
import { WorkflowCodeError } from './errors.ts';

/** Says whether a value may be awaited: an object with an iterator that is none of JavaScript's collections. */
export function isAwaitable(value: unknown): value is Awaitable<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  if (typeof (value as { [Symbol.iterator]?: unknown })[Symbol.iterator] !== 'function') return false;
  return !isCollection(value) && !(value instanceof Promise);
}

/**
 * Throws a WorkflowCodeError `INVALID_ARGUMENT` unless the value may be awaited. `what` is the call: `createTask()`.
 */
export function checkAwaitable(value: unknown, what: string): asserts value is Awaitable<unknown> {
  if (isAwaitable(value)) return;
  ignoreRejection(value);
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `${what} was given ${describeValue(value)}, which cannot be awaited: ${adviceFor(value)}`,
  );
}

/** What to do with a value that is in the place of an awaitable. */
export function adviceFor(value: unknown): string {
  if (isPromise(value)) {
    return `a promise cannot be replayed; make it inside of a step: yield* step('name', () => ...)`;
  }
  if (typeof value === 'function') return `call it, and give what it returns: ${functionName(value)}(...)`;
  if (isAwaitable(value)) return `write yield* in front of it, with the star`;
  if (Array.isArray(value)) return `gather(...) awaits several at once: yield* gather([...])`;
  return `give a coroutine (the call of a function*), a step, a sleep, a task or a future`;
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** Keeps a promise that is never awaited from ending the process when it rejects. */
export function ignoreRejection(value: unknown): void {
  if (!isPromise(value)) return;
  try {
    value.then(undefined, () => undefined);
  } catch {
    // no promise of the language's, and none that can be listened to
  }
}

function isCollection(value: object): boolean {
  return (
    Array.isArray(value) ||
    ArrayBuffer.isView(value) ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof String ||
    Object.prototype.toString.call(value) === '[object Arguments]'
  );
}

function functionName(value: { readonly name?: unknown }): string {
  return typeof value.name === 'string' && value.name !== '' ? value.name : 'work';
}
