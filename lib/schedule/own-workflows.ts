/** Workflows of lull's own, which each worker knows beside those of its author. They are in no list of names. */
import type { WorkflowRegistry } from '../core/workflow-registry.ts';
import { definitionOf, type WorkflowDefinition } from '../core/workflow.ts';
import { scheduleWorkflow } from './schedule-workflow.ts';

const OWN: ReadonlyMap<string, WorkflowDefinition> = new Map(
  [scheduleWorkflow].map((workflow) => [workflow.name, definitionOf(workflow)]),
);

export function withOwnWorkflows(registry: WorkflowRegistry): WorkflowRegistry {
  return {
    ...registry,
    find: (name) => OWN.get(name) ?? registry.find(name),
    get: (name) => OWN.get(name) ?? registry.get(name),
  };
}
