/** The language's own classes, errors apart, from their stored forms. What was not written by lull is refused. */
import { describeValue } from '../core/describe-value.ts';
import type { Reader, TaggedNode } from './reader.ts';

interface ReadBuiltin {
  readonly tag: string;
  readonly fields: readonly string[];
  readonly read: (node: TaggedNode, reader: Reader) => object;
}

type Read = ReadBuiltin['read'];

interface ViewClass {
  readonly name: string;
  readonly BYTES_PER_ELEMENT?: number;
  new (buffer: ArrayBuffer): ArrayBufferView;
}

const VIEWS = [
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView],
] as const;

export const readBuiltins: readonly ReadBuiltin[] = [
  { tag: 'Date', fields: ['v'], read: readDate },
  { tag: 'Map', fields: ['v'], read: readMap },
  { tag: 'Set', fields: ['v'], read: readSet },
  { tag: 'RegExp', fields: ['v', 'flags', 'lastIndex'], read: readRegExp },
  { tag: 'URL', fields: ['v'], read: readUrl },
  { tag: 'ArrayBuffer', fields: ['v'], read: readBytes },
  // A Buffer of its own memory: one from Node's pool would show what else is in there.
  { tag: 'Buffer', fields: ['v'], read: (node, reader) => Buffer.from(readBytes(node, reader)) },
  ...VIEWS.map((View) => ({ tag: View.name, fields: ['v'], read: viewReader(View.name, View) })),
  { tag: 'Float16Array', fields: ['v'], read: viewReader('Float16Array', laterView('Float16Array')) },
];

/** A class that only newer versions of Node have. */
function laterView(name: string): ViewClass | undefined {
  return (globalThis as unknown as Partial<Record<string, ViewClass>>)[name];
}

function viewReader(name: string, View: ViewClass | undefined): Read {
  return (node, reader) =>
    View === undefined ? refuseNewerNode(`is a ${name}`, reader) : readView(View, node, reader);
}

function readDate(node: TaggedNode, reader: Reader): Date {
  if (node['v'] === null) return new Date(NaN);
  const text = reader.text(node, 'v');
  const date = new Date(text);
  const isOurs = !Number.isNaN(date.getTime()) && date.toISOString() === text;
  return isOurs ? date : reader.refuse('CORRUPT_DATA', 'is no date');
}

function readMap(node: TaggedNode, reader: Reader): Map<unknown, unknown> {
  const map = reader.begin(new Map<unknown, unknown>());
  for (const [index, [key, item]] of reader.pairs(node['v']).entries()) {
    map.set(reader.child(key, index), reader.child(item, index));
  }
  return map;
}

function readSet(node: TaggedNode, reader: Reader): Set<unknown> {
  const items = node['v'];
  if (!Array.isArray(items)) return reader.refuse('CORRUPT_DATA', 'has no list of items');
  const set = reader.begin(new Set<unknown>());
  for (const [index, item] of items.entries()) set.add(reader.child(item, index));
  return set;
}

function readRegExp(node: TaggedNode, reader: Reader): RegExp {
  const { lastIndex = 0 } = node;
  if (typeof lastIndex !== 'number' || !Number.isSafeInteger(lastIndex) || lastIndex < 0) {
    return reader.refuse('CORRUPT_DATA', 'has no lastIndex');
  }
  const expression = compile(reader.text(node, 'v'), reader.text(node, 'flags'), reader);
  expression.lastIndex = lastIndex;
  return expression;
}

function compile(source: string, flags: string, reader: Reader): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    if (!mayBeNewer(source, flags)) throw error;
    return refuseNewerNode(`is the regular expression ${describeValue(`/${source}/${flags}`)}`, reader, error);
  }
}

/** Tells a newer syntax (a flag, a kind of group, a property of Unicode) from what is none in any version. */
function mayBeNewer(source: string, flags: string): boolean {
  const areFlags = /^[a-z]*$/.test(flags) && new Set(flags).size === flags.length;
  if (!areFlags || (flags.includes('u') && flags.includes('v'))) return false;
  return Array.from(flags).some((flag) => !isFlag(flag)) || /\(\?|\\[pP]\{/.test(source);
}

function isFlag(flag: string): boolean {
  try {
    return new RegExp('', flag).flags === flag;
  } catch {
    return false;
  }
}

function refuseNewerNode(what: string, reader: Reader, cause?: unknown): never {
  // eslint-disable-next-line no-restricted-globals -- it names the platform in an error, and nothing else depends on it
  const { version } = process;
  return reader.refuse(
    'NEWER_NODE',
    `${what}, which Node ${version} does not know: it was stored on a newer Node. Run this code on that version ` +
      'of Node, or on a later one',
    cause,
  );
}

function readUrl(node: TaggedNode, reader: Reader): URL {
  return new URL(reader.text(node, 'v'));
}

function readView(View: ViewClass, node: TaggedNode, reader: Reader): ArrayBufferView {
  const bytes = readBytes(node, reader);
  const isWhole = bytes.byteLength % (View.BYTES_PER_ELEMENT ?? 1) === 0;
  return isWhole
    ? new View(bytes)
    : reader.refuse('CORRUPT_DATA', `has ${bytes.byteLength} bytes, which is no whole ${View.name}`);
}

function readBytes(node: TaggedNode, reader: Reader): ArrayBuffer {
  const text = reader.text(node, 'v');
  const decoded = Buffer.from(text, 'base64');
  if (decoded.toString('base64') !== text) return reader.refuse('CORRUPT_DATA', 'has no base64');
  const bytes = new ArrayBuffer(decoded.byteLength);
  new Uint8Array(bytes).set(decoded);
  return bytes;
}
