/** Where an author's code called one of ours: captured cheaply at the call, described only when it is needed. */

export interface CallSite {
  /** V8 builds the text when it is first read. Undefined where the platform has no call sites. */
  readonly stack?: string;
  /** How many lines of the stack are above the call. */
  readonly skip: number;
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
  const site = {} as { skip: number; stack?: string }; // V8 reserves room in an object that begins empty
  site.skip = skip;
  captureStackTrace(site, below);
  Error.stackTraceLimit = limit;
  return site;
}

/** As in `checkout.ts:12:5`; undefined where the platform cannot say. */
export function describeCallSite({ stack, skip }: CallSite): string | undefined {
  const line = stack?.split('\n').filter((text) => text.startsWith('    at '))[skip];
  return locationOf(line ?? '');
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

/** All calls that lead here, for `authorsLines`. It costs more than `captureCallSite`. */
export function captureCalls(): CallSite {
  return captureCallSite(captureCalls, CALLER_FRAMES);
}

/**
 * The lines of the author's code among the calls of `captureCalls`, within one task, the innermost first. Undefined where
 * they look as ours do: in a file with both, and no source map.
 */
export function authorsLines({ stack }: CallSite): readonly string[] | undefined {
  const ours = (ourFolder ??= findOurFolder());
  if (ours === '' || stack === undefined) return undefined;
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  const taskAt = frames.findIndex((line) => line.includes(`${ours}scheduler/coroutine-task.`));
  return frames
    .slice(0, taskAt === -1 ? undefined : taskAt)
    .filter((line) => !line.includes(ours) && !NODES_OWN.test(line))
    .flatMap((line) => locationOf(line) ?? []);
}

/** Where the files of lull are, as stacks name them; `''` if those do not say. Found once. */
// eslint-disable-next-line no-restricted-syntax -- it never changes in a process: a cache
let ourFolder: string | undefined;

function findOurFolder(): string {
  const line = captureCalls()
    .stack?.split('\n')
    .find((text) => text.startsWith('    at '));
  const end = line?.search(/core[/\\]call-site\.[jt]s:/) ?? -1;
  if (line === undefined || end === -1) return '';
  const before = line.slice(0, end);
  return before.slice(Math.max(before.lastIndexOf(' '), before.lastIndexOf('(')) + 1);
}

const CALLER_FRAMES = 30;
const NODES_OWN = /[( ]node:/;

const NOWHERE: CallSite = { skip: 0 };

/**
 * The file and position in a line such as `    at work (file:///home/me/checkout.ts:12:5)`. A function without a name
 * may be shown as `<anonymous>`, and has no position then.
 */
function locationOf(line: string): string | undefined {
  return /([^/\\(<\s]+:\d+:\d+)\)?$/.exec(line)?.[1];
}
