/** The functions that carry out remote steps, in a test: mocks, which answer by the callback as the real ones do. */
import type { Client } from '../client/client.ts';
import { LullError } from '../core/errors.ts';
import type { InvokeFunction, RemoteCall } from '../ports/run-operations.ts';
import { promisesToGoOn } from './real-time.ts';
import type { StepBodies } from './step-bodies.ts';

/**
 * A function that answers soon has answered before its invocation is recorded: a run must take that too. One that takes
 * its time answers when it is done.
 */
export function createRemoteFunctions(bodies: StepBodies, client: () => Client): InvokeFunction {
  return async (functionName, { step, payload, token }) => {
    if (!bodies.hasMock(step)) throw notMocked(step, functionName);
    const answered = carryOut(bodies, client, { step, payload, token });
    answered.catch(() => undefined); // it is thrown below, if it comes in time
    await Promise.race([answered, promisesToGoOn()]);
  };
}

async function carryOut(
  bodies: StepBodies,
  client: () => Client,
  { step, payload, token }: Pick<RemoteCall, 'step' | 'payload' | 'token'>,
): Promise<void> {
  let answer: () => Promise<string>;
  try {
    const value = await bodies.callMock(step, payload);
    answer = () => client().completeCallback(token, value);
  } catch (error) {
    answer = () => client().failCallback(token, error);
  }
  try {
    await answer();
  } catch (error) {
    if (!(error instanceof LullError) || !TOO_LATE.has(error.code)) throw error;
  }
}

/** It was invoked twice, or its time is up: nothing waits for its answer. */
const TOO_LATE: ReadonlySet<string> = new Set(['CALLBACK_DONE', 'INVALID_TOKEN', 'RUN_ENDED']);

function notMocked(step: string, functionName: string): LullError {
  return new LullError(
    'FUNCTION_NOT_FOUND',
    `function "${functionName}" is not here: mock remote step "${step}", as in engine.mockStep('${step}', (payload) => ...)`,
  );
}
