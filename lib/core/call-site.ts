/** Where an author's code called one of ours: taken cheaply at the call, put into words only when it is needed. */

export interface CallSite {
  /** As in `checkout.ts:12:5`; undefined where the platform cannot say. */
  readonly describe: () => string | undefined;
}

// V8's; elsewhere there are no call sites.
const { captureStackTrace } = Error as { captureStackTrace?: (holder: object, below: Callable) => void };

type Callable = (...args: never[]) => unknown;

/**
 * The call of `below`, the function of ours that was called. With `skip`, that of the function `skip` levels above it.
 */
export function captureCallSite(below: Callable, skip = 0): CallSite {
  if (captureStackTrace === undefined) return NOWHERE;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = skip + 1;
  const holder: { stack?: string } = {};
  captureStackTrace(holder, below);
  Error.stackTraceLimit = limit;
  return { describe: () => place(holder.stack, skip) };
}

const NOWHERE: CallSite = { describe: () => undefined };

/** Of a line such as `    at work (file:///home/me/checkout.ts:12:5)`, the file and what follows. */
function place(stack: string | undefined, skip: number): string | undefined {
  const line = stack?.split('\n').filter((text) => text.startsWith('    at '))[skip];
  return /([^/\\(\s]+:\d+:\d+)\)?$/.exec(line ?? '')?.[1];
}
