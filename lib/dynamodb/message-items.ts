/** The messages of a run's inbox as items: reads and deletes many at once (operation 9, operation 11). */
import { lettersOf } from '../ports/letters.ts';
import { isKeyedId, type LoadedMessage, type Message } from '../ports/message.ts';
import { deleteItems, getItems } from './batches.ts';
import { messageIsThere } from './conditions.ts';
import { inParallel } from './in-parallel.ts';
import { type Item, itemKey, readText } from './item.ts';
import type { PayloadOffload } from './payload-offload.ts';
import { keepDigestOnly } from './run-updates.ts';
import { messageSortKey } from './schema.ts';
import { findAnswer, fromMessageItem, isReceived } from './stored-content.ts';
import type { Table, Update } from './table.ts';

/** How many contents are fetched from the bucket at once: a few large ones fill the line, and the memory. */
export const FETCHED_AT_ONCE = 8;

/** How many messages are cut down to their digests at once. */
const DIGESTS_AT_ONCE = 25;

/** The update of operation 11. */
const toDigestOnly: Update = { update: keepDigestOnly, condition: messageIsThere, gives: 'ALL_NEW' };

interface Messages {
  readonly runId: string;
  readonly messageIds: readonly string[];
}

export async function deleteMessages(
  table: Table,
  payloads: PayloadOffload,
  { runId, messageIds, keepDigests }: Messages & { readonly keepDigests: boolean },
): Promise<void> {
  const isKept = (id: string): boolean => keepDigests && isKeyedId(id);
  const kept = messageKeys(runId, messageIds.filter(isKept));
  const deleted = messageKeys(
    runId,
    messageIds.filter((id) => !isKept(id)),
  );
  await Promise.all([
    deleteItems(table, 'deleteMessages', deleted),
    inParallel(kept, DIGESTS_AT_ONCE, (key) => table.update('deleteMessages', key, toDigestOnly)),
  ]);
  await payloads.deleteOf(messageKeys(runId, messageIds));
}

export async function loadMessages(
  table: Table,
  payloads: PayloadOffload,
  { runId, messageIds, letters }: Messages & { readonly letters?: readonly Message[] | undefined },
): Promise<LoadedMessage[]> {
  const inItem = lettersOf({ letters });
  const others = messageIds.filter((id) => !inItem.has(id));
  const items = others.length === 0 ? [] : await getItems(table, 'loadMessages', messageKeys(runId, others));
  const found = await inParallel(items, FETCHED_AT_ONCE, (item) => payloads.restore(item, 'message'));
  const whole = found.flatMap((restored) =>
    restored.kind === 'whole' && !isReceived(restored.item) ? fromMessageItem(restored.item) : [],
  );
  const messages = new Map<string, LoadedMessage>(inItem);
  for (const message of whole) messages.set(message.id, message);
  for (const item of items) {
    if (findAnswer(item) === undefined) continue;
    const id = readText(item, 'sk').slice(messageSortKey('').length);
    messages.set(id, { kind: 'answered', id });
  }
  return messageIds.flatMap((id) => messages.get(id) ?? []);
}

function messageKeys(runId: string, messageIds: readonly string[]): Item[] {
  return [...new Set(messageIds)].map((id) => itemKey(runId, messageSortKey(id)));
}
