/**
 * The guard around workflow code: while it runs, and only then, the globals that would make a replay differ answer
 * from the run, and those that reach outside throw.
 *
 * Workflow code runs without a gap, so swapping globals before and after is exact: no other code can see it. What cannot
 * be swapped cheaply is replaced once, by what acts otherwise for workflow code only. What is imported (`node:fs`) is
 * out of reach here; a lint rule catches it. Keeps I4: a replay does what the first time did.
 *
 * Tested by: test/engine/guard.test.ts, test/engine/guarded-globals.test.ts
 */
import { LullError } from '../core/errors.ts';
import { mayChange } from '../core/reading.ts';
import { current, setCurrent, type GuardedRun } from './guard/current-run.ts';
import { stackHook } from './guard/stack-hook.ts';
import { frozenPlaces, putUpForGood } from './guard/standing.ts';
import { globalSwap } from './guard/swapped-globals.ts';
import { propertySwap } from './guard/swapped-properties.ts';

export { outsideGuard, type GuardedRun } from './guard/current-run.ts';

let isPrepared = false;
let isUp = false;

/** The run, for code of it that may only read: it draws no random numbers, and is heard. */
export function readingRun(run: GuardedRun): GuardedRun {
  return { ...run, replaying: () => false, random: refuseToDraw };
}

/** `Math.random()` and its like; `random()` of lull is refused where it is called. */
function refuseToDraw(): number {
  mayChange('a function that draws random numbers');
  return 0;
}

/** Runs workflow code with the guard up. Whatever it throws, the globals are back afterwards. */
export function withGuard<T>(run: GuardedRun, code: () => T): T {
  const before = current;
  const wasUp = isUp;
  if (!wasUp) putUp();
  setCurrent(run);
  try {
    return code();
  } finally {
    setCurrent(before);
    if (!wasUp) takeDown();
  }
}

/**
 * Makes ready what can be. A LullError `GLOBALS_FROZEN` where globals cannot be replaced, as with
 * `node --frozen-intrinsics`: better than a guard that is half up.
 */
export function prepareGuard(): void {
  if (isPrepared) return;
  globalSwap.prepare();
  propertySwap.prepare();
  refuseFrozen([...globalSwap.frozen(), ...propertySwap.frozen(), ...frozenPlaces()]);
  putUpForGood();
  isPrepared = true;
}

function putUp(): void {
  prepareGuard();
  globalSwap.remember();
  propertySwap.remember();
  isUp = true;
  try {
    globalSwap.up();
    propertySwap.up();
    stackHook.up();
  } catch (error) {
    takeDown();
    refuseFrozen([...globalSwap.frozen(), ...propertySwap.frozen()]);
    throw error;
  }
}

function takeDown(): void {
  isUp = false;
  stackHook.down();
  try {
    globalSwap.down();
    propertySwap.down();
  } catch {
    // Workflow code has frozen something. A stand-in that stays does, without a run, what the original does.
    globalSwap.downOneByOne();
    propertySwap.downOneByOne();
  }
}

function refuseFrozen(frozen: readonly string[]): void {
  if (frozen.length === 0) return;
  throw new LullError(
    'GLOBALS_FROZEN',
    `workflow code cannot be guarded in this process: ${frozen.slice(0, 5).join(', ')}${frozen.length > 5 ? ', ...' : ''} ` +
      `cannot be replaced while it runs. Start Node without --frozen-intrinsics, and freeze no globals`,
  );
}
