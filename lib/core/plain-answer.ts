/** What an author's predicate answers. A promise or an awaitable is always truthy, so it is refused. */
import { ignoreRejection, isAwaitable, isPromise } from './check-awaitable.ts';
import { describeValue } from './describe-value.ts';
import { WorkflowCodeError } from './errors.ts';
import { currentLoopOrNone } from './loop.ts';
import { whileReading } from './reading.ts';

/** Asks a predicate, which may change nothing of the run. `what`: `waitUntil()`. */
export function ask<T>(predicate: () => T, what: string): T {
  return plainAnswer(
    whileReading(`the predicate of ${what}`, () => predicate()),
    what,
  );
}

/** The answer itself; throws a WorkflowCodeError `INVALID_ARGUMENT` if it has to be awaited. `what`: `waitUntil()`. */
export function plainAnswer<T>(answer: T, what: string): T {
  if (!isAwaitable(answer) && !isPromise(answer)) return answer;
  ignoreRejection(answer);
  // This error names it: the task's end does not report it again.
  currentLoopOrNone()?.awaitables.awaited(answer);
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `the predicate of ${what} returned ${describeValue(answer)}, which has to be awaited: give a plain function that ` +
      `answers at once, such as () => stock > 0`,
  );
}
