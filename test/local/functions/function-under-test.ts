import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Invocation } from '../../../lib/local/functions/invocation.ts';
import { createFunction, type LocalFunction, type FunctionOptions } from '../../../lib/local/functions/function.ts';
import type { CloudEvent } from '../../../lib/local/cloud-event.ts';
import type { FunctionResource } from '../../../lib/local/resources.ts';
import { SystemClock } from '../../../lib/memory/system-clock.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { functionOf } from './lambda-function.ts';

export interface LambdaUnderTest {
  readonly lambda: LocalFunction;
  /** Gives what the handler gave. Throws if it did not succeed. */
  call(event: unknown, qualifier?: string): Promise<unknown>;
  readonly notices: CloudEvent[];
  ofKind<K extends CloudEvent['kind']>(kind: K): Extract<CloudEvent, { kind: K }>[];
}

export interface LambdaUnderTestOptions extends Partial<Omit<FunctionOptions, 'function'>> {
  readonly function?: Partial<FunctionResource>;
}

/** A function whose `index.mjs` is that code. It is stopped when the test is over. */
export function lambdaOf(code: string, options: LambdaUnderTestOptions = {}): LambdaUnderTest {
  const codePath = temporaryFolder();
  writeFileSync(join(codePath, 'index.mjs'), code);
  const notices: CloudEvent[] = [];
  const lambda = createFunction({
    region: 'eu-west-1',
    clock: new SystemClock(),
    environment: () => ({}),
    report: (notice) => notices.push(notice),
    ...options,
    function: { ...functionOf(codePath), ...options.function },
  });
  onTestFinished(() => lambda.stop(0));
  return {
    lambda,
    notices,
    call: async (event, qualifier) =>
      resultOf(await lambda.invoke(JSON.stringify(event), qualifier === undefined ? {} : { qualifier })),
    ofKind: (kind) => notices.filter((notice) => notice.kind === kind) as never,
  };
}

export function resultOf(invocation: Invocation): unknown {
  if (invocation.kind !== 'succeeded') throw new Error(`it did not succeed: ${JSON.stringify(invocation)}`);
  return JSON.parse(invocation.payload);
}

/** What Lambda says of one that failed. Throws if it did not fail. */
export function errorOf(invocation: Invocation): { errorType: string; errorMessage: string; trace?: string[] } {
  if (invocation.kind !== 'failed') throw new Error(`it did not fail: ${JSON.stringify(invocation)}`);
  return JSON.parse(invocation.payload) as { errorType: string; errorMessage: string };
}
