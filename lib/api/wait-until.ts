/** Waiting until other tasks of the run have changed something. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import type { Duration } from '../core/duration.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { currentLoop, type Predicates } from '../core/loop.ts';
import { ask } from '../core/plain-answer.ts';
import { type Call, lazy } from './lazy.ts';
import { type Limit, toLimit, within } from './timeout.ts';

/** How long `waitUntil` waits. */
export interface WaitUntilOptions {
  /** When it is up, a TimeoutError is thrown. Default: no limit. */
  timeout?: Duration;
}

/**
 * Waits until the predicate, a plain function, returns something truthy; returns that.
 *
 * It is asked at once, and again whenever other code of the run has moved: other tasks, and what comes from outside.
 * Time alone does not move a run: to wait for a date, use `sleepUntil`. Tasks that wait go on one at a time, in the
 * order in which they began to wait, and each predicate is asked once more right before its task goes on. So
 * `yield* waitUntil(() => !busy); busy = true` lets one task in at a time. The predicate is asked often: it must not
 * change anything. Waiting is not recorded, but for the timer of a `timeout`.
 *
 * What the predicate throws is thrown here. One that returns an awaitable or a promise is a WorkflowCodeError
 * `INVALID_ARGUMENT`, one that calls what would change the run `READ_ONLY`.
 *
 * @example
 * ```ts
 * let stock = 0;
 * const delivery = createTask(
 *   (function* () {
 *     yield* sleep('3 days');
 *     stock = 12;
 *   })(),
 * );
 * yield* waitUntil(() => stock >= 10, { timeout: '1 week' });
 * stock; // => 12
 * ```
 */
export function waitUntil<T>(predicate: () => T, options: WaitUntilOptions = {}): Awaitable<T> {
  currentLoop('waitUntil()');
  if (typeof predicate !== 'function') {
    throw invalid(
      `waitUntil() was given ${describeValue(predicate)}: give a plain function that answers at once, such as ` +
        `() => stock > 0`,
    );
  }
  return lazy('waitUntil()', new WaitUntilCall(predicate, limitOf(options)));
}

function limitOf(options: unknown): Limit | undefined {
  if (typeof options !== 'object' || options === null) {
    throw invalid(`the options of waitUntil() are ${describeValue(options)}: give an object such as { timeout: '1h' }`);
  }
  const unknown = Object.keys(options).find((option) => option !== 'timeout');
  if (unknown !== undefined) throw invalid(`waitUntil() has no option "${unknown}": there is timeout`);
  const { timeout } = options as WaitUntilOptions;
  return timeout === undefined ? undefined : toLimit('waitUntil', timeout);
}

class WaitUntilCall<T> implements Call<T> {
  /** The author's code. */
  readonly predicate: () => T;
  readonly limit: Limit | undefined;

  constructor(predicate: () => T, limit: Limit | undefined) {
    this.predicate = predicate;
    this.limit = limit;
  }

  start(): Coroutine<T> {
    return untilItHolds(this.predicate, this.limit);
  }
}

function* untilItHolds<T>(predicate: () => T, limit: Limit | undefined): Coroutine<T> {
  const { predicates } = currentLoop('waitUntil()');
  const answer = ask(predicate, 'waitUntil()');
  // Others wait: it is their turn first, if their predicates hold.
  if (answer && predicates.mayGoOnAtOnce()) {
    predicates.wentOn();
    return answer;
  }
  const waiting = inLine(predicates, predicate);
  return yield* limit === undefined ? waiting : within(limit, waiting);
}

function* inLine<T>(predicates: Predicates, predicate: () => T): Coroutine<T> {
  const waiter = predicates.join(predicate);
  try {
    for (;;) {
      yield* waiter.called;
      if (waiter.failure !== undefined) throw waiter.failure.error;
      const answer = ask(predicate, 'waitUntil()');
      if (answer) {
        predicates.wentOn();
        return answer;
      }
      predicates.waitOn(waiter);
    }
  } finally {
    predicates.leave(waiter);
  }
}

function invalid(message: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', message);
}
