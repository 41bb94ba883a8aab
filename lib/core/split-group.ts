/** Takes groups of errors apart, as Python's `BaseExceptionGroup` does: what matches, and what does not. */
import { describeValue } from './describe-value.ts';

/** A class of errors. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a constructor takes does not matter
export type ErrorClass = abstract new (...args: any[]) => Error;

/** Which errors are meant: those of a class, or of one of several; or those for which a function says yes. */
export type ErrorCondition = ErrorClass | readonly ErrorClass[] | ((error: Error) => boolean);

/** What of a group is looked at. A member that is a group itself is taken apart in turn. */
export interface Group {
  readonly errors: readonly Error[];
  /** A group like this one, of these errors. */
  readonly derive: (errors: Error[]) => Error;
}

/** The two parts; undefined for one that is empty. `groupOf`: the group that an error is, if it is one. */
export function splitGroup(
  error: Error,
  matches: (error: Error) => boolean,
  groupOf: (error: Error) => Group | undefined,
): [matching: Error | undefined, rest: Error | undefined] {
  if (matches(error)) return [error, undefined];
  const group = groupOf(error);
  if (group === undefined) return [undefined, error];
  const parts = group.errors.map((member) => splitGroup(member, matches, groupOf));
  const partOf = (index: 0 | 1): Error | undefined => {
    const errors = parts.map((part) => part[index]).filter((part) => part !== undefined);
    return errors.length === 0 ? undefined : group.derive(errors);
  };
  return [partOf(0), partOf(1)];
}

/** As a function; undefined for a value that is no condition. */
export function toPredicate(condition: unknown): ((error: Error) => boolean) | undefined {
  if (isErrorClass(condition)) return (error) => error instanceof condition;
  if (Array.isArray(condition)) {
    const classes: unknown[] = condition;
    return classes.every(isErrorClass) ? (error) => classes.some((one) => error instanceof one) : undefined;
  }
  return typeof condition === 'function'
    ? (error) => Boolean((condition as (error: Error) => unknown)(error))
    : undefined;
}

export function describeCondition(condition: unknown): string {
  return Array.isArray(condition) ? 'an array with something else than classes' : describeValue(condition);
}

function isErrorClass(value: unknown): value is ErrorClass {
  if (typeof value !== 'function') return false;
  // A class of another realm does not extend our Error; called as a function it would throw.
  return (
    value === Error || value.prototype instanceof Error || Function.prototype.toString.call(value).startsWith('class')
  );
}
