/**
 * One text for all values that are equal: to compare them by a digest, where the values themselves are not kept.
 *
 * Equal means: what a reader of the data cannot tell apart. The order of an object's keys, of a Set and of a Map does not
 * count, nor whether an object that stands at two places is one or two, nor the sign of zero, nor the stack of an error.
 * A cycle is known by how far it leads up. What cannot be stored (a function, a client, a logger) counts as such, whatever
 * it is: it differs from process to process.
 */
import { registeredFor } from '../core/class-registry.ts';
import { className } from '../core/describe-value.ts';
import { isError } from '../core/to-error.ts';
import { MAX_DEPTH, type Json } from './format.ts';
import { objectForm } from './object-form.ts';
import { builtinStore } from './store-builtin.ts';
import { storeError } from './store-error.ts';
import type { Walker } from './walker.ts';

export interface Canonical {
  readonly text: string;
  /** Parts beyond the limit count by their size alone: two values may then have one text and not be equal. */
  readonly isWhole: boolean;
}

/** Never throws. `limit`: about so many characters are looked at, so that a large value costs no more than that. */
export function canonicalText(value: unknown, limit: number): Canonical {
  const walker = new CanonicalWalker(limit);
  const text = JSON.stringify(walker.child(value));
  return { text, isWhole: walker.isWhole };
}

const OPAQUE: Json = { $: 'opaque' };
const CUT: Json = { $: 'cut' };

/** Stops the walk of a part that cannot be stored. */
class Refused extends Error {}

class CanonicalWalker implements Walker {
  readonly messageLimit = Infinity;
  isWhole = true;
  #left: number;
  /** The objects that lead to the one at hand. */
  readonly #above: object[] = [];

  constructor(limit: number) {
    this.#left = limit;
  }

  child(value: unknown): Json {
    this.#left -= 1;
    switch (typeof value) {
      case 'string':
        return this.#string(value);
      case 'boolean':
        return value;
      case 'number':
        return Number.isFinite(value) ? value : { $: 'number', v: String(value) }; // JSON writes -0 as 0
      case 'bigint':
        return { $: 'bigint', v: String(value) };
      case 'undefined':
        return { $: 'undefined' };
      case 'object':
        return value === null ? null : this.#object(value);
      default:
        return OPAQUE;
    }
  }

  property(_holder: object, _key: string, read: () => unknown): Json {
    return this.child(read());
  }

  refuse(): never {
    throw new Refused();
  }

  #string(value: string): Json {
    if (value.length <= this.#left) {
      this.#left -= value.length;
      return value;
    }
    return this.#cut({ $: 'text', head: value.slice(0, Math.max(0, this.#left)), length: value.length });
  }

  #object(value: object): Json {
    const at = this.#above.lastIndexOf(value);
    if (at !== -1) return { $: 'above', levels: this.#above.length - at };
    if (this.#left <= 0 || this.#above.length > MAX_DEPTH) return this.#cut(CUT);
    const depth = this.#above.push(value);
    try {
      return this.#contents(value);
    } catch {
      return OPAQUE; // also of a getter or a Proxy that throws
    } finally {
      this.#above.length = depth - 1;
    }
  }

  #contents(value: object): Json {
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype || prototype === null) return this.#plainObject(value);
    const registered = registeredFor(prototype);
    if (registered?.kind === 'instance') {
      return { $: 'class', name: registered.name, v: this.child(registered.toData(value)) };
    }
    if (Array.isArray(value)) return className(value) === 'Array' ? this.#array(value) : OPAQUE;
    if (ArrayBuffer.isView(value)) return this.#bytes(className(value), value);
    const store = builtinStore(value, prototype);
    if (store !== undefined) return this.#builtin(value, () => store(value, this));
    if (isError(value)) return this.#error(value);
    const isForeign = !(value instanceof Object) && className(value) === 'Object';
    return isForeign ? this.#plainObject(value) : OPAQUE;
  }

  #plainObject(value: object): Json {
    const keys = Object.keys(value);
    return keys.length > this.#left
      ? this.#cut({ $: 'cut', size: keys.length })
      : objectForm(this.#entries(value, keys));
  }

  #array(value: readonly unknown[]): Json {
    const isCut = value.length > this.#left;
    if (!isCut) {
      const keys = Object.keys(value);
      const isPlain = keys.length === value.length && (keys.length === 0 || keys.at(-1) === String(value.length - 1));
      if (!isPlain) return { $: 'Array', length: value.length, v: this.#entries(value, keys) };
    }
    const items: Json[] = [];
    for (const item of value) {
      if (this.#left <= 0) return this.#cut({ $: 'cut', size: value.length, v: items });
      items.push(this.child(item));
    }
    return items;
  }

  #entries(value: object, keys: string[]): [string, Json][] {
    return keys.sort().map((key) => {
      this.#left -= key.length;
      return [key, this.child((value as Record<string, unknown>)[key])];
    });
  }

  #bytes(name: string | undefined, { buffer, byteOffset, byteLength }: ArrayBufferView): Json {
    const shown = Math.min(byteLength, Math.max(0, this.#left));
    const head = Buffer.from(buffer, byteOffset, shown).toString('base64');
    this.#left -= shown;
    const stored: Json = { $: name ?? 'bytes', v: head };
    return shown === byteLength ? stored : this.#cut({ ...stored, size: byteLength });
  }

  #builtin(value: object, store: () => Json): Json {
    if (value instanceof ArrayBuffer) return this.#bytes('ArrayBuffer', new Uint8Array(value));
    if (!(value instanceof Map || value instanceof Set)) return store();
    const cut: Json = { $: 'cut', size: value.size };
    if (value.size > this.#left) return this.#cut(cut);
    const stored = store() as { $: string; v: Json[] };
    // What is left out would depend on the order.
    return this.#left <= 0 ? this.#cut(cut) : { $: stored.$, v: sorted(stored.v) };
  }

  /** Where it was made differs from process to process, and what was left out of it says nothing of what is there. */
  #error(error: Error): Json {
    const { stack: _stack, omitted: _omitted, ...stored } = storeError(error, this) as Record<string, Json>;
    return stored;
  }

  #cut(stored: Json): Json {
    this.isWhole = false;
    return stored;
  }
}

function sorted(items: readonly Json[]): Json[] {
  const texts = items.map((item): [string, Json] => [JSON.stringify(item), item]);
  return texts.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)).map(([, item]) => item);
}
