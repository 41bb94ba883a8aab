/** What is left out of a failure that is recorded, because it cannot be stored or is too large. */

import { linksOf } from './linked-errors.ts';

/** How many paths are listed. */
const LISTED = 20;

/** What is kept of an error, beside the errors that it leads to, when nothing else of it is to be had. */
const ESSENTIAL: ReadonlySet<string> = new Set(['message']);

export class Omissions {
  readonly #onlyEssential: boolean;
  readonly #keys = new Map<object, Set<string>>();
  readonly #paths: string[] = [];

  constructor(options?: { readonly onlyEssential: boolean }) {
    this.#onlyEssential = options?.onlyEssential ?? false;
  }

  get size(): number {
    return this.#paths.length;
  }

  has(holder: object, key: string): boolean {
    if (this.#onlyEssential && !ESSENTIAL.has(key) && !linksOf(holder).includes(key)) return true;
    return this.#keys.get(holder)?.has(key) === true;
  }

  /** `path` leads to what is at fault, which may stand deeper than the property that is left out. */
  add(holder: object, key: string, path: string): void {
    const keys = this.#keys.get(holder);
    if (keys === undefined) this.#keys.set(holder, new Set([key]));
    else keys.add(key);
    this.#paths.push(path);
  }

  list(): string[] {
    if (this.#onlyEssential) return ['$'];
    if (this.#paths.length <= LISTED) return [...this.#paths];
    return [...this.#paths.slice(0, LISTED), `and ${this.#paths.length - LISTED} more`];
  }
}

const OMITTED = Symbol.for('lull.omitted');

/** What was left out when this error was recorded: paths from the error. Empty if it is whole. */
export function omittedFrom(error: Error): readonly string[] {
  const listed: unknown = Object.getOwnPropertyDescriptor(error, OMITTED)?.value;
  return Array.isArray(listed) && listed.every((path) => typeof path === 'string') ? listed : [];
}

/** Notes on an error what was left out of it, so that it is not lost when the error is stored again. */
export function markOmitted(error: Error, paths: readonly string[]): void {
  Object.defineProperty(error, OMITTED, { value: paths, configurable: true, writable: true, enumerable: false });
}
