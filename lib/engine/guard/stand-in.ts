/**
 * What a global is replaced by: a Proxy of it, which acts otherwise for workflow code only. Code that keeps a stand-in
 * has the real thing whenever no workflow code runs.
 *
 * Tested by: test/engine/guard.test.ts
 */
import { describeCaller } from '../../core/call-site.ts';
import { WorkflowCodeError } from '../../core/errors.ts';
import { current, outsideGuard } from './current-run.ts';

export type Callable = (...args: never[]) => unknown;

/** Makes the stand-in of a function. `live` returns the real function at the time of the call. */
export type StandIn = (real: Callable, live: () => Callable) => Callable;

export const IN_A_STEP = "put it in a step, as in yield* step('name', () => ...)";
const REPLAYED = 'Workflow code runs again at each replay, so it must not reach outside';

/** Throws in workflow code. Node's own code, such as what a lazy global loads, gets through. */
export function refused(name: string, advice: string): StandIn {
  return (real, live) => {
    const guarded: Callable = new Proxy(real, {
      apply: function apply(_real, self, args): unknown {
        if (!mayPass(apply)) throw forbidden(apply, `${name}()`, advice);
        return outsideGuard(() => Reflect.apply(live(), self, args) as unknown);
      },
      construct: function construct(_real, args, newTarget): object {
        if (!mayPass(construct)) throw forbidden(construct, `${name}()`, advice);
        const constructed = live();
        return outsideGuard(
          () => Reflect.construct(constructed, args, newTarget === guarded ? constructed : newTarget) as object,
        );
      },
    });
    return guarded;
  };
}

/** Answers workflow code, and whatever of Node's it calls, from the run. */
export function answered(answer: (this: unknown, ...args: never[]) => unknown): StandIn {
  return (real, live) =>
    new Proxy(real, {
      apply: (_real, self, args) => Reflect.apply(current === undefined ? live() : answer, self, args as never[]),
    });
}

/** Says nothing while a run replays. */
export const quiet: StandIn = (real, live) =>
  new Proxy(real, {
    apply: (_real, self, args) =>
      current?.replaying() === true ? undefined : outsideGuard(() => Reflect.apply(live(), self, args) as unknown),
  });

/** Whether the call of `trap` is to do what it does outside of runs. */
export function mayPass(trap: Callable): boolean {
  return current === undefined || isNodeCalling(trap);
}

/** Node's own files have names such as `node:internal/util`. */
function isNodeCalling(below: Callable): boolean {
  const { stackTraceLimit } = Error;
  const prepareStackTrace: unknown = Reflect.get(Error, 'prepareStackTrace');
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_error, sites) => sites;
    const holder: { stack?: NodeJS.CallSite[] } = {};
    Error.captureStackTrace(holder, below);
    return holder.stack?.[0]?.getFileName()?.startsWith('node:') ?? false;
  } catch {
    return false; // an Error that was frozen meanwhile
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
    Reflect.set(Error, 'prepareStackTrace', prepareStackTrace);
  }
}

/** `below` is the function of ours that was called: what called that one is named. */
export function forbidden(below: Callable, what: string, advice: string, reason = REPLAYED): WorkflowCodeError {
  const run = current;
  return outsideGuard(() => {
    const place = describeCaller(below);
    const at = place === undefined ? '' : ` (at ${place})`;
    return new WorkflowCodeError(
      'FORBIDDEN_GLOBAL',
      `${what} was used in workflow "${run?.workflow}", ${run?.codeLocation()}${at}. ${reason}: ${advice}`,
    );
  });
}
