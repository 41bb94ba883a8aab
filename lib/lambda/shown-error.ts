/**
 * An error as a log may have it: its words, its code, where it came from, and the same of what caused it. Whatever else
 * is on it stays out: it may hold an item of the table, or an input. An error whose properties cannot be read is shown
 * without them.
 */
import { hidesCause } from '../core/errors.ts';
import { describeValue } from '../core/describe-value.ts';
import { isError } from '../core/to-error.ts';

export interface ShownError {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: ShownError;
  /** The errors of a group. */
  readonly errors?: readonly ShownError[];
  /** The two of a SuppressedError. */
  readonly error?: ShownError;
  readonly suppressed?: ShownError;
}

/** A circle of causes ends somewhere. */
const DEPTH_LIMIT = 8;
const GROUP_LIMIT = 10;

/** Never throws, whatever the error's getters do. */
export function showError(error: Error, depth = 1): ShownError {
  const keys = ['stack', 'code', 'cause', 'errors', 'error', 'suppressed'] as const;
  const [stack, code, cause, errors, last, suppressed] = keys.map((key) => read(error, key));
  const goesOn = depth < DEPTH_LIMIT;
  const isCauseShown = goesOn && !(read(error, 'sensitive') === true && hidesCause(error));
  const isPair = goesOn && readText(error, 'name', '') === 'SuppressedError';
  const group = goesOn ? errorsOf(errors) : [];
  return {
    name: readText(error, 'name', 'Error'),
    message: readText(error, 'message', ''),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof stack === 'string' ? { stack } : {}),
    ...(isCauseShown && isError(cause) ? { cause: showError(cause, depth + 1) } : {}),
    ...(group.length > 0 ? { errors: group.map((each) => showError(each, depth + 1)) } : {}),
    ...(isPair && isError(last) ? { error: showError(last, depth + 1) } : {}),
    ...(isPair && isError(suppressed) ? { suppressed: showError(suppressed, depth + 1) } : {}),
  };
}

function read(error: Error, key: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function readText(error: Error, key: 'name' | 'message', absent: string): string {
  try {
    const value: unknown = error[key];
    return typeof value === 'string' ? value : value === undefined ? absent : describeValue(value);
  } catch {
    return `(its ${key} cannot be read)`;
  }
}

function errorsOf(errors: unknown): Error[] {
  try {
    return Array.isArray(errors) ? errors.filter(isError).slice(0, GROUP_LIMIT) : [];
  } catch {
    return []; // a Proxy
  }
}
