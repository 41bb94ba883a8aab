import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { encode } from '../../lib/codec/encode.ts';
import { UndecodableValueError } from '../../lib/core/errors.ts';
import { parsed, stored } from './round-trip.ts';

function refusal(text: string): UndecodableValueError {
  try {
    decode(parsed(text));
  } catch (error) {
    if (error instanceof UndecodableValueError) return error;
    throw error;
  }
  throw new Error(`it was read: ${text}`);
}

describe('keys that pollute are properties like any other', () => {
  const key = fc.constantFrom('__proto__', 'constructor', 'prototype', '$', 'toString', 'polluted');

  it('in plain objects that lull has not written', () => {
    const back = decode(parsed('{"__proto__":{"polluted":1},"a":{"__proto__":{"polluted":2}}}')) as { a: object };
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(back.a)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(back, '__proto__')?.value).toEqual({ polluted: 1 });
    expect('polluted' in back).toBe(false);
  });

  it.each(['Object', 'NullObject', 'Array'])('in what is tagged %s', (tag) => {
    const length = tag === 'Array' ? '"length":0,' : '';
    const back = decode(parsed(`{"$":"${tag}",${length}"v":[["__proto__",{"polluted":1}]]}`)) as object;
    expect(Object.getOwnPropertyDescriptor(back, '__proto__')?.value).toEqual({ polluted: 1 });
    expect('polluted' in back).toBe(false);
  });

  it('in the own properties of an error', () => {
    for (const own of ['{"__proto__":{"polluted":1}}', '{"$":"Object","v":[["__proto__",{"polluted":1}]]}']) {
      const back = decode(parsed(`{"$":"Error","class":"Error","own":${own}}`)) as object;
      expect(back).toBeInstanceOf(Error);
      expect('polluted' in back).toBe(false);
    }
  });

  it('as the names of tags, classes and registered names', () => {
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
      expect(refusal(`{"$":"${name}","v":1}`).code).toBe('NEWER_FORMAT');
      expect(refusal(`{"$":"Error","class":"${name}"}`).code).toBe('NEWER_FORMAT');
      expect(refusal(`{"$":"Error","class":"Error","as":"${name}"}`).code).toBe('UNREGISTERED_CLASS');
      expect(refusal(`{"$":"class","name":"${name}","v":1}`).code).toBe('UNREGISTERED_CLASS');
    }
  });

  it('whatever the JSON, and nothing of the language is changed', () => {
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    const json = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.dictionary(fc.oneof(key, fc.string()), tie('node'), { maxKeys: 4 }),
      ),
    })).node;
    fc.assert(
      fc.property(json, (node) => {
        try {
          decode(parsed(JSON.stringify(node)));
        } catch (error) {
          expect(error).toBeInstanceOf(UndecodableValueError);
        }
        expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
        expect('polluted' in {}).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what lull has not written is refused', () => {
  it.each<[string, string]>([
    ['a tag that is no text', '{"$":7}'],
    ['a tag that is null', '{"$":null}'],
    ['a tag that is an object', '{"$":{}}'],
    ['a number that is none', '{"$":"number","v":"7"}'],
    ['a number without a value', '{"$":"number"}'],
    ['a bigint that is none', '{"$":"bigint","v":"0x1"}'],
    ['an empty bigint', '{"$":"bigint","v":""}'],
    ['a bigint that is a number', '{"$":"bigint","v":1}'],
    ['a Date that is none', '{"$":"Date","v":"yesterday"}'],
    ['a Date in another form', '{"$":"Date","v":"2026-11-22"}'],
    ['a Date without a value', '{"$":"Date"}'],
    ['a Map without a list', '{"$":"Map","v":{}}'],
    ['a Map with a pair of three', '{"$":"Map","v":[[1,2,3]]}'],
    ['a Map with a pair that is a text', '{"$":"Map","v":["ab"]}'],
    ['a Set without a list', '{"$":"Set","v":"abc"}'],
    ['a RegExp that does not compile', '{"$":"RegExp","v":"(","flags":""}'],
    ['a RegExp with unknown flags', '{"$":"RegExp","v":"a","flags":"gg"}'],
    ['a RegExp without flags', '{"$":"RegExp","v":"a"}'],
    ['a RegExp with an odd lastIndex', '{"$":"RegExp","v":"a","flags":"g","lastIndex":-1}'],
    ['a URL that is none', '{"$":"URL","v":"nowhere"}'],
    ['bytes that are no base64', '{"$":"Uint8Array","v":"!"}'],
    ['bytes in sloppy base64', '{"$":"Uint8Array","v":"AQI"}'],
    ['too few bytes', '{"$":"Float64Array","v":"AQID"}'],
    ['an array with a negative length', '{"$":"Array","length":-1,"v":[]}'],
    ['an array that is too long', '{"$":"Array","length":4294967296,"v":[]}'],
    ['an array without a length', '{"$":"Array","v":[]}'],
    ['an object with keys that are no texts', '{"$":"Object","v":[[1,2]]}'],
    ['an object with pairs that are none', '{"$":"Object","v":[["a"]]}'],
    ['an error without a class', '{"$":"Error"}'],
    ['an error with a name that is no text', '{"$":"Error","class":"Error","name":1}'],
    ['an error with a stack that is no text', '{"$":"Error","class":"Error","stack":[]}'],
    ['an error with odd properties', '{"$":"Error","class":"Error","own":7}'],
    ['an error with an odd list of what was omitted', '{"$":"Error","class":"Error","omitted":[1]}'],
    ['a class without a name', '{"$":"class","v":1}'],
    ['a reference to nothing', '{"$":"ref","id":1}'],
    ['a reference without an id', '[{"$":"ref"}]'],
    ['a reference to what comes later', '[{"$":"ref","id":1},{"$":"shared","id":1,"v":{}}]'],
    ['two parts with one id', '[{"$":"shared","id":1,"v":{}},{"$":"shared","id":1,"v":{}}]'],
    ['an id that is no number', '{"$":"shared","id":"1","v":{}}'],
    ['an id of zero', '{"$":"shared","id":0,"v":{}}'],
    ['a shared text', '{"$":"shared","id":1,"v":"a"}'],
    ['a shared nothing', '{"$":"shared","id":1}'],
    ['a part that refers to itself and is nothing else', '{"$":"shared","id":1,"v":{"$":"ref","id":1}}'],
  ])('%s', (_name, text) => {
    const error = refusal(text);
    expect(error.code).toBe('CORRUPT_DATA');
    expect(error.message).toMatch(/^what is stored cannot be read: /);
  });

  it('with the path to it', () => {
    expect(refusal('{"a":[1,{"b c":{"$":"Date","v":1}}]}').message).toContain('$.a[1]["b c"] should have a text');
  });

  it('what is no JSON at all', () => {
    for (const value of [undefined, 1n, Symbol('s'), () => 1]) {
      expect(() => decode(value as never)).toThrow(UndecodableValueError);
      expect(() => decode([value] as never)).toThrow(UndecodableValueError);
    }
  });

  it('a tag or a field of a newer version, and the message says so', () => {
    for (const text of [
      '{"$":"Temporal.Instant","v":"x"}',
      '{"$":"Date","v":null,"zone":"UTC"}',
      '[{"$":"undefined","v":1}]',
    ]) {
      const error = refusal(text);
      expect(error.code).toBe('NEWER_FORMAT');
      expect(error.message).toContain('which this version of lull does not know. Deploy the newer version');
    }
    expect(refusal('{"$":"Error","class":"LaterError"}').code).toBe('NEWER_FORMAT');
  });

  it('JSON that is nested without end, without running out of stack', () => {
    const depth = 100_000;
    const nests: [string, string][] = [
      ['[', ']'],
      ['{"a":', '}'],
      ['{"$":"Set","v":[', ']}'],
      ['{"$":"Map","v":[[1,', ']]}'],
      ['{"$":"Object","v":[["a",', ']]}'],
      ['{"$":"Error","class":"Error","cause":', '}'],
      ['{"$":"Error","class":"Error","own":', '}'],
      ['{"$":"shared","id":1,"v":', '}'],
    ];
    for (const [open, close] of nests) {
      const node = nested(open, close, depth);
      expect(() => decode(node)).toThrow(UndecodableValueError);
    }
  });
});

describe('reading is quick', () => {
  it('for a reference to a reference to a reference', () => {
    const parts = Array.from({ length: 5_000 }, (_, index) => {
      const inner = index === 0 ? '{}' : `[{"$":"ref","id":${index}},{"$":"ref","id":${index}}]`;
      return `{"$":"shared","id":${index + 1},"v":${inner}}`;
    });
    expect((decode(parsed(`[${parts.join()}]`)) as unknown[]).length).toBe(5_000);
  });

  it('for an array that says that it is very long', () => {
    const back = decode(parsed('{"$":"Array","length":4294967295,"v":[[4294967294,"last"]]}')) as unknown[];
    expect(back.length).toBe(4_294_967_295);
    expect(stored(back)).toBe('{"$":"Array","length":4294967295,"v":[[4294967294,"last"]]}');
  });

  it('for a bigint of many digits', () => {
    const text = `{"$":"bigint","v":"${'9'.repeat(100_000)}"}`;
    expect(stored(decode(parsed(text)))).toBe(text);
  });
});

describe('what is read from any JSON', () => {
  it('is stored and read again as the same', () => {
    const tag = fc.constantFrom('undefined', 'number', 'bigint', 'Date', 'Map', 'Set', 'Array', 'Object', 'NullObject', 'Error', 'shared', 'ref', 'RegExp', 'Uint8Array'); // prettier-ignore
    const node = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 1 }),
        tie('tagged'),
        fc.array(tie('node'), { maxLength: 3 }),
      ),
      tagged: fc.record(
        {
          $: tag,
          v: fc.oneof(
            fc.constantFrom('NaN', '12', 'AQID', null),
            tie('node'),
            fc.array(fc.tuple(fc.string(), tie('node')), { maxLength: 3 }),
          ),
          id: fc.integer({ min: 1, max: 3 }),
          length: fc.nat(4),
          class: fc.constantFrom('Error', 'TypeError', 'CancelledError', 'DOMException'),
          flags: fc.constantFrom('', 'g'),
          message: fc.oneof(fc.string(), tie('node')),
          cause: tie('node'),
          own: fc.dictionary(fc.string(), tie('node'), { maxKeys: 2 }),
        },
        { requiredKeys: ['$'] },
      ),
    })).node;
    let read = 0;
    fc.assert(
      fc.property(node, (json) => {
        let value: unknown;
        try {
          value = decode(parsed(JSON.stringify(json)));
        } catch (error) {
          expect(error).toBeInstanceOf(UndecodableValueError);
          return;
        }
        read += 1;
        const once = JSON.stringify(encode(value, 'the value'));
        expect(stored(decode(parsed(once)))).toBe(once);
      }),
      { numRuns: 2_000 },
    );
    expect(read).toBeGreaterThan(100);
  });
});

/** Built by hand: JSON.parse would be the first to run out of stack. */
function nested(open: string, close: string, depth: number): never {
  const marker = '"\\u0000hole"';
  let node: unknown = null;
  for (let level = 0; level < depth; level += 1) {
    const shell = JSON.parse(`${open}${marker}${close}`) as unknown;
    node = filled(shell, node);
  }
  return node as never;
}

function filled(shell: unknown, inner: unknown): unknown {
  if (shell === '\0hole') return inner;
  if (typeof shell !== 'object' || shell === null) return shell;
  for (const [key, part] of Object.entries(shell)) (shell as Record<string, unknown>)[key] = filled(part, inner);
  return shell;
}
