/** What the language itself would refuse, in code that has become accesses to a frame. */
import { isObject } from './is-object.ts';

/** The value of a variable that is not initialized yet. */
export const UNSET: unique symbol = Symbol.for('lull.frames.unset');

/** Called by compiled code where a variable may be read before its declaration was reached. */
export function initialized(value: unknown, name: string): unknown {
  if (value === UNSET) throw new ReferenceError(`Cannot access '${name}' before initialization`);
  return value;
}

/** Called by compiled code where a constant is assigned to, after the value was evaluated. */
export function constantAssigned(_value: unknown, _before: unknown): never {
  throw new TypeError('Assignment to constant variable.');
}

/** Called by compiled code: a call whose function was evaluated before its arguments. */
export function call(callee: unknown, receiver: unknown, args: unknown[], text: string): unknown {
  if (typeof callee !== 'function') throw new TypeError(`${text} is not a function`);
  return Reflect.apply(callee, receiver, args);
}

/** Called by compiled code: an object whose private name is used, which has become this symbol. */
export function branded(value: unknown, name: symbol): object {
  if (isObject(value) && name in value) return value;
  throw new TypeError(
    `Cannot use private member ${name.description ?? ''} of an object whose class did not declare it`,
  );
}

/** Called by compiled code: methods that are kept under these symbols, which private names have become, are called as those are. */
export function namePrivates(holder: object, ...symbols: readonly symbol[]): void {
  symbols.forEach((symbol) => {
    const found = Object.getOwnPropertyDescriptor(holder, symbol) ?? {};
    const name = symbol.description ?? '';
    for (const key in PREFIXES) {
      const method: unknown = Reflect.get(found, key);
      if (typeof method === 'function')
        Object.defineProperty(method, 'name', { value: `${PREFIXES[key]}${name}`, configurable: true });
    }
  });
}

/** Of what a property may have. */
const PREFIXES: Readonly<Record<string, string>> = { value: '', get: 'get ', set: 'set ' };

/** Called by compiled code: what an object pattern demands of its value. */
export function objectCoercible(value: unknown): unknown {
  if (value === undefined || value === null) {
    throw new TypeError(`Cannot destructure '${String(value)}' as it is ${String(value)}.`);
  }
  return value;
}

/** Called by compiled code: a computed key, as it is once and for all. */
export function propertyKey(value: unknown): PropertyKey {
  return typeof value === 'symbol' || typeof value === 'string'
    ? value
    : (Reflect.ownKeys({ [value as string]: 0 })[0] as PropertyKey);
}

/** Called by compiled code: the rest of an object pattern. */
export function restOf(value: object, taken: readonly PropertyKey[]): object {
  const rest: Record<PropertyKey, unknown> = {};
  for (const key of Reflect.ownKeys(Object(value) as object)) {
    if (taken.includes(key) || !Object.prototype.propertyIsEnumerable.call(value, key)) continue;
    const item = (value as Record<PropertyKey, unknown>)[key];
    Object.defineProperty(rest, key, { value: item, writable: true, enumerable: true, configurable: true });
  }
  return rest;
}
