/** Accessors of object literals, whose functions are closures like others. */

type Func = (...args: never[]) => unknown;

/** Called by compiled code: `get name() { ... }` or `set name(value) { ... }` of an object literal. */
export function accessor<T extends object>(target: T, kind: 'get' | 'set', key: PropertyKey, method: Func): T {
  const before = Object.getOwnPropertyDescriptor(target, key);
  const other = kind === 'get' ? 'set' : 'get';
  if (method.name === '') named(method, key, `${kind} `);
  const otherMethod: unknown = (before as Record<string, unknown> | undefined)?.[other];
  const kept = otherMethod === undefined ? {} : { [other]: otherMethod };
  return Object.defineProperty(target, key, { ...kept, [kind]: method, enumerable: true, configurable: true });
}

/** Called by compiled code: what comes after an accessor in an object literal. */
export function extend<T extends object>(target: T, more: object): T {
  return Object.defineProperties(target, Object.getOwnPropertyDescriptors(more));
}

/** Called by compiled code: the function of the one accessor of an object. */
export function accessorOf(holder: object): Func {
  const key = Reflect.ownKeys(holder)[0] as PropertyKey;
  const descriptor = Object.getOwnPropertyDescriptor(holder, key) as { get?: Func; set?: Func };
  return (descriptor.get ?? descriptor.set) as Func;
}

/** Called by compiled code: a function is called what its key is. */
export function named<F extends Func>(method: F, key: PropertyKey, prefix = ''): F {
  const name = typeof key === 'symbol' ? (key.description === undefined ? '' : `[${key.description}]`) : String(key);
  return Object.defineProperty(method, 'name', { value: prefix + name, configurable: true });
}
