/** A variable of a coroutine as a line that people read. It runs no code of the value, and shows no secret. */
import { className, describeValue } from './describe-value.ts';
import type { SecretValues } from './secret-values.ts';

const MOST_CHARACTERS = 500;
const MOST_ITEMS = 20;
const DEEPEST = 4;

/** What stands before the last dot of a token, and behind it. */
const CONTENT_END = /^[\w-]{20}$/;
const SIGNATURE = /^[\w-]{43}(?![\w-])/;

export interface ShownHow {
  readonly secrets: SecretValues;
  /** What is called by its class alone. */
  readonly isOpaque: (value: object) => boolean;
}

/** Undefined if there is something in it that must not be shown. */
export function showVariable(value: unknown, how: ShownHow): string | undefined {
  const writer = new Writer(how);
  try {
    const text = writer.text(value, []);
    return writer.isSecret ? undefined : shorten(text, MOST_CHARACTERS);
  } catch {
    return writer.isSecret ? undefined : describeValue(value); // a Proxy, or an object that throws
  }
}

class Writer {
  isSecret = false;
  readonly #how: ShownHow;

  constructor(how: ShownHow) {
    this.#how = how;
  }

  text(value: unknown, around: readonly object[]): string {
    if (typeof value !== 'object' || value === null) {
      this.#look(value);
      return typeof value === 'string' ? JSON.stringify(shorten(value, MOST_CHARACTERS)) : describeValue(value);
    }
    if (around.includes(value)) return '(itself)';
    if (around.length >= DEEPEST) return '...';
    return this.#object(value, [...around, value]);
  }

  #look(value: unknown): void {
    this.isSecret ||= this.#how.secrets.has(value) || (typeof value === 'string' && hasToken(value));
  }

  #object(value: object, within: readonly object[]): string {
    if (this.#how.isOpaque(value)) return describeValue(value);
    if (value instanceof Date) {
      this.#look(value.getTime());
      return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    }
    if (value instanceof RegExp || value instanceof URL) return this.#asText(String(value));
    if (value instanceof Error) return this.#asText(`${className(value) ?? 'Error'}: ${value.message}`);
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      return `${className(value) ?? 'bytes'}(${value.byteLength} bytes)`;
    }
    if (Array.isArray(value)) return `[${this.#items(value, within)}]`;
    if (value instanceof Set) return `Set {${this.#items([...(value as Set<unknown>)], within)}}`;
    if (value instanceof Map) return `Map {${this.#pairs([...(value as Map<unknown, unknown>)], within, ' => ')}}`;
    return this.#fields(value, within);
  }

  #asText(text: string): string {
    this.#look(text);
    return shorten(text, MOST_CHARACTERS);
  }

  #fields(value: object, within: readonly object[]): string {
    const name = className(value);
    const properties = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(
      ([, { enumerable }]) => enumerable,
    );
    const isPlain = name === undefined || name === 'Object';
    if (!isPlain && properties.length === 0) return describeValue(value);
    const pairs = properties.map(([key, property]): [unknown, unknown] => [key, property.value]);
    const fields = pairs.length === 0 ? '{}' : `{ ${this.#pairs(pairs, within, ': ')} }`;
    return isPlain ? fields : `${name} ${fields}`;
  }

  #items(items: readonly unknown[], within: readonly object[]): string {
    const shown = items.slice(0, MOST_ITEMS).map((item) => this.text(item, within));
    return [...shown, ...more(items)].join(', ');
  }

  #pairs(pairs: readonly (readonly [unknown, unknown])[], within: readonly object[], between: string): string {
    const shown = pairs.slice(0, MOST_ITEMS).map(([key, value]) => {
      const isField = between === ': ' && /^[A-Za-z_$][\w$]*$/.test(String(key));
      return `${isField ? String(key) : this.text(key, within)}${between}${this.text(value, within)}`;
    });
    return [...shown, ...more(pairs)].join(', ');
  }
}

function more(items: readonly unknown[]): string[] {
  return items.length > MOST_ITEMS ? [`${items.length - MOST_ITEMS} more`] : [];
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}...`;
}

/** A token, as of a callback: a caller that has it may use it. */
function hasToken(text: string): boolean {
  for (let at = text.indexOf('.'); at !== -1; at = text.indexOf('.', at + 1)) {
    const [before, after] = [text.slice(Math.max(0, at - 20), at), text.slice(at + 1, at + 45)];
    if (CONTENT_END.test(before) && SIGNATURE.test(after)) return true;
  }
  return false;
}
