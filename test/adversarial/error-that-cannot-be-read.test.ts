/** Suspected: an error that cannot be put into words keeps its step, its run or its worker from ever ending. */
import fc from 'fast-check';
import { gather, step, workflow, type Coroutine } from 'lull';
import { createTestEngine } from 'lull/testing';
import { expect, it } from 'vitest';
import { encodeError } from '../../lib/codec/encode-error.ts';
import { decode } from '../../lib/codec/decode.ts';
import { describeValue } from '../../lib/core/describe-value.ts';
import { describeThrown, messageOf, toError } from '../../lib/core/to-error.ts';
import { showError } from '../../lib/lambda/shown-error.ts';
import { silent } from '../testing/silent.ts';
import { WorkerUnderTest } from './worker-under-test.ts';

const boom = (): never => {
  throw new Error('do not look');
};

function withGetters(...keys: string[]): Error {
  const error = new Error('plain');
  for (const key of keys) Object.defineProperty(error, key, { get: boom, enumerable: true });
  return error;
}

const ODD: Readonly<Record<string, () => unknown>> = {
  'has a message without a prototype': () =>
    Object.assign(new Error(), { message: Object.assign(Object.create(null), { code: 7 }) as unknown }),
  'has a symbol as its message': () => Object.assign(new Error(), { message: Symbol('m') }),
  'has a message that throws': () => withGetters('message'),
  'has a name, a stack, a cause and a code that throw': () => withGetters('name', 'stack', 'cause', 'code'),
  'is a Proxy of an Error that throws at everything': () =>
    new Proxy(new Error('inside'), {
      get: boom,
      has: boom,
      getPrototypeOf: boom,
      ownKeys: boom,
      getOwnPropertyDescriptor: boom,
    }),
  'is a Proxy that was revoked': () => {
    const { proxy, revoke } = Proxy.revocable(new Error('inside'), {});
    revoke();
    return proxy;
  },
  'is no Error and throws in toString': () => ({ toString: boom, [Symbol.toPrimitive]: boom }),
  'is an object without a prototype': () => Object.create(null) as unknown,
  'is its own cause': () => {
    const error = new Error('circle');
    return Object.assign(error, { cause: error });
  },
};

it.each(Object.entries(ODD))('a step fails once, in words, by an error that %s', async (_, make) => {
  const failing = workflow('failing', function* () {
    yield* step('s', { retry: false }, () => {
      throw make();
    });
  });
  const error: unknown = await createTestEngine({ workflows: [failing], log: silent })
    .run(failing)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'STEP_FAILED', attempts: 1 });
  expect((error as Error).message).toMatch(/^step "s" failed after its only attempt: ./);
});

it.each(Object.entries(ODD))(
  'a deployed run fails, and its neighbour completes, by an error that %s',
  async (_, make) => {
    const inBody = workflow('in-body', function* (): Coroutine<void> {
      throw make();
    });
    const inStep = workflow('in-step', function* () {
      return yield* gather([
        step('odd', { retry: { maxAttempts: 2, firstDelay: 0 } }, () => Promise.reject(make() as Error)),
        step('other', () => 1),
      ]);
    });
    const worker = new WorkerUnderTest([inBody, inStep]);
    for (const name of ['in-body', 'in-step']) await worker.client.start(name, undefined, { id: name });
    expect(await worker.invoke(['in-body', 'in-step'])).toEqual({ batchItemFailures: [] });
    expect(await worker.client.run('in-body').describe()).toMatchObject({ status: 'failed' });
    expect(await worker.client.run('in-step').describe()).toMatchObject({
      status: 'failed',
      error: { code: 'STEP_FAILED' },
    });
  },
);

/** An Error, or something else, with some of its parts replaced by what throws or is of another kind. */
const odd = fc
  .record({
    base: fc.constantFrom('Error', 'TypeError', 'object', 'bare', 'function'),
    parts: fc.dictionary(
      fc.constantFrom(
        'message',
        'name',
        'stack',
        'cause',
        'code',
        'errors',
        'toString',
        'constructor',
        'then',
        'retryable',
      ),
      fc.oneof(fc.constant('throws' as const), fc.anything()),
    ),
    traps: fc.subarray(['get', 'has', 'getPrototypeOf', 'ownKeys', 'getOwnPropertyDescriptor'] as const),
  })
  .map(({ base, parts, traps }) => () => {
    const target = (
      base === 'Error'
        ? new Error('m')
        : base === 'TypeError'
          ? new TypeError('m')
          : base === 'function'
            ? () => 1
            : base === 'bare'
              ? Object.create(null)
              : {}
    ) as object;
    Reflect.get(target, 'stack'); // V8 words it when it is first touched, and reads name and message for it
    for (const [key, part] of Object.entries(parts)) {
      Object.defineProperty(
        target,
        key,
        part === 'throws' ? { get: boom, configurable: true } : { value: part, configurable: true, enumerable: true },
      );
    }
    return traps.length === 0 ? target : new Proxy(target, Object.fromEntries(traps.map((trap) => [trap, boom])));
  });

it('whatever is thrown can be put into words, stored and shown', () => {
  fc.assert(
    fc.property(odd, (make) => {
      const thrown: unknown = make();
      const error = toError(thrown);
      expect(typeof messageOf(error)).toBe('string');
      expect(typeof describeThrown(thrown)).toBe('string');
      expect(typeof describeValue(thrown)).toBe('string');
      expect(() => JSON.stringify(showError(error))).not.toThrow(/do not look/);
      expect(toError(decode(encodeError(thrown, 'the error')))).toBeInstanceOf(Error);
    }),
    { numRuns: 500, seed: 7 },
  );
});
