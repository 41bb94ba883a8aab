/** Checks the options of a step where they are written, so that a mistake is found by the author and not by a retry. */
import { describeValue } from './describe-value.ts';
import { toMilliseconds } from './duration.ts';
import { WorkflowCodeError } from './errors.ts';
import { toRetryRule } from './retry-policy.ts';
import type { StepOptions } from './step.ts';

const OPTIONS = ['retry', 'timeout', 'totalTimeout', 'heartbeatTimeout', 'atMostOnce'];

/** A WorkflowCodeError `INVALID_ARGUMENT` names `what`, the option and the value at fault. */
export function checkStepOptions(options: StepOptions, what: string): void {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw invalid(`the options of ${what} are ${describeValue(options)}: give an object such as { timeout: '30s' }`);
  }
  const unknown = Object.keys(options).find((option) => !OPTIONS.includes(option));
  if (unknown !== undefined) throw invalid(`${what} has no option "${unknown}": there are ${OPTIONS.join(', ')}`);
  if (options.retry !== undefined) toRetryRule(options.retry, `the retry policy of ${what}`);
  checkLimit(options.timeout, `the timeout of ${what}`);
  checkLimit(options.totalTimeout, `the totalTimeout of ${what}`);
  checkLimit(options.heartbeatTimeout, `the heartbeatTimeout of ${what}`);
  if (options.atMostOnce !== undefined && typeof options.atMostOnce !== 'boolean') {
    throw invalid(`the atMostOnce of ${what} is ${describeValue(options.atMostOnce)}: give true or false`);
  }
}

function checkLimit(limit: StepOptions['timeout'], what: string): void {
  if (limit === undefined || toMilliseconds(limit, what) > 0) return;
  throw invalid(`${what} is zero, which no attempt can keep: give a longer one, or leave it out for no limit`);
}

function invalid(message: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', message);
}
