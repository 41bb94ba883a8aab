/** Which tags there are, which fields each may have, and who reads it. */
import type { Json } from './format.ts';
import { ALL_LINKS } from './linked-errors.ts';
import { readBuiltins } from './read-builtin.ts';
import { readError } from './read-error.ts';
import { readInstance } from './read-instance.ts';
import type { Reader, TaggedNode } from './reader.ts';

export type Tag =
  | { readonly kind: 'value'; readonly fields: ReadonlySet<string>; readonly read: ReadTag }
  | { readonly kind: 'shared'; readonly fields: ReadonlySet<string> }
  | { readonly kind: 'ref'; readonly fields: ReadonlySet<string> };

export type ReadTag = (node: TaggedNode, reader: Reader) => unknown;

export const TAGS: ReadonlyMap<string, Tag> = new Map<string, Tag>([
  ['undefined', value([], () => undefined)],
  ['number', value(['v'], readNumber)],
  ['bigint', value(['v'], readBigint)],
  ['Object', value(['v'], (node, reader) => fill(reader.begin({}), node, reader))],
  ['NullObject', value(['v'], (node, reader) => fill(reader.begin(Object.create(null) as object), node, reader))],
  ['Array', value(['length', 'v'], readArray)],
  ['Error', value(['class', 'as', 'name', 'message', 'stack', ...ALL_LINKS, 'own', 'omitted'], readError)],
  ['class', value(['name', 'v'], readInstance)],
  ['sealed', value(['v', 'why'], readSealed)],
  ['shared', { kind: 'shared', fields: new Set(['id', 'v']) }],
  ['ref', { kind: 'ref', fields: new Set(['id']) }],
  ...readBuiltins.map(({ tag, fields, read }): [string, Tag] => [tag, value(fields, read)]),
]);

function value(fields: readonly string[], read: ReadTag): Tag {
  return { kind: 'value', fields: new Set(fields), read };
}

const NUMBERS: ReadonlyMap<Json | undefined, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
]);

function readNumber(node: TaggedNode, reader: Reader): number {
  return NUMBERS.get(node['v']) ?? reader.refuse('CORRUPT_DATA', 'is no number');
}

function readBigint(node: TaggedNode, reader: Reader): bigint {
  const digits = reader.text(node, 'v');
  return /^-?\d+$/.test(digits) ? BigInt(digits) : reader.refuse('CORRUPT_DATA', 'is no bigint');
}

/** Where a value is only shown, this is shown in its place. */
function readSealed(node: TaggedNode, reader: Reader): object {
  const why = typeof node['why'] === 'string' ? node['why'] : 'it was read where nothing is decrypted';
  if (reader.unregistered === 'plain') return reader.begin({ encrypted: why });
  return reader.refuse('PAYLOAD_KEY', `is encrypted: ${why}`);
}

function readArray(node: TaggedNode, reader: Reader): unknown[] {
  const { length } = node;
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || length > 2 ** 32 - 1) {
    return reader.refuse('CORRUPT_DATA', 'has no length');
  }
  const array = reader.begin<unknown[]>([]);
  array.length = length;
  return fill(array, node, reader);
}

/** Defines each property: one with the name of a setter, such as `__proto__`, is a property like any other. */
function fill<T extends object>(shell: T, node: TaggedNode, reader: Reader): T {
  for (const [key, stored] of reader.pairs(node['v'])) {
    const isKey = typeof key === 'string' || (typeof key === 'number' && Array.isArray(shell));
    if (!isKey) return reader.refuse('CORRUPT_DATA', 'has a key that is no text');
    define(shell, key, reader.child(stored, key));
  }
  return shell;
}

function define(shell: object, key: string | number, value: unknown): void {
  Object.defineProperty(shell, key, { value, enumerable: true, writable: true, configurable: true });
}
