/**
 * Finds the body of a step that changes what it was given. The workflow sees the change as long as its worker has it in
 * memory, and not after a replay, which does not call the body. So the outcome would depend on the worker.
 */
import { encode } from '../codec/encode.ts';
import type { StepCommand } from '../core/command.ts';
import { WorkflowCodeError } from '../core/errors.ts';

/** To be called before the body. Gives a question for afterwards: which error says that an argument was changed. */
export function watchArguments({ name, args, previous }: StepCommand): () => WorkflowCodeError | undefined {
  const given = args ?? (previous === undefined ? [] : [previous.value]);
  const before = given.map(storedForm);
  return () => {
    const at = given.findIndex((arg, index) => before[index] !== undefined && storedForm(arg) !== before[index]);
    if (at < 0) return undefined;
    return new WorkflowCodeError(
      'ARGUMENT_CHANGED',
      `argument ${at + 1} of step "${name}" was changed while its body ran: the workflow sees that only as long as its ` +
        `worker keeps the run in memory, since a replay does not run the body. Return from the body what is new, and ` +
        `change nothing that it is given`,
    );
  };
}

/** Undefined for what cannot change, or has no stored form to compare, such as a client of a service. */
function storedForm(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return JSON.stringify(encode(value, 'an argument'));
  } catch {
    return undefined;
  }
}
