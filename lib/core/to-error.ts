/** JavaScript code can throw any value; code that handles a failure needs an Error. */
import { describeValue } from './describe-value.ts';

/** The error itself; what is thrown and no Error gets wrapped: the message says what it was, `cause` keeps it. */
export function toError(thrown: unknown): Error {
  if (isError(thrown)) return thrown;
  return new Error(`${describeValue(thrown)} was thrown, which is no Error`, { cause: thrown });
}

/** Says whether a value is an Error, of this realm or another (a vm, a test runner). Never throws. */
export function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false;
  try {
    if (value instanceof Error) return true;
    // A foreign Error has the tag [object Error] by itself; with a toStringTag of its own anything may claim it.
    return Object.prototype.toString.call(value) === '[object Error]' && !(Symbol.toStringTag in value);
  } catch {
    return false; // a Proxy that throws
  }
}

const TEXT_LIMIT = 300;

/** What was thrown, in short: `TypeError: boom`, or in words what it is. Never throws. */
export function describeThrown(thrown: unknown): string {
  try {
    if (isError(thrown)) return `${thrown.name}: ${thrown.message}`.slice(0, TEXT_LIMIT);
  } catch {
    // a getter that throws: say what it is
  }
  return describeValue(thrown);
}

/** The message of an error, or a description of what is in its place when it is no text. Never throws. */
export function messageOf(error: Error): string {
  try {
    const message: unknown = error.message;
    return typeof message === 'string' ? message : `(a message that is no text: ${describeValue(message)})`;
  } catch (thrown) {
    return `(its message cannot be read: ${describeThrown(thrown)})`;
  }
}

/** A property of an error as it is, undefined if reading it throws. */
export function readQuietly(error: object, key: string): unknown {
  try {
    return (error as Readonly<Record<string, unknown>>)[key];
  } catch {
    return undefined;
  }
}
