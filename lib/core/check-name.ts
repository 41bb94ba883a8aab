/** The names that authors give: of workflows, steps, signals. */
import { describeValue } from './describe-value.ts';
import { WorkflowCodeError } from './errors.ts';

/** A step's or a signal's name is in the journal and in messages, and is not meant for prose (I10). */
const MAX_NAME_LENGTH = 128;

/** Refuses what is no name: a text of 1 to 128 characters, none of them a control character. */
export function checkName(name: unknown, what: string): asserts name is string {
  // Control characters (Cc) would garble a log line.
  if (typeof name === 'string' && name !== '' && name.length <= MAX_NAME_LENGTH && !/\p{Cc}/u.test(name)) return;
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `the name of ${what} is ${describeValue(name)}: give a text of 1 to ${MAX_NAME_LENGTH} characters in one line`,
  );
}

/** Refuses a name that a URL or a file name cannot have as it is: letters, digits, `_`, `.` and `-` only. */
export function checkPlainName(name: unknown, what: string): asserts name is string {
  if (isPlainName(name)) return;
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `the name of ${what} is ${describeValue(name)}: give 1 to ${MAX_NAME_LENGTH} letters, digits, "_", "." or "-", ` +
      `beginning with a letter or digit`,
  );
}

export function isPlainName(name: unknown): name is string {
  return typeof name === 'string' && /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name) && name.length <= MAX_NAME_LENGTH;
}

/** Refuses what is no name, and one that cannot end the path of a URL, encoded or not: of a signal, a query, an update. */
export function checkPathName(name: unknown, what: string): asserts name is string {
  checkName(name, what);
  if (!/\p{Surrogate}/u.test(name) && !name.split('/').some((part) => part === '.' || part === '..')) return;
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `the name of ${what} is ${describeValue(name)}: no URL can have it as a part of its path. Give one without "." and ` +
      '".." between slashes, and without half characters',
  );
}
