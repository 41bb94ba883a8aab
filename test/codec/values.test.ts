import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { encode, encodedBytes } from '../../lib/codec/encode.ts';
import { parsed, roundTrip, stored } from './round-trip.ts';
import { expectSame } from './same.ts';

// eslint-disable-next-line no-sparse-arrays -- holes are what is tested
const sparse = [1, , undefined, , 5];
const trailing: unknown[] = ['a'];
trailing.length = 4;
const enormous: unknown[] = [];
enormous[4_294_967_294] = 'last';
const hostile = JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"prototype":2,"$":3}') as object;

const values: [string, unknown][] = [
  ...[null, true, false, '', 'text', '\ud800 alone', '\0', 'ünïcödé 😀', 0, -0, 1.5, NaN, Infinity, -Infinity].map(
    (value): [string, unknown] => [Object.is(value, -0) ? '-0' : JSON.stringify(value), value],
  ),
  ['the smallest number', Number.MIN_VALUE],
  ['the largest number', Number.MAX_VALUE],
  ['undefined', undefined],
  ['a bigint', 2n ** 200n],
  ['a negative bigint', -1n],
  ['an empty object', {}],
  ['an empty array', []],
  ['undefined in an object', { a: undefined, b: null }],
  ['undefined in an array', [undefined, null]],
  ['keys like numbers, which come first', { b: 1, 2: 2, 1: 3 }],
  ['an empty key', { '': 1 }],
  ['a key $', { $: 'Date', v: 'x' }],
  ['keys $ within keys $', { $: { $: { $: 1 } } }],
  ['a key that begins with $', { $set: { a: 1 } }],
  ['keys that pollute', hostile],
  ['an object without a prototype', Object.assign(Object.create(null) as object, { a: { b: 1 } })],
  ['an object without a prototype, with __proto__', Object.assign(Object.create(null) as object, hostile)],
  ['a Date', new Date('2026-11-22T14:00:00.123Z')],
  ['a Date long ago', new Date(-8.64e15)],
  ['a Date far ahead', new Date(8.64e15)],
  ['an invalid Date', new Date(NaN)],
  [
    'a Map',
    new Map<unknown, unknown>([
      ['a', 1],
      [{ k: 1 }, new Map()],
      [NaN, -0],
      [undefined, undefined],
    ]),
  ],
  ['a Set', new Set<unknown>(['a', 1, { b: 2 }, new Set([null])])],
  ['a RegExp', /a\/b+\n"/giu],
  ['an empty RegExp', new RegExp('')],
  ['a URL', new URL('https://user:pw@example.com:8080/a%20b?q=ü#h')],
  ['a URL that is opaque', new URL('mailto:a@b.c')],
  ['an array with holes', sparse],
  ['an array with holes at its end', trailing],
  ['an array as long as can be', enormous],
  ['what a RegExp matched', /(?<year>\d+)-(x)?/.exec('in 2026-')],
  ['an Int8Array', new Int8Array([-1, 127])],
  ['a Uint8Array', new Uint8Array([0, 255])],
  ['a Uint8ClampedArray', new Uint8ClampedArray([300])],
  ['an Int16Array', new Int16Array([-2])],
  ['a Uint16Array', new Uint16Array([65_535])],
  ['an Int32Array', new Int32Array([-3])],
  ['a Uint32Array', new Uint32Array([4_000_000_000])],
  ['a Float32Array', new Float32Array([1.5, NaN])],
  ['a Float64Array', new Float64Array([Math.PI, -0])],
  ['a BigInt64Array', new BigInt64Array([-5n])],
  ['a BigUint64Array', new BigUint64Array([2n ** 64n - 1n])],
  ['a view of some bytes', new Uint8Array([1, 2, 3, 4]).subarray(1, 3)],
  ['an ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
  ['an empty ArrayBuffer', new ArrayBuffer(0)],
  ['a DataView', new DataView(new Uint8Array([1, 2, 3]).buffer, 1)],
  ['a Buffer', Buffer.from('bytes ü')],
];

describe('a value comes back as it was', () => {
  it.each(values)('%s', (_name, value) => {
    expectSame(roundTrip(value), value);
    expect(stored(roundTrip(value))).toBe(stored(value));
  });

  it('where a RegExp was left off', () => {
    const expression = /a/g;
    expression.test('aaa');
    expect(roundTrip(expression).lastIndex).toBe(1);
  });

  it('a long array without holes, and objects below it', () => {
    const value = Array.from({ length: 20_000 }, (_, id) => ({ id, tags: ['a', id] }));
    expect(roundTrip(value)).toEqual(value);
  });

  it('a value as deep as is allowed', () => {
    let deep: unknown = 'bottom';
    for (let depth = 0; depth < 200; depth += 1) deep = depth % 2 === 0 ? [deep] : new Map([['k', deep]]);
    expectSame(roundTrip(deep), deep);
  });

  it('a value as deep as is allowed, every level of it shared', () => {
    let deep: unknown = 'bottom';
    for (let depth = 0; depth < 200; depth += 1) {
      const error: Error = Object.assign(new Error(String(depth)), { deep });
      deep = Object.assign(error, { self: error });
    }
    expect(stored(roundTrip(deep))).toBe(stored(deep));
  });
});

describe('identity', () => {
  it('is kept for what stands at several places', () => {
    const date = new Date(0);
    const back = roundTrip({ one: date, other: { again: date }, set: new Set([date]), key: new Map([[date, date]]) });
    expect(back.one).toBe(back.other.again);
    expect(back.set.has(back.one)).toBe(true);
    expect(back.key.get(back.one)).toBe(back.one);
  });

  it('is not made up for equal things', () => {
    const back = roundTrip([{ a: 1 }, { a: 1 }]);
    expect(back[0]).not.toBe(back[1]);
    expect(stored([{ a: 1 }, { a: 1 }])).toBe('[{"a":1},{"a":1}]');
  });

  it('is kept in circles through objects, arrays, maps, sets, objects without a prototype and errors', () => {
    const bare = Object.create(null) as Record<string, unknown>;
    const value: Record<string, unknown> = { list: [], map: new Map(), set: new Set(), bare };
    const error = new Error('boom', { cause: value });
    (value['list'] as unknown[]).push(value, value['list'], error);
    (value['map'] as Map<unknown, unknown>).set(value, value['map']);
    (value['set'] as Set<unknown>).add(value['set']).add(value);
    bare['self'] = bare;
    bare['top'] = value;
    expectSame(roundTrip(value), value);
    expect(stored(roundTrip(value))).toBe(stored(value));
  });

  it('is kept for the value itself', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    const back = roundTrip(loop);
    expect(back[0]).toBe(back);
    expect(stored(loop)).toBe('{"$":"shared","id":1,"v":[{"$":"ref","id":1}]}');
  });

  it('costs no more than the objects that there are, however often they are shared', () => {
    let value: unknown = { end: true };
    for (let level = 0; level < 100; level += 1) value = { left: value, right: value };
    const text = stored(value);
    expect(text.length).toBeLessThan(10_000);
    const back = decode(parsed(text)) as { left: unknown; right: unknown };
    expect(back.left).toBe(back.right);
  });
});

describe('the copy', () => {
  it('is not changed by what happens to the value later', () => {
    const value = { list: [1], map: new Map([['a', 1]]), bytes: new Uint8Array([1]) };
    const encoded = encode(value, 'the value');
    const before = JSON.stringify(encoded);
    value.list.push(2);
    value.map.clear();
    value.bytes[0] = 9;
    expect(JSON.stringify(encoded)).toBe(before);
  });

  it('does not change the value', () => {
    const value = Object.freeze({ a: Object.freeze([new Date(0), NaN]), $: Object.freeze({}) });
    encode(value, 'the value');
    expect(value).toEqual({ a: [new Date(0), NaN], $: {} });
  });

  it('is made anew at each reading', () => {
    const encoded = encode({ list: [{ a: 1 }], date: new Date(0) }, 'the value');
    const one = decode(encoded) as { list: { a: number }[]; date: Date };
    const other = decode(encoded) as typeof one;
    one.list[0]!.a = 2;
    one.date.setTime(5);
    expect(other).toEqual({ list: [{ a: 1 }], date: new Date(0) });
    expect(decode(encoded)).toEqual(other);
  });

  it('of bytes has a memory of its own', () => {
    const back = roundTrip(Buffer.from('a'));
    expect(back.buffer.byteLength).toBe(1);
    expect(back).toBeInstanceOf(Buffer);
  });
});

describe('what is stored', () => {
  it('of plain data is the data', () => {
    const order = { id: 'o-1', amount: 20, paid: true, lines: [{ sku: 'a' }], note: null };
    expect(encode(order, 'the value')).toEqual(order);
    expect(stored(order)).toBe(JSON.stringify(order));
  });

  it('has the size of its text in UTF-8', () => {
    for (const value of ['ü😀', { a: [1, 'ü'] }, undefined, '\ud800']) {
      const encoded = encode(value, 'the value');
      expect(encodedBytes(encoded)).toBe(new TextEncoder().encode(JSON.stringify(encoded)).length);
    }
  });

  it('leaves out what is not enumerable, and reads what getters give', () => {
    const value = Object.defineProperty({ get now() { return 1; } }, 'hidden', { value: 2 }); // prettier-ignore
    expect(roundTrip(value)).toEqual({ now: 1 });
  });

  it('of objects of another realm is as of ours', () => {
    const foreign: unknown = runInNewContext(
      '({ list: [1, , 2], map: new Map([[1, new Date(0)]]), re: /a/g, bytes: new Uint8Array([1]), bare: {} })',
    );
    const holed: unknown[] = [1];
    holed[2] = 2;
    const ours = { list: holed, map: new Map([[1, new Date(0)]]), re: /a/g, bytes: new Uint8Array([1]), bare: {} };
    expectSame(roundTrip(foreign), ours);
  });

  it('of a Proxy is what it shows', () => {
    expect(roundTrip(new Proxy({ a: 1 }, { get: () => 'seen' }))).toEqual({ a: 'seen' });
  });
});
