/**
 * Values as plain JSON, for readers outside of JavaScript. Types that JSON lacks are lost:
 *
 * Date: ISO 8601 text · bigint: text · Map: object if all keys are texts, else array of pairs · Set: array ·
 * Error: `{ name, message, code?, stack?, cause?, errors?, undoErrors? }` · URL, RegExp: text · binary data: base64 ·
 * undefined: absent in an object, else null · NaN, Infinity: null · what contains itself: the text `[Circular]`
 */
import { hidesCause, LullError } from '../core/errors.ts';
import { isError } from '../core/to-error.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** An object that is in many places is written once for each of them: so there is a limit. */
const VALUE_LIMIT = 1_000_000;

/** The view of a value; too many parts are an error `VALUE_TOO_LARGE`. `stacks`: errors have their `stack` too. */
export function toJson(value: unknown, { stacks = false }: { readonly stacks?: boolean } = {}): Json {
  return new JsonView(stacks).show(value) ?? null;
}

class JsonView {
  readonly #ancestors = new Set<object>();
  #left = VALUE_LIMIT;
  readonly #showsStacks: boolean;

  constructor(showsStacks: boolean) {
    this.#showsStacks = showsStacks;
  }

  /** Undefined for what an object leaves out. */
  show(value: unknown): Json | undefined {
    this.#left -= 1;
    if (this.#left < 0) {
      throw new LullError('VALUE_TOO_LARGE', `the value has more than ${VALUE_LIMIT} parts: read it with the client`);
    }
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return Number.isFinite(value) ? value : null;
      case 'bigint':
        return String(value);
      case 'object':
        return value === null ? null : this.#showObject(value);
      default:
        return undefined;
    }
  }

  #showObject(value: object): Json {
    if (this.#ancestors.has(value)) return '[Circular]';
    this.#ancestors.add(value);
    const shown = this.#showNew(value);
    this.#ancestors.delete(value);
    return shown;
  }

  #showNew(value: object): Json {
    if (Array.isArray(value)) return this.#showAll(value);
    if (value instanceof Date) return Number.isFinite(value.getTime()) ? value.toISOString() : null;
    if (value instanceof Map) return this.#showMap(value);
    if (value instanceof Set) return this.#showAll(value);
    if (value instanceof URL || value instanceof RegExp) return String(value);
    if (value instanceof ArrayBuffer) return Buffer.from(value).toString('base64');
    if (ArrayBuffer.isView(value)) {
      return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
    }
    return isError(value) ? this.#showError(value) : this.#showProperties(Object.entries(value));
  }

  #showAll(values: Iterable<unknown>): Json[] {
    return Array.from(values, (value) => this.show(value) ?? null);
  }

  #showMap(map: ReadonlyMap<unknown, unknown>): Json {
    const entries = [...map];
    const isTextual = (entry: [unknown, unknown]): entry is [string, unknown] => typeof entry[0] === 'string';
    return entries.every(isTextual) ? this.#showProperties(entries) : this.#showAll(entries);
  }

  #showError(error: Error): Json {
    const { name, message, code, errors, undoErrors } = error as Error & Record<string, unknown>;
    const cause = hidesCause(error) ? undefined : error.cause;
    const stack = this.#showsStacks ? error.stack : undefined;
    return this.#showProperties(Object.entries({ name, message, code, stack, cause, errors, undoErrors }));
  }

  #showProperties(entries: readonly (readonly [string, unknown])[]): Json {
    return Object.fromEntries(
      entries.flatMap(([key, value]) => {
        const shown = this.show(value);
        return shown === undefined ? [] : [[key, shown]];
      }),
    );
  }
}
