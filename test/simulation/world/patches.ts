/** Patches of the code by their numbers: each deploy of code that follows knows one more. */
import type { RecordedCommand } from '../../../lib/journal/event.ts';

export function patchName(patch: number): string {
  return `patch ${patch}`;
}

/** The step that the branch without the patch asks for. */
export function oldStep(patch: number): string {
  return `old ${patch}`;
}

/** The step that the branch with the patch asks for. */
export function newStep(patch: number): string {
  return `new ${patch}`;
}

/** The patch of whose new branch the command is; undefined if it is of none. */
export function patchOfNewStep({ kind, name }: RecordedCommand): number | undefined {
  return kind === 'step' && name.startsWith('new ') ? Number(name.slice(4)) : undefined;
}

/** The patch of whose old branch the command is; undefined if it is of none. */
export function patchOfOldStep({ kind, name }: RecordedCommand): number | undefined {
  return kind === 'step' && name.startsWith('old ') ? Number(name.slice(4)) : undefined;
}
