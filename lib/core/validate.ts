/**
 * Checks a value that came from outside with the schema that its receiver gave.
 *
 * In the run, where the outcome is what the workflow gets, a schema has to answer at once, and the same on each
 * replay: one that answers with a promise is an error that says so.
 */
import { clampText } from './clamp-text.ts';
import { ignoreRejection, isPromise } from './check-awaitable.ts';
import { type InputIssue, InvalidInputError, WorkflowCodeError } from './errors.ts';
import type { StandardIssue, StandardSchema } from './standard-schema.ts';

export type Validation =
  { readonly kind: 'valid'; readonly value: unknown } | { readonly kind: 'invalid'; readonly error: InvalidInputError };

/** `what` names the value for errors: `the input of workflow "checkout"`. Without a schema all is valid. */
export function validate(schema: StandardSchema | undefined, value: unknown, what: string): Validation {
  if (schema === undefined) return { kind: 'valid', value };
  const result = schema['~standard'].validate(value);
  if (isPromise(result)) {
    ignoreRejection(result);
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `the schema for ${what} answers with a promise: a run has to check it again on each replay, so give a schema ` +
        `that answers at once, and do what has to wait in a step`,
    );
  }
  if (result.issues === undefined) return { kind: 'valid', value: result.value };
  return { kind: 'invalid', error: toInvalidInput(what, result.issues) };
}

/** The value as the schema returns it; throws an InvalidInputError with all issues if it is refused. */
export function validOrThrow(schema: StandardSchema | undefined, value: unknown, what: string): unknown {
  const validation = validate(schema, value, what);
  if (validation.kind === 'valid') return validation.value;
  throw validation.error;
}

/** An input may be wrong in a million places, and a schema's words may have the value in them. */
const ISSUES_LIMIT = 100;
const ISSUE_CHARACTERS = 300;

export function toInvalidInput(what: string, issues: readonly StandardIssue[]): InvalidInputError {
  return new InvalidInputError(what, issues.slice(0, ISSUES_LIMIT).map(toInputIssue), issues.length);
}

function toInputIssue({ message, path = [] }: StandardIssue): InputIssue {
  const keys = path.map((part) => (typeof part === 'object' ? part.key : part));
  return {
    path: clampText(
      keys.reduce<string>((text, key) => text + pathPart(key), '$'),
      ISSUE_CHARACTERS,
    ),
    message: clampText(message, ISSUE_CHARACTERS),
  };
}

function pathPart(key: PropertyKey): string {
  if (typeof key === 'number') return `[${key}]`;
  const name = String(key);
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
