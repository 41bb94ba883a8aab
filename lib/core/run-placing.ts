/** The pool in which the runs of a workflow take places, and what each of them is there: its key, and its priority. */
import { describeValue } from './describe-value.ts';
import { WorkflowCodeError } from './errors.ts';
import { isPool, type Pool, poolRule } from './pool.ts';
import { limitsKeys } from './pool-rule.ts';
import { checkPriority, checkStepKey } from './step-options.ts';
import { messageOf, toError } from './to-error.ts';

export interface RunPlacing {
  readonly pool: Pool;
  readonly key?: (input: unknown) => unknown;
  readonly priority?: (input: unknown) => unknown;
}

/** What a run is in its pool. */
export interface RunRank {
  readonly key?: string;
  readonly priority: number;
}

interface Given {
  readonly pool?: unknown;
  readonly key?: unknown;
  readonly priority?: unknown;
}

/** Undefined: its runs need no places. A WorkflowCodeError `INVALID_ARGUMENT` names `what`, the option and the value at fault. */
export function toRunPlacing({ pool, key, priority }: Given, what: string): RunPlacing | undefined {
  for (const [name, option, example] of [
    ['key', key, '(input) => input.customer'],
    ['priority', priority, '(input) => (input.isUrgent ? 1 : 0)'],
  ] as const) {
    if (option === undefined) continue;
    if (typeof option !== 'function')
      throw invalid(`the ${name} of ${what} is ${describeValue(option)}: give a function of its input, ${example}`);
    if (pool === undefined) throw invalid(`${what} has a ${name}, and no pool to which it could matter: give it one`);
  }
  if (pool === undefined) return undefined;
  if (!isPool(pool))
    throw invalid(
      `the pool of ${what} is ${describeValue(pool)}: give what pool('name', { concurrency: 5 }) has returned`,
    );
  if (key === undefined && limitsKeys(poolRule(pool)))
    throw invalid(
      `${what} has no key, and pool "${pool.name}" has limits for each key: give it one, { pool, key: (input) => ... }`,
    );
  return {
    pool,
    ...(key === undefined ? {} : { key: key as RunPlacing['key'] & object }),
    ...(priority === undefined ? {} : { priority: priority as RunPlacing['priority'] & object }),
  };
}

/** As the author's functions say. A WorkflowCodeError `INVALID_ARGUMENT` says what is wrong with what they have returned or thrown. */
export function toRunRank({ key, priority }: RunPlacing, input: unknown, workflow: string): RunRank {
  const what = `a run of workflow "${workflow}"`;
  const answer = (name: string, of: (input: unknown) => unknown): unknown => {
    try {
      return of(input);
    } catch (error) {
      throw invalid(`the ${name} of ${what} is not known: its function has thrown "${messageOf(toError(error))}"`);
    }
  };
  return {
    ...(key === undefined ? {} : { key: checkStepKey(answer('key', key), what) }),
    priority: priority === undefined ? 0 : checkPriority(answer('priority', priority), what),
  };
}

function invalid(message: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', message);
}
