/**
 * Says what to do where workflow code has a promise behind `yield*`: JavaScript's own message, `object is not iterable`,
 * does not help. Outside of workflow code a promise stays as it is: it has no iterator.
 *
 * Tested by: test/engine/mistakes.test.ts
 */
import { adviceFor, ignoreRejection } from '../core/check-awaitable.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { currentLoopOrNone } from '../core/loop.ts';

let isGiven = false;

/** To be called before workflow code runs; calling it again is harmless. */
export function giveHintForPromises(): void {
  if (isGiven) return;
  isGiven = true;
  // Where the language's own objects are frozen, its own message remains.
  Reflect.defineProperty(Promise.prototype, Symbol.iterator, {
    configurable: true,
    get: () => (currentLoopOrNone() === undefined ? undefined : refuse),
    // An assignment makes a property of the promise's own, as it would without this one.
    set(this: object, value: unknown) {
      Reflect.defineProperty(this, Symbol.iterator, { value, writable: true, enumerable: true, configurable: true });
    },
  });
}

function refuse(this: unknown): never {
  ignoreRejection(this); // it may fail later, when nothing listens to it
  throw new WorkflowCodeError(
    'NOT_AWAITABLE',
    `a Promise stands behind yield*, or is gone through: ${adviceFor(this)}`,
  );
}
