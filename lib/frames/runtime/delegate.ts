/** `yield*`: one resumption is passed on to the iterator that the frame delegates to. */
import { NEXT, THROW, type Frame, type Mode } from './definition.ts';
import { isObject } from './is-object.ts';
import { iteratorOver } from './iterator-over.ts';

interface Delegate {
  readonly return?: unknown;
  readonly throw?: unknown;
}

/** The iterator becomes the frame's delegate. */
export function delegate(frame: Frame, iterable: unknown): void {
  const iterator = iteratorOver(iterable);
  frame['#n'] = iterator.next;
  frame['#d'] = iterator;
}

/**
 * The delegate's own result, if it goes on. If it has ended, undefined: then `#v` of the frame has its value, and the
 * frame has no delegate any more; neither has it after an error.
 */
export function resumeDelegate(frame: Frame, mode: Mode, sent: unknown): unknown {
  const iterator = frame['#d'] as Delegate;
  frame['#d'] = undefined;
  const result = mode === NEXT ? called(frame['#n'], iterator, sent) : interrupted(frame, iterator, mode, sent);
  if (result === undefined) return undefined; // returned, and there was no method to say so to
  if (!isObject(result)) throw notAnObject(result);
  if ((result as { done?: unknown }).done) {
    frame['#v'] = (result as { value?: unknown }).value;
    return undefined;
  }
  frame['#d'] = iterator;
  return result;
}

function interrupted(frame: Frame, iterator: Delegate, mode: Mode, sent: unknown): unknown {
  const isThrow = mode === THROW;
  const method = isThrow ? iterator.throw : iterator.return;
  if (method !== undefined && method !== null) return called(method, iterator, sent);
  if (!isThrow) {
    frame['#v'] = sent;
    return undefined;
  }
  const close = iterator.return;
  if (close !== undefined && close !== null && !isObject(Reflect.apply(close as () => unknown, iterator, []))) {
    throw new TypeError('The iterator result is not an object');
  }
  throw new TypeError("The iterator does not provide a 'throw' method.");
}

function called(method: unknown, iterator: unknown, sent: unknown): unknown {
  const result: unknown = Reflect.apply(method as (sent: unknown) => unknown, iterator, [sent]);
  if (result === undefined) throw notAnObject(result);
  return result;
}

function notAnObject(result: unknown): TypeError {
  return new TypeError(`Iterator result ${String(result)} is not an object`);
}
