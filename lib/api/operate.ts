/** Asks the engine to do something to another run: a step whose body is the engine's own. */
import type { Coroutine } from '../core/awaitable.ts';
import { StepFailedError } from '../core/errors.ts';
import type { Operation } from '../core/operation.ts';

/** `name` is that of the workflow, signal, ... that it is about. Throws what a caller outside would get. */
export function* operate<T>(operation: Operation, name: string, args: readonly unknown[] = []): Coroutine<T> {
  try {
    return (yield { kind: 'step', name, options: {}, body: undefined, args, operation }) as T;
  } catch (error) {
    throw error instanceof StepFailedError && error.cause !== undefined ? error.cause : error;
  }
}
