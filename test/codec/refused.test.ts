import { describe, expect, it } from 'vitest';
import { encode } from '../../lib/codec/encode.ts';
import { MAX_DEPTH } from '../../lib/codec/format.ts';
import { ValueEncoder } from '../../lib/codec/value-encoder.ts';
import { UnserializableValueError } from '../../lib/core/errors.ts';

class Foo {}
class Registry extends Map<string, number> {}
class Lines extends Array<number> {}

function* coroutine() {
  yield 1;
}

const where = 'the result of step "charge"';

function refusal(value: unknown): UnserializableValueError {
  try {
    encode(value, where);
  } catch (error) {
    if (error instanceof UnserializableValueError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('what cannot be stored is refused', () => {
  it.each<[string, unknown, string, RegExp]>([
    [
      'a function',
      { order: { lines: [0, 1, { price: () => 2 }] } },
      '$.order.lines[2].price',
      /is a function price\. Leave/,
    ],
    ['a class', [Foo], '$[0]', /is the class Foo/],
    ['a symbol', { 'a b': Symbol('x') }, '$["a b"]', /is a symbol \(x\)/],
    ['a promise', Promise.resolve(1), '$', /it is a Promise\. Await it/],
    ['a generator', { g: coroutine() }, '$.g', /is a Generator\. Await it with yield\*/],
    ['an instance of a class', new Foo(), '$', /it is an instance of class Foo\. .*registerClass/],
    ['an instance of a subclass of Map', new Registry(), '$', /an instance of class Registry/],
    ['an instance of a subclass of Array', { lines: new Lines(1, 2) }, '$.lines', /an instance of class Lines/],
    ['an object that inherits', Object.create({ a: 1 }), '$', /an object with a prototype of its own/],
    ['a boxed text', new String('a'), '$', /an instance of class String/],
    ['a WeakMap', new Map([['k', new WeakMap()]]), '$.get("k")', /is a WeakMap\. .*one process only/],
    ['a WeakRef', new WeakRef({}), '$', /is a WeakRef/],
    ['an AbortSignal', new AbortController().signal, '$', /an instance of class AbortSignal/],
    ['a SharedArrayBuffer', new SharedArrayBuffer(1), '$', /SharedArrayBuffer/],
    ['a key of a Map', new Map([[() => 1, 1]]), '$.keys()[0]', /is a function/],
    ['an item of a Set', new Set([1, Symbol('s')]), '$.values()[1]', /is a symbol/],
    ['a symbol as a key', { a: { [Symbol('k')]: 1 } }, '$.a', /has a symbol as a key \(Symbol\(k\)\)/],
    ['a property added to a Map', Object.assign(new Map(), { extra: 1 }), '$.extra', /was added to a Map/],
    ['a property added to a Date', [Object.assign(new Date(0), { zone: 'x' })], '$[0].zone', /was added to a Date/],
    ['a function below an error', new Error('x', { cause: { f: () => 1 } }), '$.cause.f', /is a function/],
    ['a function on an error', Object.assign(new Error('x'), { retry: () => 1 }), '$.retry', /is a function/],
    ['a lastIndex that is no index', Object.assign(/a/g, { lastIndex: -1 }), '$.lastIndex', /is no index/],
  ])('%s', (_name, value, path, message) => {
    const error = refusal(value);
    expect(error.path).toBe(path);
    expect(error.code).toBe('UNSERIALIZABLE_VALUE');
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(`${where} cannot be stored: `)).toBe(true);
  });

  it('a getter that throws, with its error as the cause', () => {
    const boom = new TypeError('boom');
    const error = refusal({ a: [{ get b() { throw boom; } }] }); // prettier-ignore
    expect(error.path).toBe('$.a[0].b');
    expect(error.message).toContain('cannot be read: it threw TypeError: boom');
    expect(error.cause).toBe(boom);
  });

  it.each<[string, ProxyHandler<object>]>([
    ['getPrototypeOf', { getPrototypeOf: () => raise() }],
    ['ownKeys', { ownKeys: () => raise() }],
    ['get', { get: () => raise() }],
    ['getOwnPropertyDescriptor', { getOwnPropertyDescriptor: () => raise() }],
  ])('a Proxy whose %s throws', (_name, handler) => {
    for (const target of [{ x: 1 }, [1], new Map(), new Error('x')]) {
      expect(refusal({ p: new Proxy(target, handler) }).path).toMatch(/^\$\.p/);
    }
  });

  it('a Proxy that was revoked', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(refusal([proxy]).path).toBe('$[0]');
  });

  it('a Proxy of a Map, which the language itself cannot read', () => {
    expect(refusal(new Proxy(new Map(), {})).path).toBe('$');
  });

  it('a value that is nested too deeply, without running out of stack', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) deep = { next: deep };
    const error = refusal(deep);
    expect(error.message).toContain('is nested deeper than 200 levels');
    expect(error.message.length).toBeLessThan(400);
  });

  it('a value that makes up ever new objects', () => {
    const endless = (): object => new Proxy({ a: 1, b: 2 }, { get: () => endless() });
    expect(() => encode(endless(), where)).toThrow(/is nested deeper than/);
  });

  it('a value of more objects than are allowed', () => {
    const limits = { depth: MAX_DEPTH, objects: 10, message: Infinity };
    const list = Array.from({ length: 10 }, () => ({}));
    expect(() => new ValueEncoder(where, limits).run(list.slice(1))).not.toThrow();
    expect(() => new ValueEncoder(where, limits).run(list)).toThrow('$[9] is one object too many: 10 are allowed');
  });

  it('a value that is another one each time it is read', () => {
    const fickle = { get items() { const item = {}; return [item, item]; } }; // prettier-ignore
    expect(refusal(fickle).message).toContain('is not the same each time it is read');
  });
});

function raise(): never {
  throw new Error('trap');
}
