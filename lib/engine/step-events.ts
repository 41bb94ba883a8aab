/**
 * How an attempt ended, as the event that is recorded: the result, the next attempt, or the failure of the step.
 *
 * Tested by: test/engine/step-retry.test.ts, test/engine/step-values.test.ts
 */
import { encodeError } from '../codec/encode-error.ts';
import { encode, encodedBytes } from '../codec/encode.ts';
import type { Encoded } from '../core/encoded.ts';
import { StepFailedError } from '../core/errors.ts';
import { OPERATION_RETRY } from '../core/operation.ts';
import { nextAttempt, toRetryRule } from '../core/retry-policy.ts';
import { messageOf, toError } from '../core/to-error.ts';
import type { StepCompleted, StepFailed, StepRetrying } from '../journal/event.ts';
import type { PendingStep } from '../scheduler/live-run.ts';
import { checkValueSize } from './check-value-size.ts';
import type { Engine } from './settings.ts';
import { totalLimitAtMs } from './step-limits.ts';

/** How often the body was begun before. */
export function attemptsStarted(step: PendingStep): number {
  return step.failedAttempts + step.interruptions + step.cutOffs;
}

/** The body has returned. A value that cannot be stored fails the step: its effect has happened, a retry would repeat it. */
export function completionEvent(engine: Engine, step: PendingStep, value: unknown): StepCompleted | StepFailed {
  const what = `the result of step "${step.command.name}"`;
  try {
    const encoded = encode(value, what);
    checkValueSize(engine, encoded, { what, advice: 'store it elsewhere in the step, return its key' });
    return { kind: 'step-completed', id: step.id, atMs: engine.clock.nowMs(), value: encoded, ...ofSensitive(step) };
  } catch (error) {
    return failedEvent(engine, step, toError(error));
  }
}

/** The body has thrown. Whatever the policy does, there is an event: without one the turn would wait without end. */
export function failureEvent(engine: Engine, step: PendingStep, error: Error): StepFailed | StepRetrying {
  try {
    return nextAfterFailure(engine, step, error);
  } catch (mistake) {
    return failedEvent(engine, step, toError(mistake));
  }
}

function nextAfterFailure(engine: Engine, step: PendingStep, error: Error): StepFailed | StepRetrying {
  const { options } = step.command;
  if (options.atMostOnce === true) return failedEvent(engine, step, error);
  const failedAttempts = step.failedAttempts + 1;
  const policy = step.command.operation === undefined ? options.retry : OPERATION_RETRY;
  const rule = toRetryRule(policy, `the retry policy of step "${step.command.name}"`);
  const next = nextAttempt(rule, { error, failedAttempts, random01: engine.random() });
  if (next.kind === 'give-up') return failedEvent(engine, step, toError(next.error));
  const atMs = engine.clock.nowMs();
  const retryAtMs = atMs + next.delayMs;
  if (retryAtMs >= totalLimitAtMs(step)) return failedEvent(engine, step, error);
  return {
    kind: 'step-retrying',
    id: step.id,
    atMs,
    attempt: failedAttempts,
    error: storableError(engine, error, step),
    retryAtMs,
    ...ofSensitive(step),
  };
}

/** The step has failed, after this attempt. */
export function failedEvent(engine: Engine, step: PendingStep, cause: Error): StepFailed {
  const { name } = step.command;
  const attempts = attemptsStarted(step) + 1;
  const times = attempts === 1 ? 'its only attempt' : `${attempts} attempts`;
  const sensitive = ofSensitive(step);
  const why = sensitive === undefined ? messageOf(cause) : 'its error is not shown, since the step is sensitive';
  const failure = new StepFailedError(name, attempts, `step "${name}" failed after ${times}: ${why}`, { cause });
  Object.assign(failure, sensitive);
  delete failure.stack; // it shows the engine, not the step
  const error = storableError(engine, failure, step);
  return { kind: 'step-failed', id: step.id, atMs: engine.clock.nowMs(), error, ...sensitive };
}

/** What marks the events of a sensitive step, and its failure. */
export function ofSensitive({ command }: PendingStep): { readonly sensitive: true } | undefined {
  return command.options.sensitive === true ? { sensitive: true } : undefined;
}

function storableError(engine: Engine, error: Error, step: PendingStep): Encoded {
  const what = `the error of step "${step.command.name}"`;
  const encoded = encodeError(error, what);
  const bytes = encodedBytes(encoded);
  if (bytes <= engine.maxValueBytes) return encoded;
  const message = `${messageOf(error).slice(0, 1_000)} (shortened: the error had ${bytes} bytes)`;
  if (error instanceof StepFailedError) {
    return encodeError(
      Object.assign(new StepFailedError(error.step, error.attempts, message), ofSensitive(step)),
      what,
    );
  }
  return encodeError(new Error(message), what);
}
