import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isError, toError } from '../../lib/core/to-error.ts';

class Broken {}

describe('toError', () => {
  it('returns an Error as it is', () => {
    const error = new RangeError('boom');
    expect(toError(error)).toBe(error);
  });

  it('takes an Error of another realm as one', () => {
    const foreign: unknown = runInNewContext('new TypeError("far away")');
    expect(foreign).not.toBeInstanceOf(Error);
    expect(toError(foreign)).toBe(foreign);
  });

  it.each<[unknown, string]>([
    ['boom', '"boom" was thrown, which is no Error'],
    [undefined, 'undefined was thrown, which is no Error'],
    [null, 'null was thrown, which is no Error'],
    [-0, '-0 was thrown, which is no Error'],
    [7n, '7n was thrown, which is no Error'],
    [Symbol('s'), 'a symbol (s) was thrown, which is no Error'],
    [{ code: 1 }, 'an object was thrown, which is no Error'],
    [['a'], 'an array was thrown, which is no Error'],
    [new Broken(), 'an instance of class Broken was thrown, which is no Error'],
    [Broken, 'the class Broken was thrown, which is no Error'],
    [Promise.resolve(), 'a Promise was thrown, which is no Error'],
  ])('wraps %o and says what it was', (thrown, message) => {
    const error = toError(thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe(message);
    expect(error.cause).toBe(thrown);
  });

  it('does not take an object for an Error because it says so', () => {
    expect(isError({ [Symbol.toStringTag]: 'Error' })).toBe(false);
  });

  it('copes with proxies that throw, are revoked, or are their own prototype', () => {
    const throwing = new Proxy({}, { getPrototypeOf: () => raise(), get: () => raise(), has: () => raise() });
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const endless: object = new Proxy({}, { getPrototypeOf: () => endless });
    expect(toError(throwing).cause).toBe(throwing);
    expect(toError(revoked.proxy).cause).toBe(revoked.proxy);
    expect(toError(endless).message).toContain('was thrown');
  });

  it('returns an Error with a message of one short line whatever is thrown', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }), (thrown) => {
        const error = toError(thrown);
        expect(isError(error)).toBe(true);
        expect(error.message).toMatch(/^.{1,500}$/);
      }),
    );
  });
});

function raise(): never {
  throw new Error('trap');
}
