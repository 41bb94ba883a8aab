/**
 * The context of the step whose body is running. The engine, which runs steps, registers how to find it.
 *
 * The pure zone knows no AsyncLocalStorage, so the owner of one registers here. The slot is on the global object,
 * so that two copies of this module in one bundle share it.
 */
import type { StepContext } from './step.ts';

export interface StepContextProvider {
  current(): StepContext | undefined;
}

const SLOT = Symbol.for('lull.step-context');
const slot = globalThis as { [SLOT]?: StepContextProvider };

/** Called once by the engine. */
export function provideStepContext(provider: StepContextProvider): void {
  slot[SLOT] = provider;
}

/** The context of the step whose body is running, or undefined outside of a step. */
export function currentStepContext(): StepContext | undefined {
  return slot[SLOT]?.current();
}
