/** Checks what is said about another run where it is written. */
import { describeValue } from '../core/describe-value.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { isOwnName } from '../core/own-names.ts';
import { isNewRunId, isRunId, RUN_ID_LIMIT } from '../core/run-id.ts';
import { isWorkflow } from '../core/workflow.ts';

const REASON_LIMIT = 1_000;

export function checkWorkflow(call: string, workflow: unknown): void {
  if (isWorkflow(workflow)) return;
  throw invalid(`${call} was given ${describeValue(workflow)}: give what workflow('name', ...) returned`);
}

export function checkTarget(call: string, id: unknown): string {
  if (isRunId(id)) return id;
  throw invalid(`${call} was given the id ${describeValue(id)}: ${ID_FORM}`);
}

export function checkReason(call: string, reason: unknown): void {
  if (typeof reason === 'string' && reason.length <= REASON_LIMIT) return;
  throw invalid(
    `the reason of ${call} cannot be ${describeValue(reason)}: give a text of up to ${REASON_LIMIT} characters`,
  );
}

export function checkChildOptions(call: string, options: unknown): void {
  checkKeys(call, options, ['id', 'onParentClose']);
  const { id, onParentClose } = options as { id?: unknown; onParentClose?: unknown };
  checkNewId(call, id);
  checkOneOf(call, 'onParentClose', onParentClose, ['cancel', 'terminate', 'abandon']);
}

export function checkKeys(call: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw invalid(`${call} takes its options as an object, not ${describeValue(options)}`);
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw invalid(`${call} has no option ${describeValue(unknown)}: there are ${known.join(', ')}`);
}

export function checkNewId(call: string, id: unknown): void {
  if (id === undefined || (isNewRunId(id) && !isOwnName(id))) return;
  throw invalid(
    `the id of ${call} cannot be ${describeValue(id)}: ${ID_FORM}, not only dots, and not "lull." at its beginning`,
  );
}

export function checkOneOf(call: string, option: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  const listed = choices.map((choice) => `'${choice}'`).join(', ');
  throw invalid(`${option} of ${call} cannot be ${describeValue(value)}: choose one of ${listed}`);
}

const ID_FORM = `give 1 to ${RUN_ID_LIMIT} characters out of A-Z, a-z, 0-9 and . _ : -`;

function invalid(message: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', message);
}
