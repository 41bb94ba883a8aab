/**
 * Refuses workflows with an unbounded history where runs cannot be stored: they could only be replayed, and there would be
 * nothing to replay.
 *
 * Tested by: test/frames/runs/unbounded-door.test.ts
 */
import { WorkflowCodeError } from '../../core/errors.ts';
import type { WorkflowRegistry } from '../../core/workflow-registry.ts';

export function checkHistories(registry: WorkflowRegistry, canStore: boolean): void {
  if (canStore) return;
  const unbounded = registry.names().find((name) => registry.find(name)?.isUnbounded);
  if (unbounded === undefined) return;
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `workflow "${unbounded}" has history: 'unbounded', and this code is not compiled for frames: set frames: true of ` +
      `WorkflowEngine or createTestEngine, or begin lull dev with --frames; or take the option away`,
  );
}
