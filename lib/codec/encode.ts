/** From a value to what is stored of it. The value is copied: changing it later changes nothing that is stored. */
import type { Encoded } from '../core/encoded.ts';
import { MAX_DEPTH, MAX_OBJECTS } from './format.ts';
import { ValueEncoder } from './value-encoder.ts';

const LIMITS = { depth: MAX_DEPTH, objects: MAX_OBJECTS, message: Infinity };

/**
 * The stored form of a value. Plain objects and arrays, and what format.ts lists, keep their types, and objects that
 * stand at several places their identity. Getters are read; what is not enumerable, frozen or sealed does not count;
 * views of one buffer become independent; `toJSON` is not asked.
 *
 * What cannot be stored raises UnserializableValueError. `where` begins its message: 'the result of step "charge"'.
 */
export function encode(value: unknown, where: string): Encoded {
  return new ValueEncoder(where, LIMITS).run(value) as Encoded;
}

/** How many bytes it takes as JSON text. */
export function encodedBytes(encoded: Encoded): number {
  return Buffer.byteLength(JSON.stringify(encoded));
}
