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
  if (isSurelySmall(encoded, Math.min(maxValueBytes, limits.valueBytes))) return;
  checkSize(what, encodedBytes(encoded), { limits, limit: 'valueBytes', mostBytes: maxValueBytes, advice });
}

/** Without writing it as text. As JSON, a character takes six bytes at most. */
function isSurelySmall(encoded: Encoded, mostBytes: number): boolean {
  if (typeof encoded === 'string') return 6 * encoded.length + 2 <= mostBytes;
  return (encoded === null || typeof encoded !== 'object') && mostBytes >= LONGEST_NUMBER;
}

const LONGEST_NUMBER = 25;
