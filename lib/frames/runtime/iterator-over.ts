/**
 * From a value to what iterates over it. The language's own collections get a cursor, whose position is data, as long as
 * their iteration is the language's own; everything else gets its own iterator.
 */
import {
  ArrayCursor,
  CollectionCursor,
  END,
  IteratorCursor,
  StringCursor,
  type Cursor,
  type CursorKind,
} from './cursor.ts';
import { isObject } from './is-object.ts';

type Proto = Record<PropertyKey, unknown>;

const protoOf = (value: unknown): Proto => Object.getPrototypeOf(value) as Proto;

const ArrayProto = Array.prototype as unknown as Proto;
const TypedArrayProto = protoOf(Uint8Array.prototype);
const MapProto = Map.prototype as unknown as Proto;
const SetProto = Set.prototype as unknown as Proto;
const StringProto = String.prototype as unknown as Proto;
const RegExpProto = RegExp.prototype as unknown as Proto;

const ArrayIteratorProto = protoOf([][Symbol.iterator]());
const MapIteratorProto = protoOf(new Map()[Symbol.iterator]());
const SetIteratorProto = protoOf(new Set()[Symbol.iterator]());
const StringIteratorProto = protoOf(''[Symbol.iterator]());

/** The language's own methods, as they were when this was loaded. */
const own = {
  array: { keys: ArrayProto['keys'], values: ArrayProto['values'], entries: ArrayProto['entries'] },
  typed: { keys: TypedArrayProto['keys'], values: TypedArrayProto['values'], entries: TypedArrayProto['entries'] },
  map: { keys: MapProto['keys'], values: MapProto['values'], entries: MapProto['entries'] },
  set: { keys: SetProto['keys'], values: SetProto['values'], entries: SetProto['entries'] },
  string: StringProto[Symbol.iterator],
  nextOfArray: ArrayIteratorProto['next'],
  nextOfMap: MapIteratorProto['next'],
  nextOfSet: SetIteratorProto['next'],
  nextOfString: StringIteratorProto['next'],
  matchAll: StringProto['matchAll'],
  regExpMatchAll: RegExpProto[Symbol.matchAll],
  exec: RegExpProto['exec'],
};

/** Called by compiled code: the cursor of a `for ... of`. */
export function iterate(iterable: unknown): Cursor {
  const method = methodOf(iterable);
  return cursorBy(iterable, method) ?? new IteratorCursor(iteratorBy(iterable, method));
}

/** The iterator of a `yield*` or of a destructuring. */
export function iteratorOver(iterable: unknown): { readonly next: unknown } {
  const method = methodOf(iterable);
  const cursor = cursorBy(iterable, method);
  return cursor === undefined ? (iteratorBy(iterable, method) as { next: unknown }) : cursorIterator(cursor);
}

/** Called by compiled code for `source.keys()` and the like: an iterator whose position is data, where there can be one. */
export function iteratorOf(source: unknown, name: PropertyKey, ...args: unknown[]): unknown {
  const method: unknown = (source as Proto)[name];
  if (name === 'matchAll') {
    const regExp = args[0];
    const isPlain =
      typeof source === 'string' &&
      method === own.matchAll &&
      regExp instanceof RegExp &&
      protoOf(regExp) === RegExpProto &&
      !Object.hasOwn(regExp, 'exec') &&
      RegExpProto['exec'] === own.exec &&
      RegExpProto[Symbol.matchAll] === own.regExpMatchAll;
    const matches: unknown = Reflect.apply(method as () => unknown, source, args);
    return isPlain ? cursorIterator(new ArrayCursor([...(matches as Iterable<unknown>)])) : matches;
  }
  const cursor = cursorBy(source, method);
  if (cursor !== undefined && args.length === 0) return cursorIterator(cursor);
  return Reflect.apply(method as () => unknown, source, args);
}

function methodOf(iterable: unknown): unknown {
  const method: unknown = (iterable as Proto)[Symbol.iterator];
  if (typeof method !== 'function') throw new TypeError(`${describe(iterable)} is not iterable`);
  return method;
}

function describe(value: unknown): string {
  if (typeof value === 'function') return 'function';
  return isObject(value) ? 'object is not iterable (cannot read property Symbol(Symbol.iterator)), it' : String(value);
}

function iteratorBy(iterable: unknown, method: unknown): object {
  const iterator: unknown = Reflect.apply(method as () => unknown, iterable, []);
  if (!isObject(iterator)) throw new TypeError('Result of the Symbol.iterator method is not an object');
  return iterator;
}

function cursorBy(source: unknown, method: unknown): Cursor | undefined {
  if (typeof source === 'string') {
    const isOwn = method === own.string && StringIteratorProto['next'] === own.nextOfString;
    return isOwn ? new StringCursor(source) : undefined;
  }
  if (Array.isArray(source)) return arrayCursor(source, method, own.array);
  if (ArrayBuffer.isView(source)) return arrayCursor(source as unknown as ArrayLike<unknown>, method, own.typed);
  if (source instanceof Map && MapIteratorProto['next'] === own.nextOfMap) {
    const kind = kindOf(method, own.map);
    return kind === undefined ? undefined : new CollectionCursor(source as Map<unknown, unknown>, kind);
  }
  if (source instanceof Set && SetIteratorProto['next'] === own.nextOfSet) {
    const kind = kindOf(method, own.set);
    return kind === undefined ? undefined : new CollectionCursor(source as Set<unknown>, kind);
  }
  return undefined;
}

function arrayCursor(
  source: ArrayLike<unknown>,
  method: unknown,
  methods: Record<CursorKind, unknown>,
): Cursor | undefined {
  const kind = kindOf(method, methods);
  const isOwn = kind !== undefined && ArrayIteratorProto['next'] === own.nextOfArray;
  return isOwn ? new ArrayCursor(source, kind) : undefined;
}

function kindOf(method: unknown, methods: Record<CursorKind, unknown>): CursorKind | undefined {
  if (method === methods.values) return 'values';
  if (method === methods.entries) return 'entries';
  return method === methods.keys ? 'keys' : undefined;
}

/** A cursor in the form of an iterator: what code may hold in a variable. */
export class CursorIterator {
  readonly cursor: Cursor;

  constructor(cursor: Cursor) {
    this.cursor = cursor;
  }

  next(): IteratorResult<unknown, unknown> {
    const value = this.cursor.next();
    return value === END ? { value: undefined, done: true } : { value, done: false };
  }
}

/** For each kind of native iterator, one that inherits from it: `instanceof` and the tag are as they would be. */
const prototypes = {
  array: under(ArrayIteratorProto),
  string: under(StringIteratorProto),
  map: under(MapIteratorProto),
  set: under(SetIteratorProto),
};

function under(native: object): object {
  const prototype = Object.create(native) as object;
  const value: unknown = Object.getOwnPropertyDescriptor(CursorIterator.prototype, 'next')?.value;
  return Object.defineProperty(prototype, 'next', { value, writable: true, configurable: true });
}

export function cursorIterator(cursor: Cursor): CursorIterator {
  return Object.setPrototypeOf(new CursorIterator(cursor), prototypeOf(cursor)) as CursorIterator;
}

/** Undefined for anything but what `cursorIterator` made. */
export function cursorIn(value: object): Cursor | undefined {
  const prototype = Object.getPrototypeOf(value) as object;
  return Object.values(prototypes).includes(prototype) ? (value as CursorIterator).cursor : undefined;
}

function prototypeOf(cursor: Cursor): object {
  if (cursor instanceof StringCursor) return prototypes.string;
  if (cursor instanceof CollectionCursor) return cursor.source instanceof Map ? prototypes.map : prototypes.set;
  return prototypes.array;
}
