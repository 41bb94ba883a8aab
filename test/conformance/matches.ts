/** Holds what a home answered against what a program expects. */
import type { Expected } from './program.ts';

/** The first place where they differ, as `$.result[2] is "a" and should be "b"`; undefined if they do not. */
export function differenceOf(actual: unknown, expected: Expected | undefined, path = '$'): string | undefined {
  if (expected === undefined) return undefined;
  if (expected instanceof RegExp) {
    return typeof actual === 'string' && expected.test(actual) ? undefined : differs(path, actual, String(expected));
  }
  if (Array.isArray(expected)) {
    const wanted = expected as readonly Expected[];
    if (!Array.isArray(actual) || actual.length !== wanted.length) return differs(path, actual, write(wanted));
    return firstOf(wanted, (each, index) => differenceOf((actual as unknown[])[index], each, `${path}[${index}]`));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) return differs(path, actual, write(expected));
    const fields = actual as Readonly<Record<string, unknown>>;
    return firstOf(Object.entries(expected), ([key, each]) => differenceOf(fields[key], each, `${path}.${key}`));
  }
  return actual === expected ? undefined : differs(path, actual, write(expected));
}

function firstOf<T>(items: readonly T[], find: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

function differs(path: string, actual: unknown, expected: string): string {
  return `${path} is ${write(actual)} and should be ${expected}`;
}

function write(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (part instanceof RegExp ? String(part) : part));
}
