/** The stored form of an object: itself, unless one of its keys would be misread. */
import type { Json } from './format.ts';

/** `$` would be taken for a tag; `__proto__` does not outlive every way of copying an object. */
export function isSpecialKey(key: string): boolean {
  return key === '$' || key === '__proto__';
}

export function objectForm(entries: readonly (readonly [string, Json])[]): Json {
  if (entries.some(([key]) => isSpecialKey(key))) return escapedForm(entries);
  return Object.fromEntries(entries);
}

export function escapedForm(entries: readonly (readonly [string, Json])[]): Json {
  return { $: 'Object', v: entries.map(([key, stored]) => [key, stored]) };
}
