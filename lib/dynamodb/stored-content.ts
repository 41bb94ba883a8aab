/** Records, messages and values between the table and the port. */
import { randomBytes } from 'node:crypto';
import type { Encoded } from '../core/encoded.ts';
import { findSealed } from '../core/sealed.ts';
import type { JournalEntry } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import { entriesText, rememberBytes } from '../ports/entries-text.ts';
import type { Message, UpdateAnswer } from '../ports/message.ts';
import {
  checkFormat,
  content,
  findNumber,
  findText,
  findTexts,
  has,
  itemKey,
  number,
  readContent,
  readJson,
  readNumber,
  readText,
  text,
  texts,
} from './item.ts';
import type { Item } from './item.ts';
import {
  attribute,
  fromRecordSortKey,
  messageSortKey,
  recordSortKey,
  schemaVersion,
  sealedFormat,
  valueSortKey,
} from './schema.ts';

export function toRecordItem(runId: string, record: JournalRecord, link?: number): Item {
  return {
    ...itemKey(runId, recordSortKey(record.number, link)),
    [attribute.format]: number(formatOf(record)),
    [attribute.epoch]: number(record.epoch),
    [attribute.nonce]: text(record.nonce),
    ...(record.messageIds === undefined ? {} : { [attribute.messageIds]: texts(record.messageIds) }),
    [attribute.entries]: record.sealed === undefined ? text(entriesText(record.entries)) : content(record.sealed),
  };
}

export function fromRecordItem(item: Item): JournalRecord {
  checkFormat(item, sealedFormat);
  const stored: Encoded = readContent(item, 'entries');
  if (findSealed(stored) !== undefined) {
    const messageIds = findTexts(item, 'messageIds');
    return { ...headOf(item), entries: [], sealed: stored, ...(messageIds && { messageIds }) };
  }
  const entries = stored as unknown as JournalEntry[];
  rememberBytes(entries, Buffer.byteLength(readText(item, 'entries')));
  return { ...headOf(item), entries };
}

/** A record whose entries cannot be had. */
export function fromDamagedRecordItem(item: Item, damage: string): JournalRecord {
  return { ...headOf(item), entries: [], damage };
}

function headOf(item: Item): Pick<JournalRecord, 'number' | 'epoch' | 'nonce'> {
  return {
    number: fromRecordSortKey(readText(item, 'sk')),
    epoch: readNumber(item, 'epoch'),
    nonce: readText(item, 'nonce'),
  };
}

export function toMessageItem(runId: string, message: Message): Item {
  return {
    ...itemKey(runId, messageSortKey(message.id)),
    [attribute.format]: number(formatOf(message)),
    [attribute.nonce]: text(newNonce()),
    ...toMessageContent(message),
    ...(message.digest === undefined ? {} : { [attribute.messageDigest]: text(message.digest) }),
  };
}

export function fromMessageItem(item: Item): Message {
  checkFormat(item, sealedFormat);
  if (!has(item, 'messageHead')) return readJson(item, 'message');
  return { ...readJson<Message>(item, 'messageHead'), sealed: readContent<Encoded>(item, 'message') };
}

function toMessageContent({ sealed, ...message }: Message): Item {
  if (sealed === undefined) return { [attribute.message]: text(JSON.stringify(message)) };
  return { [attribute.message]: content(sealed), [attribute.messageHead]: text(JSON.stringify(message)) };
}

/** A worker that took over decides on the update. */
export function isClaimed(item: Item): boolean {
  return findNumber(item, 'claimedBy') !== undefined;
}

/** What came of an update; undefined if it has no answer, or is none. */
export function findAnswer(item: Item): UpdateAnswer | undefined {
  checkFormat(item, sealedFormat);
  return findText(item, 'answer') === undefined ? undefined : readJson(item, 'answer');
}

/** Only its digest is left: the message is in the journal. */
export function isReceived(item: Item): boolean {
  return findNumber(item, 'received') !== undefined;
}

export function toValueItem(runId: string, key: string, value: Encoded): Item {
  return {
    ...itemKey(runId, valueSortKey(key)),
    [attribute.format]: number(findSealed(value) === undefined ? schemaVersion : sealedFormat),
    [attribute.nonce]: text(newNonce()),
    [attribute.value]: content(value),
  };
}

export function fromValueItem(item: Item): Encoded {
  checkFormat(item, sealedFormat);
  return readContent(item, 'value');
}

function formatOf({ sealed }: { readonly sealed?: Encoded }): number {
  return sealed === undefined ? schemaVersion : sealedFormat;
}

/** Tells this put from any other under the same key: a purge deletes only what it has seen. */
function newNonce(): string {
  return randomBytes(12).toString('base64url');
}
