/** Objects and arrays. */
import { runtime } from '../runtime/runtime.ts';
import { EXTENSIBLE, isPrivateName, PROPERTY, type Json, type KINDS } from './format.ts';
import type { GraphReader } from './graph-reader.ts';
import type { NodeKind } from './load-kinds.ts';
import { shown } from './shown.ts';

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
    make: () => ({}),
    fill(reader, node, object) {
      const [, module, name] = node;
      const isName = typeof module === 'string' && typeof name === 'string';
      const ofClass = isName ? runtime.classInModule(module, name) : undefined;
      if (ofClass === undefined) return reader.refuse(`${shown(name)} is not in ${shown(module)} any more`);
      for (let at = 3; at < node.length; at += 2) {
        const key = keyIn(reader, ofClass, node[at]);
        give(object, key, reader.value(node[at + 1]));
      }
      Object.setPrototypeOf(object, ofClass.prototype);
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

type ClassInModule = NonNullable<ReturnType<typeof runtime.classInModule>>;

function keyIn(reader: GraphReader, ofClass: ClassInModule, stored: Json | undefined): PropertyKey {
  if (typeof stored === 'string') {
    if (!isPrivateName(stored)) return stored;
    return runtime.privateIn(ofClass, stored) ?? reader.refuse(`${ofClass.name} has no ${shown(stored)} any more`);
  }
  const key = reader.value(stored);
  return typeof key === 'symbol' ? key : reader.refuse('a property has no key');
}

/** To an object that inherits from nothing but `Object.prototype`. What that has is not assigned to: `__proto__` would become something else. */
function give(object: object, key: PropertyKey, value: unknown): void {
  if (key in object) {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    (object as Record<PropertyKey, unknown>)[key] = value;
  }
}

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
