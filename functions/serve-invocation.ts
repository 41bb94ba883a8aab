/** What every invocation has around it: its keys in the log, and an error that shows no more than a log may have. */
import { toError } from '../lib/core/to-error.ts';
import type { HandlerContext } from '../lib/lambda/handler-context.ts';
import { keysOf, withScope } from '../lib/lambda/scope.ts';
import { showError, type ShownError } from '../lib/lambda/shown-error.ts';

export async function serveInvocation<T>(context: HandlerContext | undefined, call: () => Promise<T>): Promise<T> {
  const serve = async (): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw toBareError(showError(toError(error)));
    }
  };
  return withScope(keysOf(context), serve, context);
}

/** Lambda logs what an invocation throws, with all that is on it: an item of the table may be. */
function toBareError({ name, message, code, stack, cause }: ShownError): Error {
  const error = new Error(message, cause && { cause: toBareError(cause) });
  Object.defineProperty(error, 'name', { value: name, configurable: true });
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code });
}
