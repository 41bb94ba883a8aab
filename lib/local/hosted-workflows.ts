import { createRegistry, type WorkflowSource } from '../core/workflow-registry.ts';
import type { HostedWorkflow } from './host-protocol.ts';

/** The workflows among a module's exports. Raises a WorkflowCodeError if there are none. */
export function hostedWorkflows(source: WorkflowSource): HostedWorkflow[] {
  const registry = createRegistry(source);
  return registry.names().map((name) => ({ name, takesAnything: registry.get(name).inputSchema === undefined }));
}
