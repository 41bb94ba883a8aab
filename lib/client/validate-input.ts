/** An input, by the schema of its workflow. */
import type { StandardSchema } from '../core/standard-schema.ts';
import { toInvalidInput } from '../core/validate.ts';

/** What the schema gives is what is stored. Unlike in a run, it may take its time. Throws an InvalidInputError. */
export async function validateInput(
  what: string,
  input: unknown,
  schema: StandardSchema | undefined,
): Promise<unknown> {
  if (schema === undefined) return input;
  const answer = await schema['~standard'].validate(input);
  if (answer.issues === undefined) return answer.value;
  throw toInvalidInput(what, answer.issues);
}
