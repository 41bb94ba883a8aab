/**
 * The run whose code is running right now: each guarded global asks for it, and is what it always was without one.
 *
 * Tested by: test/engine/guard.test.ts
 */

/** The run that answers. */
export interface GuardedRun {
  readonly workflow: string;
  readonly startedAtMs: number;
  nowMs(): number;
  random(): number;
  codeLocation(): string;
  /** Silences console. */
  replaying(): boolean;
}

/** Undefined while no workflow code runs. */
export let current: GuardedRun | undefined;

export function setCurrent(run: GuardedRun | undefined): void {
  current = run;
}

/** Runs code of lull's own, a logger's or the console's: in it, the globals are what they are outside of runs. */
export function outsideGuard<T>(code: () => T): T {
  const run = current;
  current = undefined;
  try {
    return code();
  } finally {
    current = run;
  }
}
