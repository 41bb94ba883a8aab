/**
 * Where a `for ... of` or `for ... in` is: a source and a position, as data. The language's own iterators keep theirs
 * hidden. A cursor behaves as the native iterator does when its source changes underway.
 */

/** What `next` of a cursor gives at the end. */
export const END: unique symbol = Symbol.for('lull.frames.end');

export type CursorKind = 'keys' | 'values' | 'entries';

export abstract class Cursor {
  /** Of a destructuring: it has come to the end, and nothing has to be closed. */
  isOver = false;

  abstract next(): unknown;

  /** Called by compiled code for an element of a pattern: undefined after the end. */
  take(): unknown {
    if (this.isOver) return undefined;
    this.isOver = true; // also if it fails
    const value = this.next();
    if (value === END) return undefined;
    this.isOver = false;
    return value;
  }

  /** The same for `...rest`. */
  takeRest(): unknown[] {
    const rest: unknown[] = [];
    for (let value = this.take(); !this.isOver; value = this.take()) rest.push(value);
    return rest;
  }

  /** The loop is left by `break`, `return` or a jump. */
  close(): void {
    // Of data, nothing has to be closed.
  }
  /** The loop is left by an error, beside which another one does not count. */
  closeQuietly(): void {
    // the same
  }
}

/** Over an array or a typed array; undefined as the source once the end was reached. */
export class ArrayCursor extends Cursor {
  source: ArrayLike<unknown> | undefined;
  index: number;
  readonly kind: CursorKind;

  constructor(source: ArrayLike<unknown> | undefined, kind: CursorKind = 'values', index = 0) {
    super();
    this.source = source;
    this.kind = kind;
    this.index = index;
  }

  override next(): unknown {
    const { source, index, kind } = this;
    if (source === undefined || index >= source.length) {
      this.source = undefined;
      return END;
    }
    this.index = index + 1;
    return kind === 'values' ? source[index] : kind === 'keys' ? index : [index, source[index]];
  }
}

/** Over the characters of a string, where those beyond the first plane are one. */
export class StringCursor extends Cursor {
  readonly source: string;
  index: number;

  constructor(source: string, index = 0) {
    super();
    this.source = source;
    this.index = index;
  }

  override next(): unknown {
    const code = this.source.codePointAt(this.index);
    if (code === undefined) return END;
    const character = String.fromCodePoint(code);
    this.index += character.length;
    return character;
  }
}

type Collection = Map<unknown, unknown> | Set<unknown>;

/**
 * Over a Map or a Set. Its native iterator runs along; what it has not visited yet is always the rest of the collection,
 * so the number of those says where it is, whatever was deleted before.
 */
export class CollectionCursor extends Cursor {
  readonly source: Collection;
  readonly kind: CursorKind;
  #native: Iterator<unknown> | undefined;

  constructor(source: Collection, kind: CursorKind) {
    super();
    this.source = source;
    this.kind = kind;
    this.#native = source[kind]();
  }

  override next(): unknown {
    const result = this.#native?.next();
    if (result === undefined || result.done === true) {
      this.#native = undefined;
      return END;
    }
    return result.value;
  }

  /** How many entries are still to come; undefined after the end, where entries that are added do not count. */
  get remaining(): number | undefined {
    if (this.#native === undefined) return undefined;
    let count = 0;
    while (this.#native.next().done !== true) count += 1;
    this.#native = skipped(this.source, this.kind, this.source.size - count);
    return count;
  }

  /** Goes to where so many entries are still to come; undefined: after the end. */
  moveTo(remaining: number | undefined): void {
    this.#native = remaining === undefined ? undefined : skipped(this.source, this.kind, this.source.size - remaining);
  }
}

function skipped(source: Collection, kind: CursorKind, count: number): Iterator<unknown> {
  const native: Iterator<unknown> = source[kind]();
  for (let index = 0; index < count; index += 1) native.next();
  return native;
}

/** `for ... in`: the keys as they were at the beginning, without those that were deleted underway. */
export class KeyCursor extends Cursor {
  readonly source: unknown;
  readonly keys: readonly string[];
  index: number;

  constructor(source: unknown, keys: readonly string[] = keysOf(source), index = 0) {
    super();
    this.source = source;
    this.keys = keys;
    this.index = index;
  }

  override next(): unknown {
    while (this.index < this.keys.length) {
      const key = this.keys[this.index] as string;
      this.index += 1;
      if (key in Object(this.source)) return key;
    }
    return END;
  }
}

function keysOf(source: unknown): string[] {
  const keys: string[] = [];

  for (const key in source as object) keys.push(key);
  return keys;
}

/** Over any other iterator, which is asked as the language asks it. */
export class IteratorCursor extends Cursor {
  readonly iterator: object;
  #next: unknown;

  constructor(iterator: object, next: unknown = (iterator as { next?: unknown }).next) {
    super();
    this.iterator = iterator;
    this.#next = next;
  }

  /** Asks the iterator for its `next`, once the iterator is whole. */
  connect(): void {
    this.#next = (this.iterator as { next?: unknown }).next;
  }

  override next(): unknown {
    const result: unknown = Reflect.apply(this.#next as () => unknown, this.iterator, []);
    if ((typeof result !== 'object' && typeof result !== 'function') || result === null) {
      throw new TypeError(`Iterator result ${String(result)} is not an object`);
    }
    const { done } = result as { done?: unknown };
    return done ? END : (result as { value?: unknown }).value;
  }

  override close(): void {
    if (this.isOver) return;
    const method: unknown = (this.iterator as { return?: unknown }).return;
    if (method === undefined || method === null) return;
    const result: unknown = Reflect.apply(method as () => unknown, this.iterator, []);
    if ((typeof result === 'object' || typeof result === 'function') && result !== null) return;
    throw new TypeError(`${String(result)} is not an object`);
  }

  override closeQuietly(): void {
    if (this.isOver) return;
    try {
      const method: unknown = (this.iterator as { return?: unknown }).return;
      if (method !== undefined && method !== null) Reflect.apply(method as () => unknown, this.iterator, []);
    } catch {
      // the error that the loop is left by goes on
    }
  }
}
