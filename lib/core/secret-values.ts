/**
 * What must not be shown, as single texts, numbers and the like: a value that has one of them in it is not shown either. It
 * hides too much rather than too little: also what is merely equal, or has a secret text within.
 */

/** Beyond so many parts nothing is shown at all. */
const MOST_PARTS = 10_000;
/** A shorter text is a secret only as a whole. */
const SHORTEST_PART = 4;

export class SecretValues {
  readonly #texts = new Set<string>();
  readonly #others = new Set<unknown>();
  #parts = 0;

  /** All that is in it, to any depth. */
  add(value: unknown): void {
    const seen = new Set<object>();
    const waiting: unknown[] = [value];
    while (waiting.length > 0 && this.#parts <= MOST_PARTS) {
      const part = waiting.pop();
      this.#parts += 1;
      if (typeof part === 'string') this.#texts.add(part);
      else if (typeof part !== 'object' || part === null) this.#others.add(part);
      else if (!seen.has(part)) {
        seen.add(part);
        for (const inner of partsOf(part)) waiting.push(inner);
      }
    }
  }

  has(value: unknown): boolean {
    if (this.#parts > MOST_PARTS) return true;
    if (value === undefined || value === null) return false;
    return typeof value === 'string' ? this.#hasText(value) : this.#others.has(value);
  }

  #hasText(text: string): boolean {
    if (this.#texts.has(text)) return true;
    for (const secret of this.#texts) {
      if (secret.length >= SHORTEST_PART && text.includes(secret)) return true;
      if (text.length >= SHORTEST_PART && secret.includes(text)) return true;
    }
    return false;
  }
}

/** Keys that are no names of fields are values too, as in a table of addresses. */
function partsOf(value: object): unknown[] {
  if (value instanceof Date) return [value.getTime()];
  if (value instanceof URL || value instanceof RegExp) return [String(value)];
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)].flat();
  if (value instanceof Set) return [...(value as Set<unknown>)];
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return [];
  const error = value instanceof Error ? [value.message, value.cause] : [];
  const keys = Object.keys(value).filter((key) => !/^[A-Za-z_$][\w$]*$|^\d+$/.test(key));
  return [...error, ...keys, ...ownValues(value)];
}

/** Of its own data: no getter is called. */
function ownValues(value: object): unknown[] {
  return Object.values(Object.getOwnPropertyDescriptors(value)).map((property) => property.value as unknown);
}
