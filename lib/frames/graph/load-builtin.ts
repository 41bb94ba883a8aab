/** What the language itself has: dates, maps, bytes, errors, and the cursors of loops. */
import type { CursorKind } from '../runtime/cursor.ts';
import { runtime } from '../runtime/runtime.ts';
import { EXTENSIBLE, type Json, type KINDS } from './format.ts';
import type { GraphReader, StoredNode } from './graph-reader.ts';
import type { NodeKind } from './load-kinds.ts';
import { defineAll, setPrototype } from './load-plain.ts';

const VIEWS = new Map(
  [
    ...['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array'],
    ...['Float16Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array', 'DataView'],
  ].flatMap((name): [string, ViewClass][] => {
    const found = (globalThis as unknown as Record<string, ViewClass | undefined>)[name];
    return found === undefined ? [] : [[name, found]];
  }),
);

type ViewClass = new (buffer: ArrayBuffer, offset: number, length: number) => object;

export const builtinKinds = {
  error: {
    make: () => new Error(),
    fill(reader, [, prototype, stack, extensible, ...properties], object) {
      for (const key of Reflect.ownKeys(object)) Reflect.deleteProperty(object, key);
      setPrototype(object, reader.value(prototype), reader);
      if (!(object instanceof Error)) reader.refuse('an error is none');
      if (typeof stack === 'string') {
        Object.defineProperty(object, 'stack', { value: stack, writable: true, enumerable: false, configurable: true });
      }
      defineAll(reader, object, properties);
      if (extensible !== EXTENSIBLE) Object.preventExtensions(object);
    },
  },
  date: { make: (reader, [, time]) => new Date(number(reader, reader.value(time))) },
  regExp: {
    make(reader, [, source, flags]) {
      try {
        return new RegExp(text(reader, source), text(reader, flags));
      } catch {
        return reader.refuse('a regular expression is none');
      }
    },
    fill(reader, [, , , lastIndex], object) {
      (object as RegExp).lastIndex = reader.value(lastIndex) as number;
    },
  },
  map: {
    make: () => new Map(),
    fill(reader, node, object) {
      for (let at = 1; at < node.length; at += 2) {
        (object as Map<unknown, unknown>).set(reader.value(node[at]), reader.value(node[at + 1]));
      }
    },
  },
  set: {
    make: () => new Set(),
    fill(reader, [, ...items], object) {
      for (const item of items) (object as Set<unknown>).add(reader.value(item));
    },
  },
  weakSet: {
    make: () => new WeakSet(),
    fill(reader, [, ...items], object) {
      for (const item of items) (object as WeakSet<object>).add(reader.object(item));
    },
  },
  weakMap: {
    make: () => new WeakMap(),
    fill(reader, node, object) {
      for (let at = 1; at < node.length; at += 2) {
        (object as WeakMap<object, unknown>).set(reader.object(node[at]), reader.value(node[at + 1]));
      }
    },
  },
  arrayBuffer: {
    make(reader, [, base64]) {
      return new Uint8Array(Buffer.from(text(reader, base64), 'base64')).buffer;
    },
  },
  nodeBuffer: { make: (reader, [, base64]) => Buffer.from(text(reader, base64), 'base64') },
  view: {
    makeLater(reader, [, name, buffer, offset, length]) {
      const View = VIEWS.get(text(reader, name));
      const bytes = reader.object(buffer);
      if (View === undefined || !(bytes instanceof ArrayBuffer)) return reader.refuse('bytes have no form');
      try {
        return new View(bytes, number(reader, offset), number(reader, length));
      } catch {
        return reader.refuse('a view is larger than its bytes');
      }
    },
  },
  primitive: {
    make(reader, [, value]) {
      const primitive = reader.value(value);
      const isPrimitive =
        primitive !== null &&
        primitive !== undefined &&
        typeof primitive !== 'object' &&
        typeof primitive !== 'function';
      return isPrimitive
        ? (Object(primitive) as object)
        : reader.refuse('something else is where a primitive has to be');
    },
  },
  url: {
    make(reader, [, href]) {
      try {
        return new URL(text(reader, href));
      } catch {
        return reader.refuse('an address is none');
      }
    },
  },
  arguments: {
    makeLater(reader, [, ...items]) {
      return argumentsOf(...items.map((item) => reader.value(item)));
    },
  },
  box: {
    make: () => new runtime.Box(undefined),
    fill(reader, [, value], object) {
      (object as InstanceType<typeof runtime.Box>).v = reader.value(value);
    },
  },
  cursor: { makeLater: makeCursor },
  cursorIterator: {
    makeLater(reader, [, cursor]) {
      const known = reader.object(cursor);
      return known instanceof runtime.Cursor
        ? runtime.cursorIterator(known)
        : reader.refuse('an iterator has no cursor');
    },
  },
} satisfies Partial<Record<keyof typeof KINDS, NodeKind>>;

function argumentsOf(..._items: unknown[]): object {
  // eslint-disable-next-line prefer-rest-params -- the object is what is wanted
  return arguments;
}

/** Its source is made before it, and filled by the time it moves on. */
function makeCursor(reader: GraphReader, [, kind, source, position, ...rest]: StoredNode): object {
  switch (kind) {
    case 'array':
      return arrayCursor(reader, reader.value(source), position, rest);
    case 'string': {
      const cursor = new runtime.StringCursor(text(reader, source), index(reader, position));
      cursor.isOver = rest[0] === true;
      return cursor;
    }
    case 'collection':
      return collectionCursor(reader, reader.object(source), position, rest);
    case 'keys':
      return new runtime.KeyCursor(
        reader.value(source),
        rest.map((key) => text(reader, key)),
        index(reader, position),
      );
    case 'iterator': {
      const iterator = reader.object(source);
      const cursor = new runtime.IteratorCursor(iterator, null);
      cursor.isOver = position === true;
      reader.afterwards.push(() => cursor.connect());
      return cursor;
    }
    default:
      return reader.refuse('it has a cursor that is not known');
  }
}

function arrayCursor(
  reader: GraphReader,
  source: unknown,
  position: Json | undefined,
  [kind, isOver]: StoredNode,
): object {
  const isList =
    source === undefined || Array.isArray(source) || (ArrayBuffer.isView(source) && !(source instanceof DataView));
  if (!isList) return reader.refuse('a cursor is over something else than a list');
  const cursor = new runtime.ArrayCursor(
    source as unknown[] | undefined,
    cursorKind(reader, kind),
    index(reader, position),
  );
  cursor.isOver = isOver === true;
  return cursor;
}

function collectionCursor(
  reader: GraphReader,
  source: object,
  position: Json | undefined,
  [kind, isOver]: StoredNode,
): object {
  if (!(source instanceof Map) && !(source instanceof Set))
    return reader.refuse('a cursor is over something else than a Map');
  const cursor = new runtime.CollectionCursor(source, cursorKind(reader, kind));
  cursor.isOver = isOver === true;
  const remaining = position === null ? undefined : index(reader, position);
  reader.afterwards.push(() => {
    if (remaining !== undefined && remaining > source.size) reader.refuse('a cursor is before the beginning');
    cursor.moveTo(remaining);
  });
  return cursor;
}

function cursorKind(reader: GraphReader, kind: Json | undefined): CursorKind {
  return kind === 'keys' || kind === 'values' || kind === 'entries'
    ? kind
    : reader.refuse('a cursor gives something unknown');
}

function index(reader: GraphReader, value: Json | undefined): number {
  return Number.isSafeInteger(value) && (value as number) >= 0
    ? (value as number)
    : reader.refuse('a position is no number');
}

function number(reader: GraphReader, value: unknown): number {
  return typeof value === 'number' ? value : reader.refuse('something else is where a number has to be');
}

function text(reader: GraphReader, value: Json | undefined): string {
  return typeof value === 'string' ? value : reader.refuse('something else is where a text has to be');
}
