import { decode } from '../../lib/codec/decode.ts';
import { encode } from '../../lib/codec/encode.ts';
import type { Encoded } from '../../lib/core/encoded.ts';

/** Through the text that a table would hold. */
export function roundTrip<T>(value: T): T {
  return decode(parsed(stored(value))) as T;
}

export function stored(value: unknown): string {
  return JSON.stringify(encode(value, 'the value'));
}

export function parsed(text: string): Encoded {
  return JSON.parse(text) as Encoded;
}
