import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { encode } from '../../lib/codec/encode.ts';
import { encodeError } from '../../lib/codec/encode-error.ts';
import { FORMAT_VERSION } from '../../lib/codec/format.ts';
import type { Encoded } from '../../lib/core/encoded.ts';
import { expectSame } from '../codec/same.ts';
import { failuresV1, valuesV1 } from './values-v1.ts';

interface Golden {
  readonly formatVersion: number;
  readonly values: Readonly<Record<string, Encoded>>;
  readonly failures: Readonly<Record<string, Encoded>>;
}

// Once in somebody's table, always readable: this file is never edited. A new form gets a file of its own.
const golden = JSON.parse(readFileSync(new URL('values-v1.json', import.meta.url), 'utf8')) as Golden;

describe('values that were stored with format version 1', () => {
  it('are those of the version that is written today', () => {
    expect(golden.formatVersion).toBe(FORMAT_VERSION);
    expect(Object.keys(golden.values)).toEqual(Object.keys(valuesV1));
    expect(Object.keys(golden.failures)).toEqual(Object.keys(failuresV1));
  });

  it.each(Object.keys(valuesV1))('are read today: %s', (name) => {
    const back = decode(golden.values[name] as Encoded);
    if (name === 'Error of an unregistered class') {
      expect(back).toMatchObject({ name: 'Unregistered', message: 'too many', limit: 3 });
      expect(Object.getPrototypeOf(back)).toBe(RangeError.prototype);
    } else {
      expectSame(back, valuesV1[name]);
    }
  });

  it.each(Object.keys(valuesV1))('are written today as they were: %s', (name) => {
    expect(JSON.stringify(encode(valuesV1[name], 'the value'))).toBe(JSON.stringify(golden.values[name]));
  });

  it.each(Object.keys(failuresV1))('are recorded today as they were: %s', (name) => {
    const stored = JSON.stringify(golden.failures[name]);
    expect(JSON.stringify(encodeError(failuresV1[name], 'the failure'))).toBe(stored);
    expect(JSON.stringify(encodeError(decode(golden.failures[name] as Encoded), 'the failure'))).toBe(stored);
  });

  it('keep the frames of an error below its name and message', () => {
    const back = decode(golden.values['Error'] as Encoded) as Error;
    expect(back.stack).toBe('Error: boom\n    at charge (file:///app/steps.js:1:2)\n    at file:///app/main.js:3:4');
  });
});
