/** An item as text: what is kept is a copy, and no larger than the table would take. */
import type { JournalRecord } from '../journal/record.ts';
import type { ContentLimits } from '../ports/content-limits.ts';
import { entriesText } from '../ports/entries-text.ts';
import { ITEM_LIMIT_BYTES } from '../ports/limits.ts';
import { ItemTooLargeError } from '../ports/world-errors.ts';

/** What the table adds to an item's text: the names of its attributes, and numbers. */
const OVERHEAD_BYTES = 100;

export interface ItemKey {
  readonly runId: string;
  readonly key: string;
}

export function toItemText(limits: ContentLimits, key: ItemKey, content: unknown): string {
  const text = JSON.stringify(content);
  checkSize(limits, key, text);
  return text;
}

/** A content for the bucket counts without the item that claims it. */
export function checkSize(limits: ContentLimits, { runId, key }: ItemKey, text: string): void {
  const textBytes = Buffer.byteLength(text);
  const what = `"${key}" of run "${runId}"`;
  if (textBytes > limits.contentBytes) throw new ItemTooLargeError(what, textBytes, limits.contentBytes);
  if (textBytes > limits.itemContentBytes) return;
  const bytes = Buffer.byteLength(runId) + Buffer.byteLength(key) + textBytes + OVERHEAD_BYTES;
  if (bytes > ITEM_LIMIT_BYTES) throw new ItemTooLargeError(what, bytes, ITEM_LIMIT_BYTES);
}

export function checkRecordSize(
  limits: ContentLimits,
  { runId, record, link }: { readonly runId: string; readonly record: JournalRecord; readonly link: number },
): void {
  const key = link === 1 ? `event#${record.number}` : `link#${link}#${record.number}`;
  checkSize(limits, { runId, key }, entriesText(record.entries));
}

export function fromItemText<T>(text: string): T {
  return JSON.parse(text) as T;
}
