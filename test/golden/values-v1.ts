/** One value of each kind that format version 1 can store, under the names that values-v1.json has. */
import { registerClass, registerError } from '../../lib/core/class-registry.ts';
import { CancelledError, NonRetryableError, StepFailedError } from '../../lib/core/errors.ts';
import { ExceptionGroup } from '../../lib/core/exception-group.ts';

class Money {
  readonly cents: bigint;
  constructor(cents: bigint) {
    this.cents = cents;
  }
}

class PaymentDeclined extends Error {
  readonly reason: string;
  constructor(reason: string) {
    super(`the bank said: ${reason}`);
    this.reason = reason;
  }
}

registerClass(Money, { name: 'golden.Money', toData: ({ cents }) => cents, fromData: (cents) => new Money(cents) });
registerError(PaymentDeclined);

class Unregistered extends RangeError {
  readonly limit = 3;
}

const FRAMES = '    at charge (file:///app/steps.js:1:2)\n    at file:///app/main.js:3:4';

function framed<E extends Error>(error: E): E {
  error.stack = `${String(error)}\n${FRAMES}`;
  return error;
}

/** For errors that are made within others. */
function bare<E extends Error>(error: E): E {
  error.stack = '';
  return error;
}

function circle(): unknown {
  const parent: Record<string, unknown> = { name: 'parent' };
  parent['children'] = [{ name: 'child', parent }];
  return parent;
}

function shared(): unknown {
  const at = new Date(0);
  const money = new Money(5n);
  return { from: at, to: at, prices: new Map([[money, money]]), list: [[at]] };
}

function holed(): unknown[] {
  const array: unknown[] = ['a'];
  array[3] = undefined;
  array.length = 6;
  return array;
}

function hostile(): unknown {
  return JSON.parse('{"__proto__":{"a":1},"constructor":2}');
}

export const valuesV1: Record<string, unknown> = {
  null: null,
  true: true,
  false: false,
  text: 'ünïcödé 😀 "quoted"\n',
  'lone surrogate': '\ud800',
  integer: 42,
  fraction: -1.5e-7,
  'minus zero': -0,
  NaN,
  Infinity,
  'minus Infinity': -Infinity,
  bigint: 123_456_789_012_345_678_901_234_567_890n,
  'negative bigint': -1n,
  undefined,
  object: { id: 'o-1', amount: 20, paid: true, note: null, lines: [{ sku: 'a' }, { sku: 'b' }] },
  'undefined within': { a: undefined, list: [undefined] },
  'a key $': { $: 'Date', v: 1 },
  'a key __proto__': hostile(),
  'no prototype': Object.assign(Object.create(null) as object, { a: 1 }),
  array: [1, 'two', [3]],
  'array with holes': holed(),
  'array with properties': Object.assign(['b'], { index: 1, input: 'abc' }),
  Date: new Date('2026-11-22T14:00:00.123Z'),
  'Date before the year 0': new Date(-8.64e15),
  'invalid Date': new Date(NaN),
  Map: new Map<unknown, unknown>([
    ['key', 1],
    [{ id: 2 }, new Map()],
  ]),
  Set: new Set<unknown>([1, 'two', { id: 3 }]),
  RegExp: /a\/(b+)/giu,
  'RegExp in use': Object.assign(/a/y, { lastIndex: 2 }),
  URL: new URL('https://example.com:8080/a%20b?q=1#h'),
  Int8Array: new Int8Array([-1, 2]),
  Uint8Array: new Uint8Array([1, 2, 3]),
  Uint8ClampedArray: new Uint8ClampedArray([255]),
  Int16Array: new Int16Array([-2]),
  Uint16Array: new Uint16Array([65_535]),
  Int32Array: new Int32Array([-3]),
  Uint32Array: new Uint32Array([4_000_000_000]),
  Float32Array: new Float32Array([1.5]),
  Float64Array: new Float64Array([Math.PI]),
  BigInt64Array: new BigInt64Array([-5n]),
  BigUint64Array: new BigUint64Array([5n]),
  ArrayBuffer: new Uint8Array([1, 2, 3]).buffer,
  DataView: new DataView(new Uint8Array([1, 2, 3]).buffer),
  Buffer: Buffer.from('bytes'),
  circle: circle(),
  shared: shared(),
  'registered class': new Money(1999n),
  Error: framed(new Error('boom')),
  'Error with all': Object.assign(framed(new TypeError('boom', { cause: bare(new RangeError('deep')) })), {
    code: 'E1',
    at: new Date(0),
  }),
  'Error without a message': bare(new Error()),
  'Error with a name of its own': Object.assign(bare(new Error('boom')), { name: 'Special' }),
  'Error of an unregistered class': framed(new Unregistered('too many')),
  'Error of a registered class': framed(new PaymentDeclined('no funds')),
  AggregateError: bare(new AggregateError([bare(new Error('one')), 'two'], 'many')),
  DOMException: bare(new DOMException('stopped', 'AbortError')),
  CancelledError: bare(new CancelledError('enough')),
  StepFailedError: bare(new StepFailedError('charge', 3, 'it failed', { cause: bare(new NonRetryableError('no')) })),
  ExceptionGroup: bare(new ExceptionGroup('1 sub-exception', [bare(new CancelledError())])),
};

/** Failures as they are recorded, with what was left out. */
export const failuresV1: Record<string, unknown> = {
  'failure that is whole': framed(new Error('boom')),
  'failure with what cannot be stored': Object.assign(framed(new Error('boom')), {
    status: 503,
    request: () => 1,
    response: { data: 'down', socket: new WeakMap() },
  }),
};
