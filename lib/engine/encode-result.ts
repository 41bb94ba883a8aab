/**
 * The result of a run as it is stored.
 *
 * Tested by: test/engine/run-end.test.ts, test/engine/turns.test.ts
 */
import { encode } from '../codec/encode.ts';
import type { Encoded } from '../core/encoded.ts';
import { checkValueSize } from './check-value-size.ts';
import type { Engine } from './settings.ts';

/** Throws what keeps the value from being stored as the result. */
export function encodeResult(engine: Engine, workflow: string, value: unknown): Encoded {
  const what = `the result of workflow "${workflow}"`;
  const result = encode(value, what);
  checkValueSize(engine, result, { what, advice: 'return a key to it' });
  return result;
}
