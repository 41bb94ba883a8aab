/**
 * The hook that puts stacks into words, where the process has one, as source-map-support is: it reads files and
 * process.env whenever code reads the stack of an error. It has no part in what a run does, so the guard is down for it.
 *
 * Tested by: test/engine/guard.test.ts
 */
import { outsideGuard } from './current-run.ts';

type Hook = NonNullable<typeof Error.prepareStackTrace>;

/** Node's own is left where it is: with any other one, Node applies no source maps. */
const OF_NODE = 'ErrorPrepareStackTrace';

let hook: Hook | undefined;

const hookOutside: Hook = (error, sites) => outsideGuard(() => hook?.(error, sites) as unknown);

export const stackHook = {
  up(): void {
    const installed = Reflect.get(Error, 'prepareStackTrace') as Hook | undefined;
    if (installed === undefined || installed.name === OF_NODE) return;
    hook = installed;
    Error.prepareStackTrace = hookOutside;
  },

  down(): void {
    if (Error.prepareStackTrace === hookOutside) Reflect.set(Error, 'prepareStackTrace', hook);
  },
};
