/** An oracle of its own for "comes back as it was": types, prototypes, order, holes, identity. */
import { expect } from 'vitest';

/** Fails unless the two have the same shape: same types, keys in the same order, and equal things shared equally. */
export function expectSame(actual: unknown, expected: unknown): void {
  compare(actual, expected, '$', new Map(), new Map());
}

function compare(
  actual: unknown,
  expected: unknown,
  path: string,
  seen: Map<object, object>,
  back: Map<object, object>,
): void {
  if (typeof expected !== 'object' || expected === null) {
    expect(Object.is(actual, expected), `${path}: ${String(actual)} is ${String(expected)}`).toBe(true);
    return;
  }
  expect(typeof actual === 'object' && actual !== null, `${path} is an object`).toBe(true);
  const other = actual as object;
  const known = seen.get(expected);
  expect(known === undefined || known === other, `${path} is shared as it was`).toBe(true);
  if (known !== undefined) return;
  expect(back.has(other), `${path} is not shared with something else`).toBe(false);
  seen.set(expected, other);
  back.set(other, expected);
  expect(Object.getPrototypeOf(other), `${path} has its prototype`).toBe(Object.getPrototypeOf(expected));
  compareInside(other, expected, path);
  for (const [key, item] of members(expected)) {
    const mine = members(other).find(([name]) => name === key);
    expect(mine, `${path}.${key} is there`).toBeDefined();
    compare(mine?.[1], item, `${path}.${key}`, seen, back);
  }
  expect(members(other).map(([key]) => key)).toEqual(members(expected).map(([key]) => key));
}

/** What the properties do not show. */
function compareInside(actual: object, expected: object, path: string): void {
  if (expected instanceof Date) expect((actual as Date).getTime(), path).toBe(expected.getTime());
  if (expected instanceof URL) expect((actual as URL).href, path).toBe(expected.href);
  if (expected instanceof RegExp) expect((actual as RegExp).source, path).toBe(expected.source);
  if (expected instanceof RegExp) expect((actual as RegExp).flags, path).toBe(expected.flags);
  if (expected instanceof RegExp) expect((actual as RegExp).lastIndex, path).toBe(expected.lastIndex);
  if (expected instanceof DOMException) expect((actual as DOMException).name, path).toBe(expected.name);
  if (Array.isArray(expected)) expect((actual as unknown[]).length, path).toBe(expected.length);
  if (expected instanceof ArrayBuffer || ArrayBuffer.isView(expected)) {
    expect(bytesOf(actual as ArrayBuffer), path).toEqual(bytesOf(expected));
  }
}

function members(of: object): [string, unknown][] {
  if (of instanceof Map)
    return [...of].flatMap(
      ([key, item], at) =>
        [
          [`${at}k`, key],
          [`${at}v`, item],
        ] as [string, unknown][],
    );
  if (of instanceof Set) return [...of].map((item, at) => [String(at), item]);
  if (ArrayBuffer.isView(of)) return [];
  const hidden = ['message', 'cause', 'errors', 'error', 'suppressed', 'name'].filter(
    (key) => of instanceof Error && isHidden(of, key),
  );
  return [...Object.keys(of), ...hidden].map((key) => [key, (of as Record<string, unknown>)[key]]);
}

function isHidden(of: object, key: string): boolean {
  return Object.getOwnPropertyDescriptor(of, key)?.enumerable === false;
}

function bytesOf(of: ArrayBuffer | ArrayBufferView): number[] {
  return ArrayBuffer.isView(of)
    ? [...new Uint8Array(of.buffer, of.byteOffset, of.byteLength)]
    : [...new Uint8Array(of)];
}
