/**
 * An error as a log may have it: its words, its code, where it came from, and the same of what caused it. Whatever else
 * is on it stays out: it may hold an item of the table, or an input.
 */
import { isError } from '../core/to-error.ts';

export interface ShownError {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: ShownError;
  /** The errors of a group. */
  readonly errors?: readonly ShownError[];
}

/** A circle of causes ends somewhere. */
const DEPTH_LIMIT = 8;
const GROUP_LIMIT = 10;

export function showError(error: Error, depth = 1): ShownError {
  const { name, message, stack, cause } = error;
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  const goesOn = depth < DEPTH_LIMIT;
  const group = goesOn && Array.isArray(errors) ? errors.filter(isError).slice(0, GROUP_LIMIT) : [];
  return {
    name,
    message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof stack === 'string' ? { stack } : {}),
    ...(goesOn && isError(cause) ? { cause: showError(cause, depth + 1) } : {}),
    ...(group.length > 0 ? { errors: group.map((each) => showError(each, depth + 1)) } : {}),
  };
}
