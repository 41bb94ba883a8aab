import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { className, describeValue } from '../../lib/core/describe-value.ts';

class Foo {}
class Bar extends Foo {}

describe('describeValue', () => {
  it.each<[unknown, string]>([
    ['boom', '"boom"'],
    ['two\nlines', '"two\\nlines"'],
    ['x'.repeat(100), `"${'x'.repeat(57)}..."`],
    [1.5, '1.5'],
    [-0, '-0'],
    [NaN, 'NaN'],
    [7n, '7n'],
    [true, 'true'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('s'), 'a symbol (s)'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
    [Object.create({}), 'an object with a prototype of its own'],
    [[1], 'an array'],
    [function charge() {}, 'a function charge'],
    [Foo, 'the class Foo'],
    [new Bar(), 'an instance of class Bar'],
    [new (class extends Array {})(), 'an array'],
    [new (class Lines extends Array {})(), 'an instance of class Lines'],
    [new Map(), 'a Map'],
    [Promise.resolve(), 'a Promise'],
    [(function* () {})(), 'a Generator'],
    [(async function* () {})(), 'an AsyncGenerator'],
    [new Error('x'), 'an instance of class Error'],
  ])('%o', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });

  it('says so when a value cannot be looked into', () => {
    const closed = new Proxy({}, { getPrototypeOf: () => raise() });
    expect(describeValue(closed)).toBe('an object that cannot be looked into');
  });

  it('takes one short line, whatever the value', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true }), (value) => {
        expect(describeValue(value)).toMatch(/^.{1,200}$/);
      }),
    );
  });

  it('never runs code of the value', () => {
    const value = {
      toString: raise,
      toJSON: raise,
      get constructor() {
        return raise();
      },
      get [Symbol.toStringTag]() {
        return raise();
      },
    };
    expect(describeValue(value)).toBe('an object');
    expect(describeValue(Object.create(value))).toBe('an object with a prototype of its own');
  });
});

describe('className', () => {
  it('is that of the nearest class which has a name', () => {
    expect(className(new Bar())).toBe('Bar');
    expect(className(new (class extends Bar {})())).toBe('Bar');
    expect(className(Object.create(null) as object)).toBeUndefined();
  });

  it('ends for a Proxy that is its own prototype', () => {
    const endless: object = new Proxy({}, { getPrototypeOf: () => endless });
    expect(className(endless)).toBeUndefined();
  });
});

function raise(): never {
  throw new Error('trap');
}
