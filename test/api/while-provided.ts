/** Code that runs as in the body of a step, without an engine. */
import { provideStepContext, type StepContextProvider } from '../../lib/core/step-context.ts';
import type { StepContext } from '../../lib/core/step.ts';

const SLOT = Symbol.for('lull.step-context');
const slot = globalThis as { [SLOT]?: StepContextProvider | undefined };

export function whileProvided(context: StepContext, code: () => void): void {
  const before = slot[SLOT];
  provideStepContext({ current: () => context });
  try {
    code();
  } finally {
    slot[SLOT] = before;
  }
}
