/** What a value is, in a few words, for messages. It never throws and never runs a user's `toString`. */

const TEXT_LIMIT = 60;
const PROTOTYPE_LIMIT = 50; // a Proxy may claim to be its own prototype

/** As in `"boom"`, `42`, `undefined`, `a function charge`, `an array`, `an instance of class Foo`. At most a line. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(shorten(value));
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${shorten(String(value))}n`;
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'symbol':
      return `a symbol (${shorten(value.description ?? '')})`;
    default:
      return value === null ? 'null' : describeObject(value as object);
  }
}

function describeObject(value: object): string {
  try {
    if (typeof value === 'function') return describeFunction(value);
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === null || prototype === Object.prototype) return 'an object';
    const name = className(value);
    if (Array.isArray(value) && name === 'Array') return 'an array';
    if (name === undefined || name === 'Object') return Object.getPrototypeOf(prototype) === null ? 'an object' : CHILD;
    if (NOTABLE.has(name)) return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
    return `an instance of class ${shorten(name)}`;
  } catch {
    return 'an object that cannot be looked into';
  }
}

const CHILD = 'an object with a prototype of its own';

/** Of the language's own, where "an instance of class" would sound strange. */
const NOTABLE = new Set([
  ...['Array', 'Date', 'RegExp', 'Map', 'Set', 'Promise', 'WeakMap', 'WeakSet', 'WeakRef'],
  ...['Generator', 'AsyncGenerator', 'Iterator'],
]);

function describeFunction(value: object): string {
  const name = ownData(value, 'name');
  const named = typeof name === 'string' && name !== '' ? ` ${shorten(name)}` : '';
  return /^class\b/.test(Function.prototype.toString.call(value)) ? `the class${named}` : `a function${named}`;
}

/** The name of the class that an object is an instance of, found without running its code; undefined if it has none. */
export function className(value: object): string | undefined {
  let at: unknown = value;
  for (let depth = 0; depth < PROTOTYPE_LIMIT; depth += 1) {
    at = Object.getPrototypeOf(at);
    if (typeof at !== 'object' || at === null) return undefined;
    const constructor = ownData(at, 'constructor');
    if (typeof constructor === 'function') {
      const name = ownData(constructor, 'name');
      if (typeof name === 'string' && name !== '') return name;
    }
    const tag = ownData(at, Symbol.toStringTag);
    if (typeof tag === 'string') return tag;
  }
  return undefined;
}

function ownData(of: object, key: PropertyKey): unknown {
  return Object.getOwnPropertyDescriptor(of, key)?.value;
}

function shorten(text: string): string {
  return text.length <= TEXT_LIMIT ? text : `${text.slice(0, TEXT_LIMIT - 3)}...`;
}
