/** Records, messages and values between the table and the port. */
import { randomBytes } from 'node:crypto';
import type { Encoded } from '../core/encoded.ts';
import type { JournalEntry } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import { entriesText, rememberBytes } from '../ports/entries-text.ts';
import type { Message, UpdateAnswer } from '../ports/message.ts';
import { checkFormat, findNumber, findText, itemKey, number, readJson, readNumber, readText, text } from './item.ts';
import type { Item } from './item.ts';
import {
  attribute,
  claimFormat,
  fromRecordSortKey,
  messageSortKey,
  recordSortKey,
  schemaVersion,
  valueSortKey,
} from './schema.ts';

export function toRecordItem(runId: string, record: JournalRecord, link?: number): Item {
  return {
    ...itemKey(runId, recordSortKey(record.number, link)),
    [attribute.format]: number(schemaVersion),
    [attribute.epoch]: number(record.epoch),
    [attribute.nonce]: text(record.nonce),
    [attribute.entries]: text(entriesText(record.entries)),
  };
}

export function fromRecordItem(item: Item): JournalRecord {
  checkFormat(item);
  const entries: JournalEntry[] = readJson(item, 'entries');
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
    [attribute.format]: number(schemaVersion),
    [attribute.nonce]: text(newNonce()),
    [attribute.message]: text(JSON.stringify(message)),
    ...(message.digest === undefined ? {} : { [attribute.messageDigest]: text(message.digest) }),
  };
}

export function fromMessageItem(item: Item): Message {
  checkFormat(item);
  return readJson(item, 'message');
}

/** A worker that took over decides on the update. */
export function isClaimed(item: Item): boolean {
  return findNumber(item, 'claimedBy') !== undefined;
}

/** What came of an update; undefined if it has no answer, or is none. */
export function findAnswer(item: Item): UpdateAnswer | undefined {
  checkFormat(item, claimFormat);
  return findText(item, 'answer') === undefined ? undefined : readJson(item, 'answer');
}

/** Only its digest is left: the message is in the journal. */
export function isReceived(item: Item): boolean {
  return findNumber(item, 'received') !== undefined;
}

export function toValueItem(runId: string, key: string, value: Encoded): Item {
  return {
    ...itemKey(runId, valueSortKey(key)),
    [attribute.format]: number(schemaVersion),
    [attribute.nonce]: text(newNonce()),
    [attribute.value]: text(JSON.stringify(value)),
  };
}

export function fromValueItem(item: Item): Encoded {
  checkFormat(item);
  return readJson(item, 'value');
}

/** Tells this put from any other under the same key: a purge deletes only what it has seen. */
function newNonce(): string {
  return randomBytes(12).toString('base64url');
}
