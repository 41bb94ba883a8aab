/** Lets `stepContext()` find the step whose body is running, through all that the body awaits. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { StepContext } from '../core/step.ts';
import { provideStepContext } from '../core/step-context.ts';

const storage = new AsyncLocalStorage<StepContext>();
provideStepContext({ current: () => storage.getStore() });

/** Runs the body of a step, and all that follows from it, with this context. */
export function withStepContext<T>(context: StepContext, body: () => T): T {
  return storage.run(context, body);
}
