/**
 * Refuses values that the engine is not to store, with a PayloadTooLargeError.
 *
 * Tested by: test/engine/step-values.test.ts, test/engine/update-failures.test.ts
 */
import { encodedBytes } from '../codec/encode.ts';
import type { Encoded } from '../core/encoded.ts';
import { checkSize } from '../ports/content-limits.ts';
import type { Engine } from './settings.ts';

/** `what` names it, as in `the result of step "charge"`; `advice` is for one that is too large, as in `return a key to it`. */
export function checkValueSize(
  { maxValueBytes, store: { limits } }: Engine,
  encoded: Encoded,
  { what, advice }: { readonly what: string; readonly advice: string },
): void {
  checkSize(what, encodedBytes(encoded), { limits, limit: 'valueBytes', mostBytes: maxValueBytes, advice });
}
