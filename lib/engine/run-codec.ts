/**
 * What a run's code stores, and reads again: values on their way in and out, checked by the limits of the store.
 *
 * Tested by: test/engine/step-values.test.ts, test/engine/continue-as-new.test.ts, test/entity/calls.test.ts
 */
import { decode } from '../codec/decode.ts';
import { encodeError } from '../codec/encode-error.ts';
import { encode, encodedBytes } from '../codec/encode.ts';
import type { Encoded } from '../core/encoded.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { toError } from '../core/to-error.ts';
import { validOrThrow } from '../core/validate.ts';
import type { WorkflowDefinition } from '../core/workflow.ts';
import { checkInputSize } from '../ports/content-limits.ts';
import type { LiveRunOptions } from '../scheduler/live-run.ts';
import { checkValueSize } from './check-value-size.ts';
import { digestArguments } from './digest-arguments.ts';
import { encodeResult } from './encode-result.ts';
import { outsideGuard } from './guard.ts';
import type { Engine } from './settings.ts';

type Codec = Pick<
  LiveRunOptions,
  'nextInput' | 'decode' | 'encode' | 'encodeToKeep' | 'checkResult' | 'encodeError' | 'digestArguments'
>;

export function codecOf(engine: Engine, definition: WorkflowDefinition): Codec {
  return {
    nextInput: (value) => toNextInput(engine, definition, value),
    decode: (encoded) => decode(encoded),
    encode: (value, what) => outsideGuard(() => encode(value, what)),
    encodeToKeep: (value, what) => encodeToKeep(engine, value, what),
    checkResult: (value) => void outsideGuard(() => encodeResult(engine, definition.name, value)),
    encodeError: (thrown, what) => outsideGuard(() => encodeError(toError(thrown), what)),
    digestArguments,
  };
}

/** As a start takes it: checked by the schema of this code, and not larger than an input may be. */
function toNextInput(
  { store }: Engine,
  { name, inputSchema, isUnbounded }: WorkflowDefinition,
  value: unknown,
): Encoded {
  if (isUnbounded) {
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `workflow "${name}" has an unbounded history, and cannot continue as new: its journal does not grow. Go on in a ` +
        `loop, or take its history option away`,
    );
  }
  const what = `the input of continueAsNew() of workflow "${name}"`;
  const given = validOrThrow(inputSchema, value, what);
  return outsideGuard(() => {
    const encoded = encode(given, what);
    checkInputSize(what, encodedBytes(encoded), store.limits);
    return encoded;
  });
}

/** What is not larger than a result may be, nor than an input. */
function encodeToKeep(engine: Engine, value: unknown, what: string): Encoded {
  return outsideGuard(() => {
    const encoded = encode(value, what);
    checkInputSize(what, encodedBytes(encoded), engine.store.limits);
    checkValueSize(engine, encoded, { what, advice: 'keep a part of it, or a key to it' });
    return encoded;
  });
}
