import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonError } from '../../lib/http/json-error.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('findJsonError', () => {
  it.each([
    ['{"a": x}', 'line 1, column 7 (position 6) has "x", expected a value'],
    ['{"a":1,}', 'line 1, column 8 (position 7) has "}", expected a property name in double quotes'],
    ['{a:1}', 'line 1, column 2 (position 1) has "a", expected a property name in double quotes or "}"'],
    ["{'a':1}", `line 1, column 2 (position 1) has "'", expected a property name in double quotes or "}"`],
    ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3 (position 13) has "\\"b\\"", expected "," or "}"'],
    ['{"a" 1}', 'line 1, column 6 (position 5) has "1", expected ":"'],
    ['[1, 2', 'it ends where "," or "]" should follow'],
    ['{"a":', 'it ends where a value should follow'],
    ['[1 2]', 'line 1, column 4 (position 3) has "2", expected "," or "]"'],
    ['[1,]', 'line 1, column 4 (position 3) has "]", expected a value'],
    ['{} {}', 'line 1, column 4 (position 3) has "{", expected nothing more'],
    ['undefined', 'line 1, column 1 (position 0) has "undefined", expected a value'],
    ['NaN', 'line 1, column 1 (position 0) has "NaN", expected a value'],
    ['[01]', 'line 1, column 2 (position 1) has "01", expected a value or "]"'],
    ['"a\nb"', 'line 1, column 1 (position 0) has "\\"a", expected a value'],
    ['{]', 'line 1, column 2 (position 1) has "]", expected a property name in double quotes or "}"'],
    ['', 'it ends where a value should follow'],
    ['😀', 'line 1, column 1 (position 0) has "😀", expected a value'],
  ])('of %j', (text, message) => {
    expect(findJsonError(text)).toBe(message);
  });

  it('finds an error exactly where JSON.parse finds one', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '.5',
      'e3',
      'true',
      'nul',
      ' ',
      '\n',
      'l',
    ];
    const text = fc.oneof(
      fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join('')),
      fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...pieces)).map(([json, at, piece]) => {
        const place = at % (json.length + 1);
        return json.slice(0, place) + piece + json.slice(place + 1);
      }),
      fc.json(),
    );
    fc.assert(
      fc.property(text, (json) => {
        expect(findJsonError(json) === undefined).toBe(isJson(json));
      }),
      { numRuns: 3_000 },
    );
  });

  it('copes with texts as large as a body may be', () => {
    expect(findJsonError('['.repeat(262_144))).toBe('it ends where a value or "]" should follow');
    expect(findJsonError(`"${'x'.repeat(262_142)}"x`)).toContain('(position 262144) has "x", expected nothing more');
  });
});
