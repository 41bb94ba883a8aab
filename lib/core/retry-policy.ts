/**
 * When a failure is followed by another attempt, and how long after it: one arithmetic for steps and for `retry`.
 *
 * Not its job: to wait, to count, to draw the random number.
 */
import { ignoreRejection, isPromise } from './check-awaitable.ts';
import { describeValue } from './describe-value.ts';
import { toMilliseconds } from './duration.ts';
import { CancelledError, NonRetryableError, RetryAfterError, StepFailedError, WorkflowCodeError } from './errors.ts';
import type { RetryPolicy } from './step.ts';

/** A RetryPolicy that was checked, with nothing left open. */
export interface RetryRule {
  readonly maxAttempts: number;
  readonly firstDelayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  readonly jitter: number;
  /** The author's own, for its `retryIf`. */
  readonly policy: RetryPolicy;
  /** The policy as messages name it: `the policy of retry()`. */
  readonly what: string;
}

export interface Failure {
  readonly error: unknown;
  /** This one included: 1 after the first attempt. */
  readonly failedAttempts: number;
  /** Drawn anew for each failure: 0 <= x < 1. */
  readonly random01: number;
}

export type NextAttempt =
  | { readonly kind: 'retry'; readonly delayMs: number }
  /**
   * `error` is what to fail with: the failure's own, or what its RetryAfterError or the policy's `retryIf` did wrong.
   */
  | { readonly kind: 'give-up'; readonly error: unknown };

const DEFAULT_MAX_ATTEMPTS = 5;
const DEFAULT_FIRST_DELAY = '1s';
const DEFAULT_FACTOR = 2;
const DEFAULT_MAX_DELAY = '5m';
const DEFAULT_JITTER = 0.2;

const OPTIONS = ['maxAttempts', 'firstDelay', 'factor', 'maxDelay', 'jitter', 'retryIf'];

/**
 * Checks a policy and fills in the defaults; `false` is one attempt. What it cannot mean is a WorkflowCodeError
 * `INVALID_ARGUMENT` that names `what`, the option and the value.
 */
export function toRetryRule(policy: RetryPolicy | false = {}, what = 'the retry policy'): RetryRule {
  if (policy === false) return toRetryRule({ maxAttempts: 1 });
  if (typeof policy !== 'object' || (policy as unknown) === null) {
    throw invalid(what, `is ${describeValue(policy)}: give an object such as { maxAttempts: 3 }`);
  }
  const unknown = Object.keys(policy).find((option) => !OPTIONS.includes(option));
  if (unknown !== undefined) throw invalid(what, `has no option "${unknown}": there are ${OPTIONS.join(', ')}`);

  const firstDelayMs = toMilliseconds(policy.firstDelay ?? DEFAULT_FIRST_DELAY, `firstDelay of ${what}`);
  const rule = {
    maxAttempts: policy.maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
    firstDelayMs,
    factor: policy.factor ?? DEFAULT_FACTOR,
    // A long first delay without a `maxDelay` is not cut to the default.
    maxDelayMs:
      policy.maxDelay === undefined
        ? Math.max(toMilliseconds(DEFAULT_MAX_DELAY), firstDelayMs)
        : toMilliseconds(policy.maxDelay, `maxDelay of ${what}`),
    jitter: policy.jitter ?? DEFAULT_JITTER,
    ...{ policy, what },
  };
  checkNumbers(rule, what);
  const { retryIf } = policy as { retryIf?: unknown };
  if (retryIf !== undefined && typeof retryIf !== 'function') {
    throw invalid(what, `has retryIf ${describeValue(retryIf)}: give a function of the error, or leave it out`);
  }
  return rule;
}

/**
 * What follows a failure. The last attempt ends it; so do CancelledError, NonRetryableError, WorkflowCodeError (trying
 * again changes no code), and `retryIf`. RetryAfterError sets the delay itself, without jitter, also beyond
 * `maxDelay`; `retryIf` is not asked about it. The failure of a step speaks for the error that caused it.
 */
export function nextAttempt(rule: RetryRule, { error, failedAttempts, random01 }: Failure): NextAttempt {
  const cause = error instanceof StepFailedError ? error.cause : error;
  if (failedAttempts >= rule.maxAttempts || FINAL.some((final) => cause instanceof final)) {
    return { kind: 'give-up', error };
  }
  try {
    if (cause instanceof RetryAfterError) {
      return { kind: 'retry', delayMs: toMilliseconds(cause.delay, 'the delay of a RetryAfterError') };
    }
    if (!mayRetry(rule, error)) return { kind: 'give-up', error };
    return { kind: 'retry', delayMs: backoffMs(rule, failedAttempts, random01) };
  } catch (mistake) {
    return { kind: 'give-up', error: mistake };
  }
}

/**
 * What the author's `retryIf` answers. A promise is always true: an async function would have everything tried again.
 */
function mayRetry({ policy, what }: RetryRule, error: unknown): boolean {
  const answer: unknown = policy.retryIf === undefined || policy.retryIf(error);
  if (!isPromise(answer)) return Boolean(answer);
  ignoreRejection(answer);
  throw invalid(what, 'has a retryIf that answers with a promise: give a function that answers at once');
}

const FINAL = [CancelledError, NonRetryableError, WorkflowCodeError];

/** Drawn evenly from the part of `delay - jitter .. delay + jitter` that is not above the longest delay. */
function backoffMs(rule: RetryRule, failedAttempts: number, random01: number): number {
  if (rule.firstDelayMs === 0) return 0; // zero times an infinite power would be NaN
  const middleMs = Math.min(rule.firstDelayMs * rule.factor ** (failedAttempts - 1), rule.maxDelayMs);
  const shortestMs = middleMs * (1 - rule.jitter);
  const longestMs = Math.min(middleMs * (1 + rule.jitter), rule.maxDelayMs);
  return Math.round(shortestMs + random01 * (longestMs - shortestMs));
}

function checkNumbers({ maxAttempts, firstDelayMs, factor, maxDelayMs, jitter }: RetryRule, what: string): void {
  if (!(maxAttempts >= 1) || !(Number.isInteger(maxAttempts) || maxAttempts === Infinity)) {
    const expected = 'a whole number of attempts, the first included: 1 tries once, Infinity never gives up';
    throw invalid(what, `has maxAttempts ${describeValue(maxAttempts)}: give ${expected}`);
  }
  if (!(factor >= 1) || !Number.isFinite(factor)) {
    throw invalid(what, `has factor ${describeValue(factor)}: give a number of 1 (equal delays) or more`);
  }
  if (!(jitter >= 0 && jitter <= 1)) {
    throw invalid(what, `has jitter ${describeValue(jitter)}: give a part of the delay, from 0 (none) to 1`);
  }
  if (maxDelayMs < firstDelayMs) {
    throw invalid(what, `has a maxDelay of ${maxDelayMs} ms, below its firstDelay of ${firstDelayMs} ms: swap them?`);
  }
}

function invalid(what: string, problem: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', `${what} ${problem}`);
}
