/** Checks the options of a step where they are written, so that a mistake is found by the author and not by a retry. */
import { describeValue } from './describe-value.ts';
import { toMilliseconds } from './duration.ts';
import { WorkflowCodeError } from './errors.ts';
import { isPool, type Pool, poolRule } from './pool.ts';
import { limitsKeys } from './pool-rule.ts';
import { toRetryRule } from './retry-policy.ts';
import type { DefinedStepOptions, StepDefaults, StepOptions } from './step.ts';

const DEFAULTS = [
  'retry',
  'timeout',
  'totalTimeout',
  'heartbeatTimeout',
  'atMostOnce',
  'readOnly',
  'sensitive',
  'pool',
  'priority',
];

const STEP_OPTIONS = [...DEFAULTS, 'key', 'undo'];

const STEP_KEY_LIMIT = 255;

const HIGHEST_PRIORITY = 1_000_000;

/** A WorkflowCodeError `INVALID_ARGUMENT` names `what`, the option and the value at fault. */
export function checkStepOptions(options: StepOptions | DefinedStepOptions<never>, what: string): void {
  checkOptions(options, what, STEP_OPTIONS);
  const { key, undo } = options;
  if (undo !== undefined && typeof undo !== 'function') {
    throw invalid(
      `the undo of ${what} is ${describeValue(undo)}: give a function of the step's result, (result) => ...`,
    );
  }
  if (key !== undefined && typeof key !== 'function') checkStepKey(key, what);
  const missing = findMissingKey(options.pool, key, what);
  if (missing !== undefined) throw missing;
}

/** The same for the options of all steps of a workflow. */
export function checkStepDefaults(options: StepDefaults, what: string): void {
  const given: unknown = options;
  if (typeof given === 'object' && given !== null && Object.hasOwn(given, 'key')) {
    throw invalid(`${what} have a key, which tells steps of one name apart: give it to each step`);
  }
  if (typeof given === 'object' && given !== null && Object.hasOwn(given, 'undo')) {
    throw invalid(`${what} have an undo, which needs to know what the step did: give it to each step`);
  }
  checkOptions(options, what, DEFAULTS);
}

/** What a step's `key` is, or its function has returned. */
export function checkStepKey(key: unknown, what: string): string {
  if (typeof key === 'string' && key !== '' && key.length <= STEP_KEY_LIMIT) return key;
  throw invalid(`the key of ${what} is ${describeValue(key)}: give a text of 1 to ${STEP_KEY_LIMIT} characters`);
}

function checkOptions(options: StepDefaults, what: string, known: readonly string[]): void {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw invalid(`the options of ${what} are ${describeValue(options)}: give an object such as { timeout: '30s' }`);
  }
  const unknown = Object.keys(options).find((option) => !known.includes(option));
  if (unknown !== undefined) throw invalid(`${what} has no option "${unknown}": there are ${known.join(', ')}`);
  if (options.retry !== undefined) toRetryRule(options.retry, `the retry policy of ${what}`);
  checkLimit(options.timeout, `the timeout of ${what}`);
  checkLimit(options.totalTimeout, `the totalTimeout of ${what}`);
  checkLimit(options.heartbeatTimeout, `the heartbeatTimeout of ${what}`);
  for (const flag of ['atMostOnce', 'readOnly', 'sensitive'] as const) {
    if (options[flag] === undefined || typeof options[flag] === 'boolean') continue;
    throw invalid(`the ${flag} of ${what} is ${describeValue(options[flag])}: give true or false`);
  }
  checkPool(options.pool, what);
  if (options.priority !== undefined) checkPriority(options.priority, what);
  const contradiction = findContradiction(options, what);
  if (contradiction !== undefined) throw contradiction;
}

/** An option that says that the body changes something, beside `readOnly`; undefined if there is none. */
export function findContradiction(
  { readOnly, atMostOnce, undo }: StepDefaults & { readonly undo?: unknown },
  what: string,
): WorkflowCodeError | undefined {
  if (readOnly !== true || (atMostOnce !== true && undo === undefined)) return undefined;
  const [other, why] =
    atMostOnce === true
      ? ['atMostOnce', 'may run again at any time']
      : ['undo', 'changes nothing, so there is nothing to undo'];
  return invalid(`${what} is readOnly and has ${other}: a body that only reads ${why}. Leave one of the two out`);
}

function checkPool(pool: unknown, what: string): void {
  if (pool === undefined || isPool(pool)) return;
  throw invalid(
    `the pool of ${what} is ${describeValue(pool)}: give what pool('name', { concurrency: 5 }) has returned`,
  );
}

/** What a `priority` is, or its function has returned. */
export function checkPriority(priority: unknown, what: string): number {
  const isGood = Number.isInteger(priority) && Math.abs(priority as number) <= HIGHEST_PRIORITY;
  if (isGood) return priority as number;
  throw invalid(
    `the priority of ${what} is ${describeValue(priority)}: give a whole number from -${HIGHEST_PRIORITY} to ` +
      `${HIGHEST_PRIORITY}, where a higher one goes first`,
  );
}

/** A step in a pool with limits for each key has to say which one it has. */
export function findMissingKey(pool: Pool | undefined, key: unknown, what: string): WorkflowCodeError | undefined {
  if (pool === undefined || key !== undefined || !limitsKeys(poolRule(pool))) return undefined;
  return invalid(
    `${what} has no key, and pool "${pool.name}" has limits for each key: give it one, { pool, key: ... }`,
  );
}

function checkLimit(limit: StepDefaults['timeout'], what: string): void {
  if (limit === undefined || toMilliseconds(limit, what) > 0) return;
  throw invalid(`${what} is zero, which no attempt can keep: give a longer one, or leave it out for no limit`);
}

function invalid(message: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', message);
}
