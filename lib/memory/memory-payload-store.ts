/** The bucket in one process. */
import type { PayloadStore } from '../ports/payload-store.ts';

const PAGE_LENGTH = 1000;

/** A PayloadStore for tests. */
export class MemoryPayloadStore implements PayloadStore {
  /** By key. A test may change it, to see the effect. */
  readonly texts = new Map<string, string>();

  async put(key: string, text: string): Promise<void> {
    this.texts.set(key, text);
  }

  async get(key: string): Promise<string | undefined> {
    return this.texts.get(key);
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.texts.delete(key);
  }

  async *list(prefix: string): AsyncGenerator<readonly string[]> {
    const keys = [...this.texts.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (let from = 0; from < keys.length; from += PAGE_LENGTH) yield keys.slice(from, from + PAGE_LENGTH);
  }
}
