/** A run that goes on with an empty journal, under its id. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import type { Encoded } from '../core/encoded.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { currentLoop } from '../core/loop.ts';
import { type Call, lazy } from './lazy.ts';

/**
 * Ends this link of the run, and begins the next one with that input: the id stays, the journal begins anew, and so do the
 * limits of its length. Awaited by the body or by any task of it, it never returns: the body is left as by a return
 * (`finally` blocks run, `catch` blocks do not), and tasks that are alive are cancelled and awaited. Signals that no code
 * has received move along. The next link is begun with the newest code; the timeout is that of the whole run. The input is
 * checked by the workflow's schema: an InvalidInputError, an UnserializableValueError or a PayloadTooLargeError here.
 *
 * @example
 * ```ts
 * interface Billing {
 *   readonly month: number;
 * }
 * const subscription = workflow('subscription', function* ({ month }: Billing): Coroutine<string> {
 *   yield* step('bill', () => month);
 *   if (month === 12) return 'a year is over';
 *   yield* sleep('30 days');
 *   return yield* continueAsNew({ month: month + 1 });
 * });
 * ```
 */
export function continueAsNew(input?: unknown): Awaitable<never> {
  const { continuation, handlers } = currentLoop('continueAsNew()');
  if (handlers.gate !== undefined) {
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      'continueAsNew() was called in a handler of an entity, which continues as new by itself: leave the call out',
    );
  }
  return lazy('continueAsNew()', new ContinueCall(continuation.prepare(input)));
}

/** The same, for the run of an entity. */
export function continueFrom(input: unknown): Awaitable<never> {
  const { continuation } = currentLoop('continueAsNew()');
  return lazy('continueAsNew()', new ContinueCall(continuation.prepare(input)));
}

class ContinueCall implements Call<never> {
  readonly input: Encoded;

  constructor(input: Encoded) {
    this.input = input;
  }

  start(): Coroutine<never> {
    return begin(this.input);
  }
}

function* begin(input: Encoded): Coroutine<never> {
  return yield* currentLoop('continueAsNew()').continuation.begin(input);
}
