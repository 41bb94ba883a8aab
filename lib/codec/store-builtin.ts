/** The stored forms of the language's own classes, errors apart. */
import { className } from '../core/describe-value.ts';
import type { Json } from './format.ts';
import type { Walker } from './walker.ts';

export type StoreBuiltin = (value: object, walker: Walker) => Json;

interface Builtin {
  readonly name: string;
  readonly prototype: object;
  readonly store: StoreBuiltin;
}

/** How to store an instance of exactly one of these classes; undefined for others, subclasses included. */
export function builtinStore(value: object, prototype: object): StoreBuiltin | undefined {
  return BY_PROTOTYPE.get(prototype)?.store ?? foreign(value)?.store;
}

/** Of another realm (a vm, a test runner): known by name and tag. What only claims to be one fails when it is read. */
function foreign(value: object): Builtin | undefined {
  const builtin = BY_NAME.get(className(value) ?? '');
  if (builtin === undefined || value instanceof Object) return undefined;
  return Object.prototype.toString.call(value) === `[object ${builtin.name}]` ? builtin : undefined;
}

/** Float16Array is in newer versions of Node only. */
const TYPED_ARRAYS = [
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array],
  (globalThis as { Float16Array?: { prototype: object; name: string } }).Float16Array,
].filter((each) => each !== undefined);

const BUILTINS: readonly Builtin[] = [
  { name: 'Date', prototype: Date.prototype, store: storeDate },
  { name: 'Map', prototype: Map.prototype, store: storeMap },
  { name: 'Set', prototype: Set.prototype, store: storeSet },
  { name: 'RegExp', prototype: RegExp.prototype, store: storeRegExp },
  { name: 'URL', prototype: URL.prototype, store: storeUrl },
  { name: 'ArrayBuffer', prototype: ArrayBuffer.prototype, store: storeArrayBuffer },
  ...[...TYPED_ARRAYS, DataView, Buffer].map(({ name, prototype }) => ({
    name,
    prototype: prototype as object,
    store: (value: object) => storeView(name, value as ArrayBufferView),
  })),
];

const BY_PROTOTYPE: ReadonlyMap<object, Builtin> = new Map(BUILTINS.map((builtin) => [builtin.prototype, builtin]));
const BY_NAME: ReadonlyMap<string, Builtin> = new Map(BUILTINS.map((builtin) => [builtin.name, builtin]));

function storeDate(value: object, walker: Walker): Json {
  refuseOwnProperties(value, walker);
  const ms = Date.prototype.getTime.call(value);
  return { $: 'Date', v: Number.isNaN(ms) ? null : Date.prototype.toISOString.call(value) };
}

function storeMap(value: object, walker: Walker): Json {
  refuseOwnProperties(value, walker);
  const entries = [...Map.prototype.entries.call(value)] as [unknown, unknown][];
  const stored = entries.map(([key, item], at) => [
    walker.child(key, { call: 'keys', at }),
    walker.child(item, { get: key }),
  ]);
  return { $: 'Map', v: stored };
}

function storeSet(value: object, walker: Walker): Json {
  refuseOwnProperties(value, walker);
  const items = [...Set.prototype.values.call(value)] as unknown[];
  return { $: 'Set', v: items.map((item, at) => walker.child(item, { call: 'values', at })) };
}

function storeRegExp(value: object, walker: Walker): Json {
  refuseOwnProperties(value, walker);
  const { source, flags, lastIndex } = value as RegExp;
  if (!Number.isSafeInteger(lastIndex) || lastIndex < 0) {
    walker.refuse('is no index: set it to a whole number', { part: 'lastIndex' });
  }
  return { $: 'RegExp', v: source, flags, ...(lastIndex === 0 ? {} : { lastIndex }) };
}

function storeUrl(value: object, walker: Walker): Json {
  refuseOwnProperties(value, walker);
  return { $: 'URL', v: (value as URL).href };
}

function storeArrayBuffer(value: object, walker: Walker): Json {
  refuseOwnProperties(value, walker);
  return { $: 'ArrayBuffer', v: Buffer.from(value as ArrayBuffer).toString('base64') };
}

/** The bytes that the view shows. Two views of one buffer become independent. */
function storeView(tag: string, view: ArrayBufferView): Json {
  return { $: tag, v: Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64') };
}

function refuseOwnProperties(value: object, walker: Walker): void {
  for (const key of Object.keys(value)) {
    walker.refuse(`is a property that was added to a ${className(value)}. Put it into an object beside it`, {
      part: key,
    });
  }
}
