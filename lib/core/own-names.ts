/** Names of lull's own: workflows whose runs the engine itself starts, such as that of a schedule, and the ids of their runs. */
import { WorkflowCodeError } from './errors.ts';

const PREFIX = 'lull.';

/** Of a workflow, or of a run. */
export function isOwnName(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** Refuses such a name to an author's workflow. */
export function checkNotOwn(name: string): void {
  if (!isOwnName(name)) return;
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `the name of a workflow is "${name}", and names that begin with "${PREFIX}" are lull's own: choose another one`,
  );
}
