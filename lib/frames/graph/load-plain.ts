/** Objects and arrays. */
import { EXTENSIBLE, PROPERTY, type Json, type KINDS } from './format.ts';
import type { GraphReader } from './graph-reader.ts';
import { KEYS_AT, shapeOf } from './instance-shape.ts';
import type { NodeKind } from './load-kinds.ts';
import { give } from './properties.ts';

const MAX_LENGTH = 2 ** 32 - 1;

export const plainKinds = {
  plainObject: {
    make: () => ({}),
    fill(reader, node, object) {
      for (let at = 1; at < node.length; at += 2) {
        const key = node[at];
        if (typeof key !== 'string') return reader.refuse('a key is no text');
        give(object, key, reader.value(node[at + 1]));
      }
    },
  },
  object: {
    make: () => ({}),
    fill(reader, [, prototype, extensible, ...properties], object) {
      // While it inherits from nothing that has setters, what is usual can be assigned, which is much faster.
      defineAll(reader, object, properties);
      setPrototype(object, reader.value(prototype), reader);
      if (extensible !== EXTENSIBLE) Object.preventExtensions(object);
    },
  },
  classInstance: {
    make: (reader, node) => new (shapeOf(reader, node).Instance)(),
    fill(reader, node, object) {
      const { keys, isInherited } = shapeOf(reader, node);
      for (let index = 0; index < keys.length; index += 1) {
        const key = keys[index] as PropertyKey;
        const value = reader.value(node[KEYS_AT + 2 * index + 1]);
        if (isInherited[index] === true) give(object, key, value);
        else (object as Record<PropertyKey, unknown>)[key] = value;
      }
    },
  },
  array: {
    make: () => [],
    fill(reader, node, object) {
      const array = object as unknown[];
      for (let at = 1; at < node.length; at += 1) array.push(reader.value(node[at]));
    },
  },
  oddArray: {
    make: () => [],
    fill(reader, [, extensible, length, canGrow, ...properties], object) {
      const isLength = typeof length === 'number' && Number.isInteger(length) && length >= 0 && length <= MAX_LENGTH;
      if (!isLength) reader.refuse('an array has no length');
      (object as unknown[]).length = length as number;
      defineAll(reader, object, properties);
      if (canGrow !== 1) Object.defineProperty(object, 'length', { writable: false });
      if (extensible !== EXTENSIBLE) Object.preventExtensions(object);
    },
  },
} satisfies Partial<Record<keyof typeof KINDS, NodeKind>>;

export function setPrototype(object: object, prototype: unknown, reader: GraphReader): void {
  if (prototype !== null && typeof prototype !== 'object') reader.refuse('a prototype is no object');
  Object.setPrototypeOf(object, prototype);
}

const USUAL = PROPERTY.writable | PROPERTY.enumerable | PROPERTY.configurable;

/** Key, bits, value (or getter and setter), and so on. */
export function defineAll(reader: GraphReader, object: object, stored: readonly Json[]): void {
  let at = 0;
  const isPlain = Object.getPrototypeOf(object) === Object.prototype;
  const next = (): unknown => {
    at += 1;
    return reader.value(stored[at - 1]);
  };
  while (at < stored.length) {
    const key = next();
    const bits = next();
    if ((typeof key !== 'string' && typeof key !== 'symbol') || typeof bits !== 'number')
      reader.refuse('a property has no key');
    const flags = bits;
    if (isPlain && flags === USUAL && !(key in object)) {
      (object as Record<PropertyKey, unknown>)[key as string] = next();
      continue;
    }
    const common = {
      enumerable: (flags & PROPERTY.enumerable) !== 0,
      configurable: (flags & PROPERTY.configurable) !== 0,
    };
    const isAccessor = (flags & PROPERTY.accessor) !== 0;
    const own = isAccessor
      ? { get: accessor(next(), reader), set: accessor(next(), reader) }
      : { value: next(), writable: (flags & PROPERTY.writable) !== 0 };
    Object.defineProperty(object, key, { ...common, ...own } as PropertyDescriptor);
  }
}

function accessor(value: unknown, reader: GraphReader): (() => unknown) | undefined {
  return value === undefined || typeof value === 'function'
    ? (value as (() => unknown) | undefined)
    : reader.refuse('a getter is no function');
}
