/** The language's own functions and prototypes, by name: code may hold them in variables. */

const GLOBALS = [
  ...[
    'Object',
    'Array',
    'Number',
    'Boolean',
    'String',
    'Symbol',
    'BigInt',
    'Math',
    'JSON',
    'Reflect',
    'Date',
    'RegExp',
  ],
  ...[
    'Map',
    'Set',
    'WeakMap',
    'WeakSet',
    'Promise',
    'Error',
    'TypeError',
    'RangeError',
    'SyntaxError',
    'ReferenceError',
  ],
  ...['EvalError', 'URIError', 'AggregateError', 'ArrayBuffer', 'DataView', 'URL', 'URLSearchParams', 'Intl'],
  ...['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array'],
  ...['Float16Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
  ...[
    'parseInt',
    'parseFloat',
    'isNaN',
    'isFinite',
    'encodeURIComponent',
    'decodeURIComponent',
    'encodeURI',
    'decodeURI',
  ],
  ...['structuredClone', 'globalThis', 'console'],
] as const;

/** Only what is inside of these has names as well. */
const CLOSED = new Set<string>(['globalThis', 'console']);

const byName = new Map<string, object>();
const names = new Map<object, string>();

for (const name of GLOBALS) collect(name, (globalThis as unknown as Record<string, unknown>)[name], 0);
collect(
  'GeneratorFunction.prototype',
  Object.getPrototypeOf(function* () {
    // only its prototype is wanted
  }),
  0,
);

/** Two levels: `Math.max`, `Array.prototype.map`. What makes code out of text has no name. */
function collect(name: string, value: unknown, depth: number): void {
  const isObject = typeof value === 'object' ? value !== null : typeof value === 'function';
  if (!isObject || names.has(value as object) || value === Function || value === Function.prototype) return;
  names.set(value as object, name);
  byName.set(name, value as object);
  if (depth >= 2 || CLOSED.has(name)) return;
  for (const key of Object.getOwnPropertyNames(value)) {
    if (key === 'constructor') continue;
    collect(`${name}.${key}`, Object.getOwnPropertyDescriptor(value, key)?.value, depth + 1);
  }
}

export function intrinsicName(value: object): string | undefined {
  return names.get(value);
}

export function intrinsicNamed(name: string): object | undefined {
  return byName.get(name);
}
