/** An item as text: what is kept is a copy, and no larger than the table would take. */
import { ITEM_LIMIT_BYTES } from '../ports/limits.ts';
import { ItemTooLargeError } from '../ports/world-errors.ts';

/** What the table adds to an item's text: the names of its attributes, and numbers. */
const OVERHEAD_BYTES = 100;

export function toItemText(runId: string, key: string, content: unknown): string {
  const text = JSON.stringify(content);
  const bytes = Buffer.byteLength(runId) + Buffer.byteLength(key) + Buffer.byteLength(text) + OVERHEAD_BYTES;
  if (bytes > ITEM_LIMIT_BYTES) throw new ItemTooLargeError(`"${key}" of run "${runId}"`, bytes, ITEM_LIMIT_BYTES);
  return text;
}

export function fromItemText<T>(text: string): T {
  return JSON.parse(text) as T;
}
