/** The port to the bucket: texts that are too large for an item of the table. Only a Store uses it. */

/**
 * The methods throw only errors of the outside world: StoreUnavailableError (worth another try, the write may or may not have
 * happened) and StoreNotSetUpError. A text that was put is seen by every `get` and `list` that begins afterwards.
 */
export interface PayloadStore {
  /** No two puts have the same key, but for one that is repeated. */
  put(key: string, text: string): Promise<void>;
  /** Undefined: it is not there. */
  get(key: string): Promise<string | undefined>;
  /** Keys that are not there are no error. */
  delete(keys: readonly string[]): Promise<void>;
  /** All keys that begin so, page by page. No page is empty. */
  list(prefix: string): AsyncIterable<readonly string[]>;
}
