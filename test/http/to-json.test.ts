import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../lib/http/to-json.ts';
import { StepFailedError } from '../../lib/core/errors.ts';

describe('toJson', () => {
  it.each<[string, unknown, unknown]>([
    ['a Date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid Date', new Date(NaN), null],
    ['a bigint', 12345678901234567890n, '12345678901234567890'],
    ['a Map by text', new Map([['a', new Date(0)]]), { a: '1970-01-01T00:00:00.000Z' }],
    ['a Map by anything', new Map<unknown, unknown>([[1, 'a'], ['b', 2n]]), [[1, 'a'], ['b', '2']]], // prettier-ignore
    ['a Set', new Set([1, undefined]), [1, null]],
    ['undefined', undefined, null],
    ['undefined in an object', { a: undefined, b: [undefined] }, { b: [null] }],
    ['numbers that JSON lacks', [NaN, Infinity, -0], [null, null, -0]],
    ['a URL and a RegExp', [new URL('https://example.com/a'), /a+/g], ['https://example.com/a', '/a+/g']],
    [
      'binary data',
      [Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 3).buffer, Buffer.from('a')],
      ['AQID', 'AQID', 'YQ=='],
    ],
    ['an Error', new RangeError('too much', { cause: new Error('why') }), { name: 'RangeError', message: 'too much', cause: { name: 'Error', message: 'why' } }], // prettier-ignore
    ['an error of lull', new StepFailedError('charge', 2, 'no'), { name: 'StepFailedError', message: 'no', code: 'STEP_FAILED' }], // prettier-ignore
    ['several errors', new AggregateError([new Error('a')], 'b'), { name: 'AggregateError', message: 'b', errors: [{ name: 'Error', message: 'a' }] }], // prettier-ignore
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
  ])('shows %s', (_, value, json) => {
    expect(toJson(value)).toEqual(json);
  });

  it('shows a key __proto__ as a key', () => {
    const map = new Map([['__proto__', 1]]);
    expect(JSON.stringify(toJson(map))).toBe('{"__proto__":1}');
    expect(JSON.stringify(toJson(JSON.parse('{"__proto__":{"a":1}}')))).toBe('{"__proto__":{"a":1}}');
  });

  it('shows what stands at several places at each of them, and what contains itself once', () => {
    const address = { city: 'Paris' };
    const order: Record<string, unknown> = { from: address, to: address };
    order['self'] = order;
    expect(toJson(order)).toEqual({ from: { city: 'Paris' }, to: { city: 'Paris' }, self: '[Circular]' });
  });

  it('gives up on what would grow without bounds', () => {
    let value: unknown = 'x';
    for (let depth = 0; depth < 64; depth += 1) value = [value, value];
    expect(() => toJson(value)).toThrow('the value has more than 1000000 parts: read it with the client');
  });

  it('leaves plain JSON as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(toJson(value)).toEqual(value);
      }),
    );
  });

  it('gives JSON whatever it is given', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        const json = toJson(value);
        expect(JSON.parse(JSON.stringify(json))).toEqual(JSON.parse(JSON.stringify(json)));
        expect(JSON.stringify(json)).toBeTypeOf('string');
      }),
    );
  });
});
