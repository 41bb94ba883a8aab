/** The own properties of an object, one by one: with symbols as keys, accessors, and what cannot be changed. */
import { PROPERTY, type Json } from './format.ts';
import type { GraphWriter } from './store-graph.ts';

/** Key, bits, value (or getter and setter), and so on. */
export function storeProperties(writer: GraphWriter, value: object, skipped: readonly PropertyKey[] = []): Json[] {
  const stored: Json[] = [];
  for (const key of Reflect.ownKeys(value)) {
    if (skipped.includes(key)) continue;
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (descriptor === undefined) continue;
    const part = partOf(key);
    stored.push(writer.value(key, part), bitsOf(descriptor));
    if ('value' in descriptor) {
      stored.push(writer.value(descriptor.value, part));
      continue;
    }
    for (const kind of ['get', 'set'] as const)
      stored.push(writer.value((descriptor as Record<string, unknown>)[kind], `${part} (${kind}ter)`));
  }
  return stored;
}

function bitsOf(descriptor: PropertyDescriptor): number {
  const accessor = 'value' in descriptor ? 0 : PROPERTY.accessor;
  const writable = descriptor.writable === true ? PROPERTY.writable : 0;
  const enumerable = descriptor.enumerable === true ? PROPERTY.enumerable : 0;
  const configurable = descriptor.configurable === true ? PROPERTY.configurable : 0;
  return accessor | writable | enumerable | configurable;
}

/** As code would write it: `.name`, `["first name"]`, `[Symbol(tag)]`; and `.#name`, which has become a symbol. */
export function partOf(key: PropertyKey): string {
  if (typeof key === 'symbol' && key.description?.startsWith('#') === true) return `.${key.description}`;
  if (typeof key !== 'string') return `[${String(key)}]`;
  if (/^(0|[1-9]\d*)$/.test(key)) return `[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** Whether all properties are as an assignment makes them, with texts as keys. */
export function hasPlainProperties(value: object): boolean {
  if (!Object.isExtensible(value)) return false;
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (typeof key !== 'string' || descriptor === undefined) return false;
    if (descriptor.writable !== true || descriptor.enumerable !== true || descriptor.configurable !== true)
      return false;
  }
  return true;
}

/** To an object that inherits from nothing but `Object.prototype`. What that has is not assigned to: `__proto__` would become something else. */
export function give(object: object, key: PropertyKey, value: unknown): void {
  if (key in object) {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    (object as Record<PropertyKey, unknown>)[key] = value;
  }
}
