/** From what is stored back to the value. */
import type { Encoded } from '../core/encoded.ts';
import { ValueDecoder } from './value-decoder.ts';

export interface DecodeOptions {
  /**
   * What happens to an instance of a class that is not registered in this process. `refuse` (the default) raises an
   * error: a run must not go on with something else. `plain` is for those who only show or pass on: an error becomes
   * one of the nearest known class with its name, another instance becomes its data.
   */
  readonly unregistered?: 'refuse' | 'plain';
}

/**
 * The value, made anew at each call. Whatever it is given, it gives a value or raises UndecodableValueError:
 * `CORRUPT_DATA`, `NEWER_FORMAT`, `NEWER_NODE`, `UNREGISTERED_CLASS` or `FROM_DATA_FAILED`.
 */
export function decode(encoded: Encoded, options?: DecodeOptions): unknown {
  return new ValueDecoder(options?.unregistered ?? 'refuse').run(encoded);
}
