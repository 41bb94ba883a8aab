/**
 * Knows whose code is running, a run's or a step's, through all that follows from it: promises, timers, events.
 *
 * `stepContext()` finds its step by it. And an error that nothing has handled (a promise that was forgotten, a timer
 * that throws after its step has ended) finds the run or the step that left it behind: left to Node, it would end the
 * process, and with it the turns of other runs.
 *
 * Tested by: test/adversarial/promise-ends-the-worker.test.ts, test/adversarial/second-copy.test.ts
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { StepContext } from '../core/step.ts';
import { provideStepContext } from '../core/step-context.ts';
import { toError } from '../core/to-error.ts';

/** A run, or an attempt of a step. */
export interface CodeOwner {
  readonly step: StepContext | undefined;
  /** Takes an error that nothing has handled. */
  takeStray(error: Error): void;
}

// Of the global object, so that two copies of this module share it: each step finds its context in either of them.
const SLOT = Symbol.for('lull.code-owner');
const slot = globalThis as { [SLOT]?: AsyncLocalStorage<CodeOwner> | undefined };
const storage = (slot[SLOT] ??= new AsyncLocalStorage<CodeOwner>());
provideStepContext({ current: () => storage.getStore()?.step });

/** Runs code of a run or a step, and all that follows from it, as that owner's. */
export function asOwner<T>(owner: CodeOwner, code: () => T): T {
  return storage.run(owner, code);
}

/** Whose code is running. */
export function currentOwner(): CodeOwner | undefined {
  return storage.getStore();
}

const STRAY: ReadonlySet<unknown> = new Set(['unhandledRejection', 'uncaughtException']);
let isCatching = false;

/**
 * From now on an error that nothing has handled goes to the owner of the code that it comes from. One that has no owner
 * stays what it was: listeners hear of it, and without one Node ends the process. A listener of our own would not do:
 * those of the Lambda runtime, of a test framework or of the author would still be called.
 */
export function catchStrayErrors(): void {
  if (isCatching) return;
  isCatching = true;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the process as `this`
  const emit = process.emit as (...args: unknown[]) => boolean;
  const emitUnlessOwned = function (this: unknown, ...args: unknown[]): boolean {
    const owner = STRAY.has(args[0]) ? storage.getStore() : undefined;
    if (owner === undefined) return Reflect.apply(emit, this, args);
    owner.takeStray(toError(args[1]));
    return true;
  };
  process.emit = emitUnlessOwned as typeof process.emit;
}
