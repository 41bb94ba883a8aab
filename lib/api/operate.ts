/** Asks the engine to do something to another run: a step whose body is the engine's own. */
import type { Coroutine } from '../core/awaitable.ts';
import { StepFailedError } from '../core/errors.ts';
import { InvariantError } from '../core/invariant.ts';
import { type Operation, OPERATION_RETRY } from '../core/operation.ts';

const OPTIONS = { retry: OPERATION_RETRY };

/** `name` is that of the workflow, signal, ... that it is about. Throws what a caller outside would get. */
export function* operate<T>(operation: Operation, name: string, args: readonly unknown[] = []): Coroutine<T> {
  try {
    return (yield { kind: 'step', name, options: OPTIONS, body: noBody, args, operation }) as T;
  } catch (error) {
    throw error instanceof StepFailedError && error.cause !== undefined ? error.cause : error;
  }
}

function noBody(): never {
  throw new InvariantError('the engine carries out an operation itself');
}
