/**
 * How code that does not follow a journal differs from code that does: most of it asks for another step first. Of a
 * workflow with calls that may differ it calls the first step otherwise: what it asks for has the same place and name.
 */
import { digestArguments } from '../../../lib/engine/digest-arguments.ts';
import type { RecordedCommand } from '../../../lib/journal/event.ts';

/** How its first step is called where code does not follow: a run that has it was begun by such code, or misled by it. */
export const OTHER_STEP = 'other';

/** The first step of a workflow with calls that may differ. */
export const CALLED_STEP = 'called';

/** What such a step is given, as its argument or its key, by code that follows, and by other code. */
export const OWN = 'own';
export const OTHER = 'other';

export interface Calls {
  /** What the code does otherwise that does not follow; `draws`: it draws a random number before the step. */
  readonly differIn: 'arguments' | 'key' | 'draws';
  /** Code that does not follow gives its workflow this input. */
  readonly areOther?: true;
}

/** Undefined: the workflow with this input has no such calls. */
export function withOtherCalls(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('differIn' in input)) return undefined;
  return { ...input, areOther: true };
}

const OTHER_ARGUMENTS = digestArguments([OTHER]);

/** Code that does not follow asked for it, in a run that other code had begun. */
export function isOfOtherCode(command: RecordedCommand): boolean {
  if (command.kind !== 'step') return false;
  const { name, args, key, draws } = command;
  if (name !== CALLED_STEP) return name === OTHER_STEP;
  return args === OTHER_ARGUMENTS || key === OTHER || draws !== undefined;
}
