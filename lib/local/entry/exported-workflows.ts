import { createRegistry, type WorkflowSource } from '../../core/workflow-registry.ts';
import { checkHistories } from '../../engine/unbounded/check-histories.ts';
import type { ExportedWorkflow } from '../cloud-event.ts';

/** The workflows among a module's exports. Raises a WorkflowCodeError if there are none, or if one needs frames and has none. */
export function exportedWorkflows(
  source: WorkflowSource,
  { frames }: { readonly frames: boolean },
): ExportedWorkflow[] {
  const registry = createRegistry(source);
  checkHistories(registry, frames);
  return registry.names().map((name) => {
    const { inputSchema, entity } = registry.get(name);
    return { name, takesAnything: inputSchema === undefined && entity === undefined };
  });
}
