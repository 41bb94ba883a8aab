/** What an engine has against the parts of an input. */
import type { FieldProblem } from '../form/draft.ts';
import { Refused } from './ask.ts';

/** Where the engine says which part of an input does not fit. */
export function refusalsOf(error: unknown): readonly FieldProblem[] {
  const errors = error instanceof Refused ? error.problem['errors'] : undefined;
  return Array.isArray(errors) ? (errors as FieldProblem[]) : [];
}
