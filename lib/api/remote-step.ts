/** Steps whose work is done by another Lambda function, which answers through a callback. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkName } from '../core/check-name.ts';
import { describeValue } from '../core/describe-value.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import type { Encoded } from '../core/encoded.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { currentLoop } from '../core/loop.ts';
import { nextAttempt, type RetryRule, toRetryRule } from '../core/retry-policy.ts';
import type { RetryPolicy } from '../core/step.ts';
import { RunCallback } from './callback.ts';
import { type Call, lazy } from './lazy.ts';
import { operate } from './operate.ts';
import { checkKeys } from './run-arguments.ts';
import { sleep } from './sleep.ts';

/** How a remote step is done. */
export interface RemoteStepOptions {
  /** The Lambda function: its name, with a version or alias if you like, or its ARN. */
  function: string;
  /** How long one attempt may take, from its invocation to its answer. Default: no limit. */
  timeout?: Duration;
  /** When an attempt that failed, or whose time was up, is followed by another one: as of a step. */
  retry?: RetryPolicy | false;
}

/**
 * Invokes another Lambda function and waits for its answer, for as long as that takes; the run pays nothing meanwhile.
 * The function is invoked asynchronously, with a `RemoteCall` as its event: `payload` as JSON and a `token`, with which
 * it, or whatever it hands the token to, calls `client.completeCallback(token, value)` or `failCallback(token, error)`.
 *
 * An attempt that is failed so, or does not answer within `timeout`, is repeated as the policy says; then the error of the
 * last attempt is thrown. A function that is not there, or that the worker may not invoke, is an error at once.
 *
 * @example
 * ```ts no-run
 * import { remoteStep, workflow } from 'lull';
 *
 * export const publish = workflow('publish', function* (video: string) {
 *   const { url } = yield* remoteStep<{ url: string }>('transcode', { function: 'transcoder', timeout: '2h' }, { video });
 *   return url;
 * });
 * ```
 */
export function remoteStep<T = unknown>(name: string, options: RemoteStepOptions, payload?: unknown): Awaitable<T> {
  checkName(name, 'a remote step');
  const what = `remote step "${name}"`;
  checkKeys(what, options, ['function', 'timeout', 'retry']);
  const { function: functionName, timeout, retry } = options;
  if (typeof functionName !== 'string' || functionName === '' || functionName.length > FUNCTION_NAME_LIMIT) {
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `the function of ${what} is ${describeValue(functionName)}: give the name or ARN of a Lambda function`,
    );
  }
  const timeoutMs = timeout === undefined ? undefined : toMilliseconds(timeout, `the timeout of ${what}`);
  const rule = toRetryRule(retry, `the retry policy of ${what}`);
  const encoded = currentLoop('remoteStep()').values.encode(payload, `the payload of ${what}`);
  return lazy(what, new RemoteStepCall<T>({ name, functionName, timeoutMs, rule, payload: encoded }));
}

const FUNCTION_NAME_LIMIT = 170;

interface RemoteStep {
  readonly name: string;
  readonly functionName: string;
  readonly timeoutMs: number | undefined;
  readonly rule: RetryRule;
  readonly payload: Encoded;
}

class RemoteStepCall<T> implements Call<T> {
  readonly step: RemoteStep;

  constructor(step: RemoteStep) {
    this.step = step;
  }

  *start(): Coroutine<T> {
    const { random } = currentLoop('remoteStep()');
    for (let attempt = 1; ; attempt += 1) {
      let delayMs: number;
      try {
        return yield* runAttempt<T>(this.step, attempt);
      } catch (error) {
        if (FINAL.has((error as { readonly code?: unknown }).code)) throw error;
        const next = nextAttempt(this.step.rule, { error, failedAttempts: attempt, random01: random.next() });
        if (next.kind === 'give-up') throw next.error;
        delayMs = next.delayMs;
      }
      yield* sleep(delayMs);
    }
  }
}

/** Another attempt would meet the same. */
const FINAL: ReadonlySet<unknown> = new Set(['FUNCTION_NOT_FOUND', 'FUNCTION_REFUSED']);

function* runAttempt<T>(step: RemoteStep, attempt: number): Coroutine<T> {
  const { name, functionName, timeoutMs, payload } = step;
  const answer = new RunCallback<T>(name, { timeoutMs, heartbeatTimeoutMs: undefined, schema: undefined });
  const { token, publicUrl: callbackUrl } = answer;
  try {
    yield* operate<void>({ kind: 'invoke', functionName, payload, token, callbackUrl, attempt }, name, [payload]);
    return yield* answer;
  } finally {
    answer.cancel();
  }
}
