import { createRegistry, type WorkflowSource } from '../../core/workflow-registry.ts';
import type { ExportedWorkflow } from '../cloud-event.ts';

/** The workflows among a module's exports. Raises a WorkflowCodeError if there are none. */
export function exportedWorkflows(source: WorkflowSource): ExportedWorkflow[] {
  const registry = createRegistry(source);
  return registry.names().map((name) => ({ name, takesAnything: registry.get(name).inputSchema === undefined }));
}
