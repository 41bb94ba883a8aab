import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { STACK_LIMIT } from '../../lib/codec/error-stack.ts';
import * as lullErrors from '../../lib/core/errors.ts';
import { ExceptionGroup } from '../../lib/core/exception-group.ts';
import { InvariantError } from '../../lib/core/invariant.ts';
import { parsed, roundTrip, stored } from './round-trip.ts';
import { expectSame } from './same.ts';

const { CancelledError, LullError, NonRetryableError, RetryAfterError, StepFailedError } = lullErrors;

class PaymentDeclined extends Error {
  reason = 'no funds';
}

class Named extends TypeError {
  override name = 'NamedError';
}

class Patient extends NonRetryableError {}

describe('an error comes back as it was', () => {
  it.each([Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError])('of class %o', (Class) => {
    const error = new Class('boom', { cause: new Class('deeper') });
    const back = roundTrip(error);
    expectSame(back, error);
    expect(back).toBeInstanceOf(Class);
    expect(Object.prototype.toString.call(back)).toBe('[object Error]');
  });

  it('with its stack', () => {
    const error = new TypeError('boom');
    expect(roundTrip(error).stack).toBe(error.stack);
  });

  it('with its own properties', () => {
    const error = Object.assign(new Error('connect'), { code: 'ECONNREFUSED', port: 80, at: new Date(0), $: 1 });
    expectSame(roundTrip(error), error);
  });

  it('with what is thrown and no error as its cause', () => {
    for (const cause of [undefined, null, 'text', 7n, { a: 1 }]) {
      const error = new Error('boom', { cause });
      expectSame(roundTrip(error), error);
      expect(Object.hasOwn(roundTrip(error), 'cause')).toBe(true);
    }
    expect(Object.hasOwn(roundTrip(new Error('boom')), 'cause')).toBe(false);
  });

  it('with itself as its cause', () => {
    const error = new Error('boom');
    error.cause = error;
    const back = roundTrip(error);
    expect(back.cause).toBe(back);
  });

  it('with the errors of an AggregateError', () => {
    const shared = new Error('x');
    const error = new AggregateError([shared, 'no error', shared], 'many', { cause: shared });
    const back = roundTrip(error);
    expectSame(back, error);
    expect(back.errors[0]).toBe(back.cause);
  });

  it('as a DOMException with its name and code', () => {
    const back = roundTrip(new DOMException('stopped', 'AbortError'));
    expect(back).toBeInstanceOf(DOMException);
    expect([back.name, back.message, back.code]).toEqual(['AbortError', 'stopped', 20]);
  });

  it('as the reason of an AbortSignal', () => {
    const back = roundTrip(AbortSignal.abort().reason as DOMException);
    expect([back.name, back.constructor]).toEqual(['AbortError', DOMException]);
  });

  it('when its message is no text, or is empty', () => {
    const odd = Object.assign(new Error(), { message: { toString: 1 } });
    expect(roundTrip(odd).message).toEqual({ toString: 1 });
    expectSame(roundTrip(new Error()), new Error());
  });

  it('when Node has thrown it', () => {
    const thrown: Error[] = [];
    for (const fail of [() => readFileSync('/nowhere'), () => readFileSync({} as never), () => new URL('x')]) {
      try {
        fail();
      } catch (error) {
        thrown.push(error as Error);
      }
    }
    const codes = ['ENOENT', 'ERR_INVALID_ARG_TYPE', 'ERR_INVALID_URL'];
    expect(thrown.map((error): unknown => Reflect.get(roundTrip(error), 'code'))).toEqual(codes);
    expect(thrown.map((error) => roundTrip(error).name)).toEqual(['Error', 'TypeError', 'TypeError']);
    expect(thrown.map((error) => JSON.stringify(parsed(stored(error))).includes('"name"'))).not.toContain(true);
  });

  it('of another realm as one of ours', () => {
    const back = roundTrip(runInNewContext('new RangeError("far", { cause: new Error("away") })') as RangeError);
    expect(back).toBeInstanceOf(RangeError);
    expect(back.cause).toBeInstanceOf(Error);
    expect(back.message).toBe('far');
  });
});

describe("lull's own errors come back as themselves", () => {
  const cases: [string, Error][] = [
    ['CancelledError', new CancelledError('enough')],
    ['CancelledError', new CancelledError()],
    ['TimeoutError', new lullErrors.TimeoutError('late')],
    ['InvalidStateError', new lullErrors.InvalidStateError('not done')],
    ['QueueEmpty', new lullErrors.QueueEmpty()],
    ['QueueFull', new lullErrors.QueueFull()],
    ['QueueShutDown', new lullErrors.QueueShutDown()],
    ['BrokenBarrierError', new lullErrors.BrokenBarrierError()],
    ['StepFailedError', new StepFailedError('charge', 3, 'failed', { cause: new Error('boom') })],
    ['NonRetryableError', new NonRetryableError('no')],
    ['RetryAfterError', new RetryAfterError({ minutes: 5 }, 'later')],
    ['NondeterminismError', new lullErrors.NondeterminismError('both sides')],
    ['UnserializableValueError', new lullErrors.UnserializableValueError('$.a', 'no')],
    ['UndecodableValueError', new lullErrors.UndecodableValueError('CORRUPT_DATA', 'no')],
    ['PayloadTooLargeError', new lullErrors.PayloadTooLargeError('too large')],
    ['WorkflowCodeError', new lullErrors.WorkflowCodeError('INVALID_ARGUMENT', 'no')],
    ['InvariantError', new InvariantError('no')],
  ];

  it.each(cases)('%s', (name, error) => {
    const back = roundTrip(error);
    expectSame(back, error);
    expect(back).toBeInstanceOf(LullError);
    expect(back.name).toBe(name);
    expect(Reflect.get(back, 'code')).toBe(Reflect.get(error, 'code'));
    expect(stored(back)).toBe(stored(error));
  });

  it('LullError itself', () => {
    const back = roundTrip(new LullError('MY_CODE', 'mine'));
    expect([back.constructor, back.code, back.message]).toEqual([LullError, 'MY_CODE', 'mine']);
  });

  it('ExceptionGroup, with its members', () => {
    const group = new ExceptionGroup('2 sub-exceptions', [new CancelledError('a'), new PaymentDeclined('b')]);
    const back = roundTrip(group);
    expect(back).toBeInstanceOf(ExceptionGroup);
    expect(back).toBeInstanceOf(LullError);
    expect(back.code).toBe('EXCEPTION_GROUP');
    expect(back.errors.map((error) => error.name)).toEqual(['CancelledError', 'PaymentDeclined']);
  });

  it('each class of the core, also one that is made otherwise', () => {
    for (const [name, Class] of Object.entries({ ...lullErrors, ExceptionGroup })) {
      if (typeof Class !== 'function' || !(Class.prototype instanceof Error)) continue;
      const back = roundTrip(Reflect.construct(Error, ['boom'], Class) as Error);
      expect([back.constructor, back.message, name], name).toEqual([Class, 'boom', Class.name]);
    }
  });
});

describe('an error of a class that is not registered', () => {
  it('comes back as an Error with the name of its class, its message and its properties', () => {
    const back = roundTrip(new PaymentDeclined('boom'));
    expect(Object.getPrototypeOf(back)).toBe(Error.prototype);
    expect([back.name, back.message, back.reason]).toEqual(['PaymentDeclined', 'boom', 'no funds']);
    expect(String(back)).toBe('PaymentDeclined: boom');
    expect(Object.keys(back)).toEqual(['reason']);
  });

  it('comes back as the nearest class that is known', () => {
    const back = roundTrip(new Named('boom'));
    expect(Object.getPrototypeOf(back)).toBe(TypeError.prototype);
    expect(back.name).toBe('NamedError');
    expect(roundTrip(new Patient('no'))).toBeInstanceOf(NonRetryableError);
    expect(roundTrip(new Patient('no')).name).toBe('Patient');
  });

  it('keeps a name that was set by hand', () => {
    const error = new Error('boom');
    error.name = 'Special';
    expect(roundTrip(error).name).toBe('Special');
    const hidden = Object.defineProperty(new Error('boom'), 'name', { value: 'Hidden', enumerable: false });
    expectSame(roundTrip(hidden), hidden);
  });

  it('is stored as the same bytes again', () => {
    for (const error of [new PaymentDeclined('boom'), new Named('x'), new Patient('no')]) {
      expect(stored(roundTrip(error))).toBe(stored(error));
      expect(stored(roundTrip(roundTrip(error)))).toBe(stored(error));
    }
  });
});

describe('the stack', () => {
  it('is cut to whole lines below a limit', () => {
    const frame = '    at step (file:///somewhere/far/down/in/a/folder/file.ts:10:20)';
    const error = new Error('boom');
    error.stack = ['Error: boom', ...Array.from({ length: 200 }, () => frame)].join('\n');
    const lines = roundTrip(error).stack!.split('\n');
    expect(lines[0]).toBe('Error: boom');
    expect(new Set(lines.slice(1))).toEqual(new Set([frame]));
    expect(lines.slice(1).join('\n').length).toBeLessThanOrEqual(STACK_LIMIT);
    expect(lines.length).toBeGreaterThan(20);
  });

  it('does not repeat a long message, and shows one that was changed', () => {
    const error = new Error('m'.repeat(5_000));
    expect(stored(error).split('mmmmmmmmmm').length).toBe(501);
    error.message = 'short';
    const back = roundTrip(error);
    expect(back.stack).toMatch(/^Error: short\n {4}at /);
  });

  it('may be missing, odd, or fail to be read', () => {
    for (const stack of [undefined, '', 'custom', 7, {}]) {
      const error = Object.defineProperty(new Error('boom'), 'stack', { value: stack });
      expect(roundTrip(error).stack).toBe('Error: boom');
    }
    const failing = Object.defineProperty(new Error('boom'), 'stack', {
      get: () => {
        throw new Error('no stack');
      },
    });
    expect(roundTrip(failing).stack).toBe('Error: boom');
  });

  it('is read without delay, however odd it is', () => {
    const error = Object.defineProperty(new Error('boom'), 'stack', { value: '\n'.repeat(1e6) + ' '.repeat(1e6) });
    expect(roundTrip(error).stack).toBe('Error: boom');
  });

  it('costs nothing when an error is read, and leaves the limit as it was', () => {
    const { stackTraceLimit } = Error;
    roundTrip(new Error('boom'));
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
    expect(parsed(stored(new Error('boom')))).toHaveProperty('class', 'Error');
  });
});
