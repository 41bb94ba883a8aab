/** What a run shows of itself to those who look at it, without being woken. */
import { type AttributeChanges, attributesProblem } from '../core/attributes.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { currentLoop } from '../core/loop.ts';

/**
 * Sets the run's own status, which `describe` and lists show as `customStatus`, also when the run has ended. Any value
 * that can be stored, up to 1,000 bytes; undefined takes it away. It is written when the run suspends or ends, and
 * while a long step runs, and costs no write of its own: of several values in a row, the last one is seen.
 *
 * What cannot be stored is an UnserializableValueError, what is too large a PayloadTooLargeError.
 *
 * @example
 * ```ts
 * setStatus({ phase: 'waiting for the warehouse', orders: 3 });
 * yield* sleep('3 days');
 * setStatus('delivered');
 * ```
 */
export function setStatus(value: unknown): void {
  currentLoop('setStatus()').display.setStatus(value);
}

/**
 * Sets attributes of the run, beside those of its start: texts, numbers, true and false, by names of up to 64
 * characters. Others stay as they are; undefined removes one. `describe` and lists show them as `attributes`. They are
 * written as a status is.
 *
 * All that the code has set may have 1,000 bytes as JSON: more is a PayloadTooLargeError. Other values are a
 * WorkflowCodeError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * setAttributes({ customer: 'c1', items: 3, draft: true });
 * yield* sleep('1 day');
 * setAttributes({ draft: undefined });
 * ```
 */
export function setAttributes(attributes: AttributeChanges): void {
  const { display } = currentLoop('setAttributes()');
  const problem = attributesProblem(attributes, true);
  if (problem !== undefined) {
    throw new WorkflowCodeError('INVALID_ARGUMENT', `the attributes of setAttributes() ${problem}`);
  }
  display.setAttributes(attributes);
}
