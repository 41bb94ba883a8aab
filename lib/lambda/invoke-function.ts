/** Invokes another Lambda function for a remote step, and does not wait for what it does. */
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { LullError } from '../core/errors.ts';
import type { InvokeFunction } from '../ports/run-operations.ts';

/** `client`: default one with the region, credentials and endpoint of the environment. */
export function createFunctionInvoker(client?: LambdaClient): InvokeFunction {
  let opened = client;
  return async (functionName, call) => {
    // Loaded when it is needed: it would make each cold start longer.
    const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
    opened ??= new LambdaClient({
      requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
    });
    const command = new InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'Event',
      Payload: JSON.stringify(call),
    });
    try {
      await opened.send(command);
    } catch (error) {
      throw toLullError(functionName, error as Error);
    }
  };
}

/** What is worth another try, and what is not. */
function toLullError(functionName: string, cause: Error): LullError {
  const { name, message } = cause;
  if (name === 'ResourceNotFoundException') {
    return new LullError('FUNCTION_NOT_FOUND', `there is no function "${functionName}": deploy it, or check the name`, {
      cause,
    });
  }
  if (name === 'AccessDeniedException') {
    const advice = 'let the worker do so, as with fn.grantInvoke(engine.worker)';
    return new LullError('FUNCTION_REFUSED', `the worker may not invoke function "${functionName}": ${advice}`, {
      cause,
    });
  }
  if (name === 'InvalidRequestContentException' || name === 'RequestTooLargeException') {
    return new LullError('FUNCTION_REFUSED', `function "${functionName}" was not invoked: ${message}`, { cause });
  }
  return new LullError('FUNCTION_UNAVAILABLE', `function "${functionName}" was not invoked: ${name}: ${message}`, {
    cause,
  });
}
