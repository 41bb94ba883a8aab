import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from '../../lib/codec/encode.ts';
import { UnserializableValueError } from '../../lib/core/errors.ts';
import { roundTrip, stored } from './round-trip.ts';
import { expectSame } from './same.ts';

const key = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.constantFrom('$', '__proto__', 'constructor', 'prototype', 'v', 'id', 'toJSON', 'then', 'length', '0'),
);

const leaf = fc.oneof(
  fc.anything({
    key,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withNullPrototype: true,
    withObjectString: true,
    maxDepth: 3,
  }),
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.webUrl().map((url) => new URL(url)),
  fc.constantFrom('a', '(b|c)*', '/').map((source) => new RegExp(source, 'g')),
);

/** Some containers, and which of them stand in which, in any way: trees, shared parts, circles. */
const graph = fc
  .record({
    kinds: fc.array(fc.constantFrom('object', 'array', 'map', 'set', 'bare', 'error', 'cause'), {
      minLength: 1,
      maxLength: 6,
    }),
    edges: fc.array(fc.record({ from: fc.nat(5), to: fc.nat(5), key }), { maxLength: 12 }),
    leaves: fc.array(fc.record({ from: fc.nat(5), value: leaf, key }), { maxLength: 6 }),
  })
  .map(({ kinds, edges, leaves }) => {
    const nodes = kinds.map(container);
    const at = (index: number) => nodes[index % nodes.length] as object;
    for (const { from, value, key: name } of leaves) put(at(from), name, value);
    for (const { from, to, key: name } of edges) put(at(from), name, at(to));
    return at(0);
  });

function container(kind: string): object {
  if (kind === 'array') return [];
  if (kind === 'map') return new Map();
  if (kind === 'set') return new Set();
  if (kind === 'bare') return Object.create(null) as object;
  if (kind === 'error') return new TypeError('boom');
  return kind === 'cause' ? new Error('boom', { cause: undefined }) : {};
}

function put(into: object, name: string, value: unknown): void {
  if (Array.isArray(into)) into.push(value);
  else if (into instanceof Map) into.set(into.size % 2 === 0 ? value : name, value);
  else if (into instanceof Set) into.add(value);
  else if (into instanceof Error && Object.hasOwn(into, 'cause')) into.cause = value;
  else Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true });
}

describe('for every value', () => {
  it('the round trip keeps types, order, holes and prototypes', () => {
    fc.assert(
      fc.property(leaf, (value) => {
        expectSame(roundTrip(value), value);
      }),
      { numRuns: 500 },
    );
  });

  it('the round trip keeps what is shared and what is circular', () => {
    fc.assert(
      fc.property(graph, (value) => {
        expectSame(roundTrip(value), value);
      }),
      { numRuns: 500 },
    );
  });

  it('what comes back is stored as the same bytes', () => {
    fc.assert(
      fc.property(fc.oneof(leaf, graph), (value) => {
        const text = stored(value);
        expect(stored(roundTrip(value))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('what is stored is JSON and nothing else', () => {
    fc.assert(
      fc.property(graph, (value) => {
        const encoded = encode(value, 'the value');
        expectSame(JSON.parse(JSON.stringify(encoded)), encoded);
      }),
    );
  });

  it('a function anywhere in it is refused, with the path to it', () => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 5 }), fc.boolean(), (keys, inArray) => {
        let value: unknown = inArray ? [() => 1] : () => 1;
        for (const name of keys) {
          value = Object.defineProperty({}, name, { value, enumerable: true });
        }
        let refused: unknown;
        try {
          encode(value, 'the value');
        } catch (error) {
          refused = error;
        }
        expect(refused).toBeInstanceOf(UnserializableValueError);
        const { path } = refused as UnserializableValueError;
        const expected = keys.reverse().map((name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`)); // prettier-ignore
        expect(path).toBe(`$${expected.join('')}${inArray ? '[0]' : ''}`);
      }),
    );
  });
});
