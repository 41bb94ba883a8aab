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

/**
 * As in `checkout.ts:12:5`: the first line of code above `below`, the function of ours that was called, past Node's own
 * functions. Undefined where the platform cannot say. For errors: it costs more than `captureCallSite`.
 */
export function describeCaller(below: Callable): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = CALLER_FRAMES;
  const holder: { stack?: unknown } = {};
  captureStackTrace?.(holder, below);
  const { stack } = holder; // the hook that source maps come by runs here
  Error.stackTraceLimit = limit;
  if (typeof stack !== 'string') return undefined;
  return stack
    .split('\n')
    .filter((line) => line.startsWith('    at ') && !NODES_OWN.test(line))
    .map(locationOf)
    .find((location) => location !== undefined);
}

const CALLER_FRAMES = 30;
const NODES_OWN = /[( ]node:/;

const NOWHERE: CallSite = { describe: () => undefined };

/** Of a line such as `    at work (file:///home/me/checkout.ts:12:5)`, the file and what follows. */
function place(stack: string | undefined, skip: number): string | undefined {
  const line = stack?.split('\n').filter((text) => text.startsWith('    at '))[skip];
  return locationOf(line ?? '');
}

/** A function without a name may be called `<anonymous>`; what stands there in place of a file has no line. */
function locationOf(line: string): string | undefined {
  return /([^/\\(<\s]+:\d+:\d+)\)?$/.exec(line)?.[1];
}
