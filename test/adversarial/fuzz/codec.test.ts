/** What was stored once and changed since: it is read as a value, or refused in words, soon, and changes nothing else. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decode } from '../../../lib/codec/decode.ts';
import { encode } from '../../../lib/codec/encode.ts';
import type { Encoded } from '../../../lib/core/encoded.ts';
import { UndecodableValueError } from '../../../lib/core/errors.ts';

const SEED = 20_261_122;

const golden = JSON.parse(readFileSync(new URL('../../golden/values-v1.json', import.meta.url), 'utf8')) as Readonly<
  Record<'values' | 'failures', Readonly<Record<string, Encoded>>>
>;
const STORED = [...Object.values(golden.values), ...Object.values(golden.failures)];

/** What stands in for a part of a value: near to what could stand there, other golden data, or any JSON. */
const part: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e308, 4_294_967_295, '', '$', '__proto__', 'constructor', 'NaN', [], {}),
  fc.constantFrom<unknown>({ $: 'ref', id: 1 }, { $: 'shared', id: 1, v: {} }, { $: 'undefined' }, { $: '__proto__' }),
  fc.constantFrom<unknown>(...STORED),
  fc.jsonValue({ maxDepth: 2 }),
);

interface Mutation {
  readonly how: 'replace' | 'remove' | 'rename' | 'duplicate';
  /** Counts the places of the value, from its root on. */
  readonly place: number;
  readonly by: unknown;
  readonly name: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  how: fc.constantFrom('replace', 'replace', 'remove', 'rename', 'duplicate'),
  place: fc.nat(60),
  by: part,
  name: fc.constantFrom('$', 'v', 'id', 'length', 'own', 'cause', 'class', 'as', '__proto__', 'constructor', 'then'),
});

function mutated(root: unknown, { how, place, by, name }: Mutation): unknown {
  const copy = JSON.parse(JSON.stringify(root)) as unknown;
  const places = placesOf(copy);
  const chosen = places[place % (places.length + 1)];
  if (chosen === undefined) return by;
  const { holder, key } = chosen;
  const before = holder[key];
  const set = (at: string, value: unknown): unknown =>
    Object.defineProperty(holder, at, { value, enumerable: true, configurable: true, writable: true });
  if (how === 'replace') set(key, by);
  else if (how === 'duplicate') set(Array.isArray(holder) ? String(holder.length) : name, before);
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else {
    Reflect.deleteProperty(holder, key);
    if (how === 'rename') set(name, before);
  }
  return copy;
}

function placesOf(root: unknown): { holder: Record<string, unknown>; key: string }[] {
  if (typeof root !== 'object' || root === null) return [];
  const holder = root as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])]);
}

/** The names of all that every object, list, function and error has. */
function language(): string {
  return [Object, Array, Function, Error, Map, Set, Date, RegExp, Promise]
    .map((one) => [...Reflect.ownKeys(one), ...Reflect.ownKeys(one.prototype as object)].map(String).join())
    .join(';');
}

it('golden data that was changed is read as a value that can be stored again, or refused', () => {
  const before = language();
  let [read, refused] = [0, 0];
  fc.assert(
    fc.property(fc.constantFrom(...STORED), fc.array(mutation, { minLength: 1, maxLength: 3 }), (original, all) => {
      const text = JSON.stringify(all.reduce<unknown>(mutated, original));
      let value: unknown;
      try {
        value = decode(JSON.parse(text) as Encoded);
      } catch (error) {
        expect(error).toBeInstanceOf(UndecodableValueError);
        refused += 1;
        return;
      }
      read += 1;
      const once = JSON.stringify(encode(value, 'the value'));
      expect(JSON.stringify(encode(decode(JSON.parse(once) as Encoded), 'the value'))).toBe(once);
      expect('polluted' in {}).toBe(false);
    }),
    { numRuns: 3_000, seed: SEED },
  );
  expect(language()).toBe(before);
  expect(read).toBeGreaterThan(300);
  expect(refused).toBeGreaterThan(300);
});

it('what is read for people, who do not have the classes, is read or refused alike', () => {
  const before = language();
  fc.assert(
    fc.property(fc.constantFrom(...STORED), mutation, (original, one) => {
      try {
        decode(JSON.parse(JSON.stringify(mutated(original, one))) as Encoded, { unregistered: 'plain' });
      } catch (error) {
        expect(error).toBeInstanceOf(UndecodableValueError);
      }
    }),
    { numRuns: 1_500, seed: SEED },
  );
  expect(language()).toBe(before);
});
