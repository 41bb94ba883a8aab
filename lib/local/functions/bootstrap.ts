/**
 * Runs first in a function's process, before aws-lambda-ric: gives that its native part, and the process the time of the
 * clock that may be moved. It is made into one CommonJS file for `node --require`, and imports nothing but node itself.
 */
import Module from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { offsetHeader, offsetVariable } from '../time/clock-offset.ts';
import { moveDate } from '../time/moved-date.ts';
import { createNativeClient, type NativeClient } from './native-client.ts';

/** As aws-lambda-ric asks for it. It is compiled when that is installed, which needs a compiler and minutes. */
const NATIVE_PART = './rapid-client.node';

const setOffset = moveDate();

// A thread that the function starts gets the time, and no Runtime API.
if (isMainThread) {
  setOffset(Number(process.env[offsetVariable] ?? 0));
  Reflect.deleteProperty(process.env, offsetVariable); // Lambda has no such variable
  provideNativePart(
    createNativeClient(process.env['AWS_LAMBDA_RUNTIME_API'] ?? '', (headers) =>
      setOffset(Number(headers[offsetHeader] ?? 0)),
    ),
  );
}

function provideNativePart(client: NativeClient): void {
  const loader = Module as unknown as { _load: (request: string, ...rest: unknown[]) => unknown };
  const load = loader._load;
  loader._load = (request, ...rest) => (request === NATIVE_PART ? client : load(request, ...rest));
}
