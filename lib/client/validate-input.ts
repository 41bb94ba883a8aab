/** An input, by the schema of its workflow, and by what the workflow's pool is to know of it. */
import { messageOf, toError } from '../core/to-error.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';
import { type RunPlacing, toRunRank } from '../core/run-placing.ts';
import { toInvalidInput } from '../core/validate.ts';
import type { WorkflowDefinition } from '../core/workflow.ts';

/**
 * What the schema gives is what is stored. Unlike in a run, it may take its time. Throws an InvalidInputError; an
 * InvalidArgumentError, if the workflow's key or priority in its pool cannot be had of it. Without a definition nothing is checked.
 */
export async function validateInput(
  workflow: string,
  input: unknown,
  definition: Pick<WorkflowDefinition, 'inputSchema' | 'placing'> | undefined,
): Promise<unknown> {
  const { inputSchema, placing } = definition ?? {};
  const given = inputSchema === undefined ? input : await valid(inputSchema, workflow, input);
  if (placing !== undefined) checkRank(placing, given, workflow);
  return given;
}

async function valid(
  schema: NonNullable<WorkflowDefinition['inputSchema']>,
  workflow: string,
  input: unknown,
): Promise<unknown> {
  const answer = await schema['~standard'].validate(input);
  if (answer.issues === undefined) return answer.value;
  throw toInvalidInput(`the input of workflow "${workflow}"`, answer.issues);
}

/** A worker asks again, when the caller is gone. */
function checkRank(placing: RunPlacing, given: unknown, workflow: string): void {
  try {
    toRunRank(placing, given, workflow);
  } catch (error) {
    throw new InvalidArgumentError(messageOf(toError(error)));
  }
}
