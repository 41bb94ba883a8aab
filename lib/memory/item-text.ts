/** An item as text: what is kept is a copy, and no larger than the table would take. */
import { findSealed, type Sealed, SEALED_OVERHEAD_BYTES, sealedBytes } from '../core/sealed.ts';
import type { JournalRecord } from '../journal/record.ts';
import { TABLE_LIMITS, type ContentLimits } from '../ports/content-limits.ts';
import { entriesText } from '../ports/entries-text.ts';
import { ITEM_LIMIT_BYTES } from '../ports/limits.ts';
import type { StreamValues } from '../ports/stream-values.ts';
import { ItemTooLargeError } from '../ports/world-errors.ts';

/** What the table adds to an item's text: the names of its attributes, and numbers. */
const OVERHEAD_BYTES = 100;

export interface ItemKey {
  readonly runId: string;
  readonly key: string;
}

export function toItemText(limits: ContentLimits, key: ItemKey, content: unknown): string {
  const text = JSON.stringify(content);
  checkSize(limits, key, text, findSealed(content) ?? findSealed((content as { sealed?: unknown } | null)?.sealed));
  return text;
}

/** A content for the bucket counts without the item that claims it. */
export function checkSize(limits: ContentLimits, { runId, key }: ItemKey, text: string, sealed?: Sealed): void {
  // The table has the bytes of what is encrypted, and not their base64.
  const textBytes = sealed === undefined ? Buffer.byteLength(text) : sealedBytes(sealed);
  const clearBytes = sealed === undefined ? textBytes : textBytes - SEALED_OVERHEAD_BYTES;
  const what = `"${key}" of run "${runId}"`;
  if (clearBytes > limits.contentBytes) throw new ItemTooLargeError(what, clearBytes, limits.contentBytes);
  if (textBytes > limits.itemContentBytes) return;
  const bytes = Buffer.byteLength(runId) + Buffer.byteLength(key) + textBytes + OVERHEAD_BYTES;
  if (bytes > ITEM_LIMIT_BYTES) throw new ItemTooLargeError(what, bytes, ITEM_LIMIT_BYTES);
}

/** For JSON.stringify, where the text is only measured: what is encrypted is as long as its bytes. */
export function asBytes(_name: string, value: unknown): unknown {
  const sealed = findSealed(value);
  return sealed === undefined ? value : sealed.v.slice(0, sealedBytes(sealed));
}

export function checkRecordSize(
  limits: ContentLimits,
  { runId, record, link }: { readonly runId: string; readonly record: JournalRecord; readonly link: number },
): void {
  const key = link === 1 ? `event#${record.number}` : `link#${link}#${record.number}`;
  checkSize(limits, { runId, key }, entriesText(record.entries), findSealed(record.sealed));
}

/** It is never in a bucket. */
export function checkStreamSize(runId: string, { name, from, values }: StreamValues): void {
  checkSize(TABLE_LIMITS, { runId, key: `stream#${name}#${from}` }, JSON.stringify(values));
}

export function fromItemText<T>(text: string): T {
  return JSON.parse(text) as T;
}
