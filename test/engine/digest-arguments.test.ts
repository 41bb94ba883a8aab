import { describe, expect, it } from 'vitest';
import { registerClass } from 'lull';
import { ARGUMENTS_LIMIT, digestArguments } from '../../lib/engine/digest-arguments.ts';

class Money {
  readonly cents: bigint;
  constructor(cents: bigint) {
    this.cents = cents;
  }
}
registerClass(Money, { name: 'digested money', toData: ({ cents }) => cents, fromData: (cents) => new Money(cents) });

class Client {
  calls = 0;
}

const digest = (...args: unknown[]) => digestArguments(args);

it('is the same for good', () => {
  // A change of these holds every run that called a step with such arguments.
  expect(digest('ada', 990, { at: new Date(0), tags: new Set(['a']) })).toMatchInlineSnapshot(`"eQNz4FVb"`);
  expect(digest(-0, NaN, 1n, null, [undefined], new Map([[1, 2]]), /a/g, Buffer.from('a'))).toMatchInlineSnapshot(
    `"kDfSVVXU"`,
  );
});

it('there is none without arguments, and undefined at the end counts as left out', () => {
  expect(digest()).toBeUndefined();
  expect(digest(undefined, undefined)).toBeUndefined();
  expect(digest('ada', undefined)).toBe(digest('ada'));
  expect(digest(undefined, 'ada')).not.toBe(digest('ada'));
});

describe('equal arguments have one digest', () => {
  const shared = { cents: 1 };
  const one = new Error('boom');
  const other = new Error('boom');
  other.stack = 'elsewhere';
  const cycle = (): unknown => {
    const made: { self?: unknown } = {};
    made.self = made;
    return made;
  };
  it.each<[string, unknown, unknown]>([
    ['dates', new Date(5), new Date(5)],
    ['the order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['the order of a Set', new Set([1, 'a']), new Set(['a', 1])],
    ['the order of a Map', new Map([['a', 1], ['b', 2]]), new Map([['b', 2], ['a', 1]])], // prettier-ignore
    ['an object that stands at two places, and two that are equal', [shared, shared], [{ cents: 1 }, { cents: 1 }]],
    ['zero and minus zero', 0, -0],
    ['cycles', cycle(), cycle()],
    ['instances of a registered class', new Money(5n), new Money(5n)],
    ['errors that were made at different places', one, other],
    ['clients, whatever they have done', new Client(), Object.assign(new Client(), { calls: 3 })],
    ['functions', () => 1, () => 2],
    ['signals and promises', AbortSignal.abort(), new AbortController().signal],
  ])('%s', (_what, a, b) => {
    expect(digest(a)).toBe(digest(b));
    expect(digest({ in: [a] })).toBe(digest({ in: [b] }));
  });
});

describe('other arguments have another digest', () => {
  it.each<[string, unknown, unknown]>([
    ['texts', 'ada', 'bob'],
    ['a number and its text', 1, '1'],
    ['dates', new Date(5), new Date(6)],
    ['a date and its text', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['sets', new Set([1]), new Set([2])],
    ['a set and a list', new Set([1]), [1]],
    ['nothing and undefined', null, undefined],
    ['what looks like a stored form', { $: 'bigint', v: '1' }, 1n],
    ['instances of a registered class', new Money(5n), new Money(6n)],
    ['messages of errors', new Error('a'), new Error('b')],
    ['what has been given beside a client', [new Client(), 1], [new Client(), 2]],
    ['the same bytes as another class', new Uint8Array([1]), new Int8Array([1])],
  ])('%s', (_what, a, b) => {
    expect(digest({ in: a })).not.toBe(digest({ in: b }));
  });

  it('also behind an argument that is too large to be looked through', () => {
    const large = Array.from({ length: 100_000 }, (_, index) => ({ index }));
    expect(digest(large, 'ada')).not.toBe(digest(large, 'bob'));
    expect(digest(large)).not.toBe(digest(large.slice(1)));
    expect(digest('x'.repeat(ARGUMENTS_LIMIT) + 'a')).toBe(digest('x'.repeat(ARGUMENTS_LIMIT) + 'b'));
  });
});

it('never throws, whatever it is given', () => {
  const hostile = [
    Object.defineProperty({}, 'a', { enumerable: true, get: () => { throw new Error('no'); } }), // prettier-ignore
    new Proxy({}, { ownKeys: () => { throw new Error('no'); } }), // prettier-ignore
    new Proxy({}, { getPrototypeOf: () => { throw new Error('no'); } }), // prettier-ignore
    Object.create(null),
    Symbol('a'),
    globalThis,
    Array(1e9),
    new Map([[{}, new Set([new Map()])]]),
  ];
  for (const value of hostile) expect(digest(value)).toMatch(/^[\w-]{8}$/);
  let deep: unknown = 'bottom';
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  expect(digest(deep)).toMatch(/^[\w-]{8}$/);
  let wide: unknown = 'bottom'; // 2^100 places
  for (let level = 0; level < 100; level += 1) wide = [wide, wide];
  expect(digest(wide)).toMatch(/^[\w-]{8}$/);
});
