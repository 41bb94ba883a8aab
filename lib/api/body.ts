/** The generator functions that an author passes in: `lock.with(function* () { ... })`. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { ignoreRejection, isAwaitable } from '../core/check-awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import { WorkflowCodeError } from '../core/errors.ts';

/** Refuses a value that is no function. `call` names the call that got it: `lock.with()`. */
export function checkBody(call: string, body: unknown): void {
  if (typeof body === 'function') return;
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `${call} was given ${describeValue(body)}, and needs a generator function: function* () { ... }`,
  );
}

/** What a body returned, if it is a coroutine: an async function or a forgotten `*` is found here. */
export function asCoroutine<T>(call: string, made: Coroutine<T>): Coroutine<T> {
  return asAwaitable(call, made) as Coroutine<T>;
}

/** The same for a function that may return any awaitable. */
export function asAwaitable<T>(call: string, made: Awaitable<T>): Awaitable<T> {
  if (isAwaitable(made)) return made;
  ignoreRejection(made);
  throw new WorkflowCodeError(
    'NOT_AWAITABLE',
    `the function given to ${call} returned ${describeValue(made)}, and not a coroutine: write it as ` +
      `function* () { ... }, with yield* where it waits (not async and await)`,
  );
}
