/** What the language itself has: dates, maps, bytes, errors, and the cursors of loops. */
import { types } from 'node:util';
import { registeredFor } from '../../core/class-registry.ts';
import { describeValue } from '../../core/describe-value.ts';
import type { Cursor } from '../runtime/cursor.ts';
import { runtime } from '../runtime/runtime.ts';
import { EXTENSIBLE, KINDS, NOT_EXTENSIBLE, TAGS, type Json } from './format.ts';
import { intrinsicName } from './intrinsics.ts';
import { storeProperties } from './properties.ts';
import type { GraphWriter, Node } from './store-graph.ts';
import { refuseUnknownClass, storePrototype } from './unknown-class.ts';

/** Undefined for what is none of these. */
export function storeBuiltin(writer: GraphWriter, value: object, prototype: object | null): Node | undefined {
  if (types.isNativeError(value)) return storeError(writer, value, prototype);
  if (types.isArgumentsObject(value)) {
    return [
      KINDS.arguments,
      ...Array.from(value as unknown as ArrayLike<unknown>, (item, index) => writer.value(item, `[${index}]`)),
    ];
  }
  if (value instanceof runtime.Cursor) return [KINDS.cursor, ...storeCursor(writer, value)];
  const cursor = runtime.cursorIn(value);
  if (cursor !== undefined) return [KINDS.cursorIterator, writer.value(cursor, '')];
  if (types.isProxy(prototype) || prototype === null) return undefined;
  const node = storeExotic(writer, value);
  if (node === undefined) return undefined;
  if (!isOwnPrototype(value, prototype))
    return writer.refuse(`is ${describeValue(value)}, a class that extends one of the language's own`);
  refuseExtras(writer, value);
  return node;
}

function storeExotic(writer: GraphWriter, value: object): Node | undefined {
  if (types.isDate(value)) return [KINDS.date, writer.value(value.getTime(), '')];
  if (types.isRegExp(value))
    return [KINDS.regExp, value.source, value.flags, writer.value(value.lastIndex, '.lastIndex')];
  if (types.isMap(value)) {
    let index = 0;
    const node: Json[] = [KINDS.map];
    for (const [key, item] of value) {
      node.push(writer.value(key, ` (key ${index})`), writer.value(item, `.get(${describeValue(key)})`));
      index += 1;
    }
    return node;
  }
  if (types.isSet(value))
    return [KINDS.set, ...[...value].map((item, index) => writer.value(item, ` (item ${index})`))];
  if (types.isWeakSet(value)) return storeWeak(writer, value, [KINDS.weakSet]);
  if (types.isWeakMap(value)) return storeWeak(writer, value, [KINDS.weakMap]);
  if (types.isArrayBuffer(value)) return storeArrayBuffer(writer, value);
  if (Buffer.isBuffer(value)) return [KINDS.nodeBuffer, value.toString('base64')];
  if (ArrayBuffer.isView(value)) return storeView(writer, value);
  if (types.isBoxedPrimitive(value)) return [KINDS.primitive, writer.value(unboxed(value), '')];
  if (value instanceof URL) return [KINDS.url, value.href];
  return undefined;
}

function storeWeak(writer: GraphWriter, value: WeakSet<object> | WeakMap<object, unknown>, node: Node): Node {
  writer.weak(value, node);
  return node;
}

function unboxed(value: object): unknown {
  return (value as { valueOf(): unknown }).valueOf();
}

function isOwnPrototype(value: object, prototype: object): boolean {
  return intrinsicName(prototype) !== undefined || (Buffer.isBuffer(value) && prototype === Buffer.prototype);
}

/** Properties that code has put on it beside what it is. */
function refuseExtras(writer: GraphWriter, value: object): void {
  if (ArrayBuffer.isView(value) || types.isBoxedPrimitive(value) || value instanceof URL) return; // indexes, hidden parts
  const keys = Reflect.ownKeys(value).filter((key) => !(types.isRegExp(value) && key === 'lastIndex'));
  if (keys.length > 0) writer.refuse(`is ${describeValue(value)} with a property of its own (${String(keys[0])})`);
}

function storeArrayBuffer(writer: GraphWriter, value: ArrayBuffer): Node {
  if ((value as { resizable?: boolean }).resizable === true)
    return writer.refuse('is an ArrayBuffer that can be resized');
  return [KINDS.arrayBuffer, Buffer.from(value).toString('base64')];
}

function storeView(writer: GraphWriter, value: ArrayBufferView): Node {
  if (!types.isArrayBuffer(value.buffer)) return writer.refuse('shares its bytes with other threads');
  const name = types.isDataView(value) ? 'DataView' : (value as unknown as Record<symbol, string>)[Symbol.toStringTag];
  const count = types.isDataView(value) ? value.byteLength : (value as unknown as { length: number }).length;
  return [KINDS.view, name ?? '', writer.value(value.buffer, '.buffer'), value.byteOffset, count];
}

/** With the class that it has, if each process knows that; its stack is a text. */
function storeError(writer: GraphWriter, value: Error, prototype: object | null): Node {
  const registered = prototype === null ? undefined : registeredFor(prototype);
  const isKnown = registered?.kind === 'error';
  if (!isKnown && (prototype === null || intrinsicName(prototype) === undefined)) {
    refuseUnknownErrors(writer, value, prototype);
  }
  const stack = stackOf(value);
  const extensible = Object.isExtensible(value) ? EXTENSIBLE : NOT_EXTENSIBLE;
  const proto: Json = isKnown ? [TAGS.registeredPrototype, registered.name] : storePrototype(writer, prototype);
  return [KINDS.error, proto, stack, extensible, ...storeProperties(writer, value, ['stack'])];
}

function refuseUnknownErrors(writer: GraphWriter, value: Error, prototype: object | null): void {
  let at = prototype;
  while (at !== null && runtime.hidesOf(at) === false) at = Object.getPrototypeOf(at) as object | null;
  if (at !== null && intrinsicName(at) !== undefined) return;
  if (at !== null && registeredFor(at)?.kind === 'error') return;
  refuseUnknownClass(writer, value, at);
}

function stackOf(value: Error): Json {
  const { stack } = value;
  return typeof stack === 'string' ? stack : null;
}

function storeCursor(writer: GraphWriter, cursor: Cursor): Json[] {
  const source = (value: unknown): Json => writer.value(value, '');
  if (cursor instanceof runtime.ArrayCursor)
    return ['array', source(cursor.source), cursor.index, cursor.kind, cursor.isOver];
  if (cursor instanceof runtime.StringCursor) return ['string', cursor.source, cursor.index, cursor.isOver];
  if (cursor instanceof runtime.CollectionCursor) {
    return ['collection', source(cursor.source), cursor.remaining ?? null, cursor.kind, cursor.isOver];
  }
  if (cursor instanceof runtime.KeyCursor) return ['keys', source(cursor.source), cursor.index, ...cursor.keys];
  if (cursor instanceof runtime.IteratorCursor) return ['iterator', source(cursor.iterator), cursor.isOver];
  return writer.refuse('is a cursor that is not known');
}
