/** Retries a block of several awaits. For a single side effect use the `retry` of its step. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { currentLoop } from '../core/loop.ts';
import { nextAttempt, type RetryRule, toRetryRule } from '../core/retry-policy.ts';
import type { RetryPolicy } from '../core/step.ts';
import { asCoroutine, checkBody } from './body.ts';
import { type Call, lazy } from './lazy.ts';
import { sleep } from './sleep.ts';

/**
 * Runs a block of several awaits until it succeeds, as often as the policy allows; returns its result. The body gets
 * the number of the attempt, from 1. Between attempts it sleeps durably: the delays may be days.
 *
 * When the attempts are used up the last error is thrown as it is. Thrown at once: an error for which `retryIf` returns
 * false, a NonRetryableError, a CancelledError, a WorkflowCodeError. A RetryAfterError sets the delay. A step's failure
 * counts as what caused it. A policy that makes no sense is a WorkflowCodeError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * const attempts: number[] = [];
 * yield* retry({ maxAttempts: 3, firstDelay: '1h' }, function* (attempt) {
 *   attempts.push(attempt);
 *   const offer = yield* step('ask for an offer', () => ({ cents: 100 * attempt }));
 *   if (offer.cents < 300) throw new Error('too little');
 *   yield* step('accept', () => 'accepted');
 * });
 * attempts; // => [1, 2, 3]
 * ```
 */
export function retry<T>(policy: RetryPolicy, body: (attempt: number) => Coroutine<T>): Awaitable<T> {
  const rule = toRetryRule(policy, 'the policy of retry()');
  checkBody('retry()', body);
  return lazy('retry()', new RetryCall(rule, body));
}

class RetryCall<T> implements Call<T> {
  readonly rule: RetryRule;
  /** The author's code. */
  readonly body: (attempt: number) => Coroutine<T>;

  constructor(rule: RetryRule, body: (attempt: number) => Coroutine<T>) {
    this.rule = rule;
    this.body = body;
  }

  start(): Coroutine<T> {
    return runWithRetries(this.rule, this.body);
  }
}

function* runWithRetries<T>(rule: RetryRule, body: (attempt: number) => Coroutine<T>): Coroutine<T> {
  const { random } = currentLoop('retry()');
  for (let attempt = 1; ; attempt += 1) {
    let delayMs: number;
    try {
      return yield* asCoroutine('retry()', body(attempt));
    } catch (error) {
      const next = nextAttempt(rule, { error, failedAttempts: attempt, random01: random.next() });
      if (next.kind === 'give-up') throw next.error;
      delayMs = next.delayMs;
    }
    yield* sleep(delayMs);
  }
}
