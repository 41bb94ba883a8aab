/**
 * The stored form of an encrypted value. It has a tag of its own, as all that is no plain JSON, so no value of an author's
 * can look like it.
 */
import type { Encoded } from './encoded.ts';

export interface Sealed {
  readonly $: 'sealed';
  /** In base64: the version of the format, the id of the data key, a nonce, the ciphertext, and its tag. */
  readonly v: string;
  /** Why it could not be decrypted, where it was read. Never stored. */
  readonly why?: string;
}

/** What an encrypted text begins with that is no value of an author's, but one that lull has made. */
export const SEALED_TEXT = 'sealed:';

/** By how many bytes what is encrypted is longer than its text. */
export const SEALED_OVERHEAD_BYTES = 37;

/** Of the bytes that base64 stands for. */
export function sealedBytes({ v }: Sealed): number {
  return Math.floor((v.length * 3) / 4) - (v.endsWith('==') ? 2 : v.endsWith('=') ? 1 : 0);
}

export function toSealed(base64: string, why?: string): Encoded {
  const sealed: Sealed = { $: 'sealed', v: base64, ...(why === undefined ? {} : { why }) };
  return sealed as unknown as Encoded;
}

/** Undefined for a value that is not encrypted. */
export function findSealed(stored: unknown): Sealed | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined;
  const { $, v } = stored as { readonly $?: unknown; readonly v?: unknown };
  return $ === 'sealed' && typeof v === 'string' ? (stored as Sealed) : undefined;
}
