/** Several errors in one, which can be taken apart again. */
import { hasBrand, setBrand } from './brand.ts';
import { describeValue } from './describe-value.ts';
import { WorkflowCodeError } from './errors.ts';
import { describeCondition, type ErrorCondition, splitGroup, toPredicate } from './split-group.ts';
import { toError } from './to-error.ts';

/**
 * Several errors at once, as a task group raises them (Python's `ExceptionGroup`). It is an `AggregateError` and
 * `instanceof LullError` holds as well. Its message is what asyncio's says; `errors` has the members in order.
 *
 * A group without a member, and one whose message is no text, is a WorkflowCodeError `INVALID_ARGUMENT`; a member that
 * is no Error gets wrapped in one. A class of your own that extends it overrides `derive`.
 *
 * @example
 * ```ts
 * let late = 0;
 * try {
 *   yield* taskGroup(function* (group) {
 *     group.createTask(timeout('1h', sleep('1 day')));
 *     yield* sleep('1 day');
 *   });
 * } catch (error) {
 *   if (!(error instanceof ExceptionGroup)) throw error;
 *   const [timeouts, rest] = error.split(TimeoutError);
 *   if (rest !== undefined) throw rest;
 *   late = timeouts?.errors.length ?? 0;
 * }
 * late; // => 1
 * ```
 */
export class ExceptionGroup extends AggregateError {
  static {
    this.prototype.name = 'ExceptionGroup';
    setBrand(this.prototype, 'ExceptionGroup');
  }
  readonly code = 'EXCEPTION_GROUP';
  declare errors: Error[];

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (Function.prototype[Symbol.hasInstance].call(this, value)) return true;
    return this === ExceptionGroup && hasBrand(value, 'ExceptionGroup');
  }

  constructor(message: string, errors: Iterable<Error>) {
    super(toMembers(message, errors), message);
  }

  /**
   * The group in two parts: of the errors that match the condition, and of the others; undefined for a part that is
   * empty. The condition is a class, an array of classes, or a function that says so of an error. Groups inside are
   * taken apart as well, unless they match as a whole, and the parts keep the nesting.
   */
  split(condition: ErrorCondition): [matching: ExceptionGroup | undefined, rest: ExceptionGroup | undefined] {
    const matches = toPredicate(condition);
    if (matches === undefined) {
      throw new WorkflowCodeError(
        'INVALID_ARGUMENT',
        `the condition of split() and subgroup() is ${describeCondition(condition)}: give a class of errors, an array ` +
          `of classes, or a function such as (error) => error.message === 'no'`,
      );
    }
    const groupOf = (error: Error) =>
      error instanceof ExceptionGroup
        ? { errors: error.errors, derive: (of: Error[]) => partOf(error, of) }
        : undefined;
    // What a group is taken apart into are groups.
    return splitGroup(this, matches, groupOf) as [ExceptionGroup | undefined, ExceptionGroup | undefined];
  }

  /** The group of the errors that match the condition, as `split` has it; undefined if none does. */
  subgroup(condition: ErrorCondition): ExceptionGroup | undefined {
    return this.split(condition)[0];
  }

  /** A group with this one's message and other errors: what `split` and `subgroup` make their parts with. */
  derive(errors: Iterable<Error>): ExceptionGroup {
    return new ExceptionGroup(this.message, errors);
  }
}

/** As Python does, a part has the cause and the place of its group. */
function partOf(group: ExceptionGroup, errors: Error[]): ExceptionGroup {
  const part = group.derive(errors);
  for (const key of ['cause', 'stack']) {
    const descriptor = Object.getOwnPropertyDescriptor(group, key);
    if (descriptor !== undefined) Object.defineProperty(part, key, descriptor);
  }
  return part;
}

function toMembers(message: unknown, errors: unknown): Error[] {
  const isIterable = typeof errors === 'object' && errors !== null && Symbol.iterator in errors;
  const members = isIterable ? [...(errors as Iterable<unknown>)].map(toError) : [];
  if (typeof message === 'string' && members.length > 0) return members;
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `an ExceptionGroup was given ${describeValue(message)} and ${members.length === 0 ? 'no errors' : 'errors'}: give ` +
      `its message and one error or more, new ExceptionGroup('several orders failed', [first, second])`,
  );
}
