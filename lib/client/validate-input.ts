/** An input, by the schema of its workflow, and by what the workflow's pool is to know of it. */
import { messageOf, toError } from '../core/to-error.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';
import { type RunPlacing, toRunRank } from '../core/run-placing.ts';
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

/** `given`: what the schema gave. A worker asks again, when the caller is gone. Throws an InvalidArgumentError. */
export function checkRank(placing: RunPlacing | undefined, given: unknown, workflow: string): void {
  if (placing === undefined) return;
  try {
    toRunRank(placing, given, workflow);
  } catch (error) {
    throw new InvalidArgumentError(messageOf(toError(error)));
  }
}
