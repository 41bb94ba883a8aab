import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { encode } from '../../lib/codec/encode.ts';
import { FORMAT_VERSION } from '../../lib/codec/format.ts';
import type { Encoded } from '../../lib/core/encoded.ts';
import { expectSame } from '../codec/same.ts';
import { makeSuppressedError } from './suppressed-error-v1.ts';

// Written on Node 24, and never edited.
const text = readFileSync(new URL('suppressed-error-v1.json', import.meta.url), 'utf8');
const golden = JSON.parse(text) as { formatVersion: number; value: Encoded };
const { SuppressedError } = globalThis as { SuppressedError?: Parameters<typeof makeSuppressedError>[0] };

it('a SuppressedError of format version 1 is read with both errors, and written as it was, on each Node', () => {
  expect(golden.formatVersion).toBe(FORMAT_VERSION);
  const back = decode(golden.value) as Error & { error: Error; suppressed: Error };
  expect(String(back)).toBe('SuppressedError: both failed');
  expect(back.error).toBeInstanceOf(RangeError);
  expect(back.suppressed).toBeInstanceOf(TypeError);
  expect(back.suppressed.cause).toBe(back.error);
  expect(JSON.stringify(encode(back, 'it'))).toBe(JSON.stringify(golden.value));
  if (SuppressedError === undefined) return; // this Node has none of its own
  const own = makeSuppressedError(SuppressedError);
  expect(JSON.stringify(encode(own, 'it'))).toBe(JSON.stringify(golden.value));
  expectSame(back, own);
});
