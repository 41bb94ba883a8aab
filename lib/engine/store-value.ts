/**
 * Where the engine stores a value: with what refers to it, or under a key.
 *
 * Tested by: test/engine/run-end.test.ts, test/engine/continue-as-new.test.ts
 */
import { encodedBytes } from '../codec/encode.ts';
import type { Encoded } from '../core/encoded.ts';
import type { StoredValue } from '../ports/run-item.ts';
import type { Engine } from './settings.ts';

export interface ToStore {
  readonly runId: string;
  /** For a value that is not small. */
  readonly key: string;
  readonly value: Encoded;
  /** Up to here it is small. Default: `maxInlineBytes`. */
  readonly inlineBytes?: number;
}

export async function storeValue({ store, maxInlineBytes }: Engine, toStore: ToStore): Promise<StoredValue> {
  const { runId, key, value, inlineBytes = maxInlineBytes } = toStore;
  if (encodedBytes(value) <= inlineBytes) return { kind: 'inline', value };
  await store.putValue(runId, key, value);
  return { kind: 'item', key };
}
