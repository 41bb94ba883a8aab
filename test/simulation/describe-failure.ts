/** What a failing seed looks like to whoever has to find out why. */
import type { Plan } from './plan.ts';
import type { Report } from './simulate.ts';
import type { Action } from './world/act.ts';

export interface Failure {
  readonly seed: number;
  /** Those alone that plans were drawn of; none: all. */
  readonly workloads: readonly string[];
  readonly plan: Plan;
  readonly report: Report;
  readonly attempts: number;
  /** As `git describe` says it. */
  readonly commit: string;
  /** Whether runs went on from snapshots. */
  readonly frames: boolean;
}

const LAST_CALLS = 25;

export function describeFailure(failure: Failure): string {
  const { seed, workloads, plan, report, attempts, commit, frames } = failure;
  const { violation, cloud } = report;
  const { weather, runs } = plan;
  const only = workloads.length === 0 ? '' : ` --workload ${workloads.map((name) => JSON.stringify(name)).join(' ')}`;
  return [
    `seed ${seed} breaks the rule "${violation?.rule}"${violation?.runId ? ` in ${violation.runId}` : ''}:`,
    `  ${violation?.message}`,
    `the smallest plan found in ${attempts} attempts:`,
    ...runs.flatMap(({ runId, workload, input, callers }) => [
      `  ${runId}, ${workload}: ${JSON.stringify(input)}`,
      ...callers.map((actions) => `    caller: ${actions.map(describeAction).join('; ')}`),
    ]),
    `  faults: ${plan.kept === undefined || plan.kept.length === 0 ? 'none' : plan.kept.join('; ')}`,
    `  incidents: ${JSON.stringify(weather.incidents.filter((_, index) => isKept(plan, index)))}`,
    `  settings: ${JSON.stringify(weather.settings)}, ${weather.workers} workers, clocks wrong by ${weather.clockErrorMs} ms`,
    ...(weather.pinned === undefined ? [] : [`  runs are pinned: ${JSON.stringify(weather.pinned)}`]),
    `the last that reached the table:`,
    ...cloud.table.lastCalls(LAST_CALLS).map((line) => `  ${line}`),
    `commit ${commit}; again: npm run simulate -- --seed ${seed} --runs 1${frames ? ' --frames' : ''}${only}`,
  ].join('\n');
}

function isKept({ kept, weather }: Plan, index: number): boolean {
  return kept === undefined || kept.includes(`${weather.incidents[index]?.kind} #${index + 1}`);
}

function describeAction(action: Action): string {
  const wait = action.waitMs === 0 ? '' : ` after ${action.waitMs} ms`;
  switch (action.do) {
    case 'start':
      return `start${wait}`;
    case 'signal':
      return `signal "${action.name}"${wait}`;
    case 'update':
      return `update "${action.id}" ${JSON.stringify(action.input)}${wait}`;
    case 'query':
      return `query "${action.name}"${wait}`;
    default:
      return `${action.do}${wait}`;
  }
}
