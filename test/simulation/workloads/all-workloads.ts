/** All workloads. */
import type { AnyWorkflow } from '../../../lib/core/workflow.ts';
import { definitionOf } from '../../../lib/core/workflow.ts';
import { determinedPrograms, freePrograms } from './programs.ts';
import type { Workload } from './workload.ts';

export const workloads: readonly Workload[] = [determinedPrograms, freePrograms];

export const workflows: ReadonlyMap<string, AnyWorkflow> = new Map(
  workloads.flatMap((workload) => workload.workflows.map((one) => [definitionOf(one).name, one] as const)),
);

export function workloadOf(name: string): Workload {
  const workload = workloads.find((one) => one.name === name);
  if (workload === undefined) throw new Error(`there is no workload "${name}": there are ${workloads.map((w) => w.name).join(', ')}`);
  return workload;
}
