/** Schemas that authors give for what comes from outside. */
import { describeValue } from '../core/describe-value.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import type { StandardSchema } from '../core/standard-schema.ts';

/** Refuses what is no schema. `what` names its owner: `signal "approved"`. */
export function checkSchema(what: string, schema: unknown): StandardSchema | undefined {
  if (schema === undefined) return undefined;
  if (isSchema(schema)) return schema;
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `the schema of ${what} is ${describeValue(schema)}: give one that follows Standard Schema (zod, valibot, ...)`,
  );
}

function isSchema(value: unknown): value is StandardSchema {
  const standard = (value as { readonly '~standard'?: { readonly validate?: unknown } } | null)?.['~standard'];
  return typeof standard?.validate === 'function';
}
