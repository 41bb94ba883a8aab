/**
 * What a table has encrypted, for a command that encrypts it anew (operation 42): all items page by page, and a replacement that
 * writes the encrypted attributes alone, on the condition that they are as they were seen. What workers and callers write is
 * another ciphertext each time, so an attribute that is the same was not written since.
 *
 * A content in the bucket is put under a key of its own before the item claims it, as by every write. The object before it is
 * left to the caller: a reader may have seen its claim and be on its way to it.
 */
import { LullError } from '../core/errors.ts';
import { messageOf, toError } from '../core/to-error.ts';
import type { Message } from '../ports/message.ts';
import {
  DATA_KEYS_ID,
  type ReplaceSealedResult,
  type RunParts,
  type SealedContent,
  type SealedItem,
  type SealedPage,
  type StoreOfSealedItems,
} from '../ports/sealed-items.ts';
import { NewerFormatError, StoreNotSetUpError, StoreUnavailableError } from '../ports/world-errors.ts';
import type { Claim } from './claim.ts';
import { expression, type Expression } from './expression.ts';
import { inParallel } from './in-parallel.ts';
import { findText, has, type Item, itemKey, readJson, readText, content as stored, text } from './item.ts';
import { FETCHED_AT_ONCE } from './message-items.ts';
import type { ContentName, PayloadOffload } from './payload-offload.ts';
import { assign } from './run-updates.ts';
import { attribute, type AttributeName, fromLinkSortKey, fromStreamSortKey, runSortKey } from './schema.ts';
import { findAnswer, fromMessageItem, fromRecordItem, fromValueItem, isReceived } from './stored-content.ts';
import { findRun, toStoredValue } from './stored-run.ts';
import { fromStreamItem } from './stream-items.ts';
import type { Table } from './table.ts';

export class SealedItemsInTable implements StoreOfSealedItems {
  readonly #table: Table;
  readonly #payloads: PayloadOffload;

  constructor(table: Table, payloads: PayloadOffload) {
    this.#table = table;
    this.#payloads = payloads;
  }

  async listSealed(cursor?: string): Promise<SealedPage> {
    const startKey = cursor === undefined ? undefined : (JSON.parse(cursor) as Item);
    const { items, lastKey } = await this.#table.scan('listSealed', startKey);
    const read = await inParallel(items, FETCHED_AT_ONCE, (item) => this.#read(item));
    return {
      items: read.flatMap((item) => (item === undefined || item.runId === DATA_KEYS_ID ? [] : [item])),
      ...(lastKey === undefined ? {} : { cursor: JSON.stringify(lastKey) }),
    };
  }

  async listDataKeys(): Promise<readonly SealedItem[]> {
    const found: SealedItem[] = [];
    let startKey: Item | undefined;
    do {
      const keys = expression('#pk = :runId', { ':runId': text(DATA_KEYS_ID) });
      const { items, lastKey } = await this.#table.query('listDataKeys', { keys, startKey });
      for (const item of items) {
        found.push({ runId: DATA_KEYS_ID, content: { kind: 'message', message: fromMessageItem(item) }, asSeen: item });
      }
      startKey = lastKey;
    } while (startKey);
    return found;
  }

  async replaceSealed({ content: seen, asSeen }: SealedItem, content: SealedContent): Promise<ReplaceSealedResult> {
    const before = asSeen as Item;
    const after = await this.#toItem(before, seen, content);
    const key = itemKey(readText(before, 'pk'), readText(before, 'sk'));
    const change = changeOf(before, after, content);
    const written = await this.#table.update('replaceSealed', key, { ...change, gives: 'ALL_OLD' });
    const left = findText(before, 'claim');
    if (written.kind === 'written') {
      return { kind: 'replaced', ...(left === undefined ? {} : { left: readJson<Claim>(before, 'claim').key }) };
    }
    // The request may have been carried out before, and its answer been lost: then the item claims the new object.
    const there = written.item ?? (await this.#table.get('replaceSealed', key));
    await this.#payloads.discard(after, there ?? {});
    return { kind: 'changed' };
  }

  deleteLeft(objects: readonly string[]): Promise<void> {
    return this.#payloads.deleteObjects(objects);
  }

  /** As it is to be written: with its content, or with a claim of it. */
  #toItem(before: Item, seen: SealedContent, content: SealedContent): Promise<Item> | Item {
    const item = { ...before, ...toAttributes(seen, content) };
    const name = contentNameOf(content);
    if (name === undefined || findText(before, 'claim') === undefined) return item;
    const { [attribute.claim]: _, ...unclaimed } = item;
    return this.#payloads.put(unclaimed, name);
  }

  async #read(item: Item): Promise<SealedItem | undefined> {
    const runId = readText(item, 'pk');
    try {
      const name = CONTENTS.find(([prefix]) => readText(item, 'sk').startsWith(prefix))?.[1];
      const restored = name === undefined ? undefined : await this.#payloads.restore(item, name);
      if (restored !== undefined && restored.kind !== 'whole') {
        return { runId, content: toNothing(item), asSeen: item, problem: restored.problem };
      }
      const content = toContent(restored?.item ?? item);
      return content && { runId, content, asSeen: item };
    } catch (error) {
      if (error instanceof StoreUnavailableError || error instanceof StoreNotSetUpError) throw error;
      const isOfItem = error instanceof LullError || error instanceof TypeError || error instanceof SyntaxError;
      if (!isOfItem || error instanceof NewerFormatError) throw error;
      return { runId, content: toNothing(item), asSeen: item, problem: messageOf(toError(error)) };
    }
  }
}

/** What the keys of items begin with that may have their content in the bucket. */
const CONTENTS: readonly (readonly [prefix: string, name: ContentName])[] = [
  ['event#', 'entries'],
  ['link#', 'entries'],
  ['inbox#', 'message'],
  ['value#', 'value'],
];

/** Undefined: there is nothing in it that is ever encrypted. */
function toContent(item: Item): SealedContent | undefined {
  const sortKey = readText(item, 'sk');
  const rest = sortKey.slice(sortKey.indexOf('#') + 1);
  switch (sortKey.split('#', 1)[0]) {
    case runSortKey: {
      const run = findRun(item)?.run;
      return run && { kind: 'run', run };
    }
    case 'event':
    case 'link':
      return { kind: 'record', link: fromLinkSortKey(sortKey), record: fromRecordItem(item) };
    case 'inbox': {
      const answer = findAnswer(item);
      if (answer !== undefined) return { kind: 'answer', messageId: rest, answer };
      return isReceived(item) ? undefined : { kind: 'message', message: fromMessageItem(item) };
    }
    case 'value':
      return { kind: 'value', key: rest, value: fromValueItem(item) };
    case 'stream':
      return { kind: 'stream', part: fromStreamItem(fromStreamSortKey(sortKey), item) };
    default:
      return undefined;
  }
}

/** In place of a content that cannot be had. */
function toNothing(item: Item): SealedContent {
  return { kind: 'value', key: readText(item, 'sk'), value: null };
}

function contentNameOf({ kind }: SealedContent): ContentName | undefined {
  return kind === 'record' ? 'entries' : kind === 'message' ? 'message' : kind === 'value' ? 'value' : undefined;
}

/** The attributes that have what is encrypted. */
function toAttributes(seen: SealedContent, content: SealedContent): Item {
  switch (content.kind) {
    case 'run':
      return seen.kind === 'run' ? toRunAttributes(seen.run, content.run) : {};
    case 'record':
      return { [attribute.entries]: stored(content.record.sealed) };
    case 'message':
      return { [attribute.message]: toMessageText(content.message) };
    case 'answer':
      return { [attribute.answer]: text(JSON.stringify(content.answer)) };
    case 'value':
      return { [attribute.value]: stored(content.value) };
    case 'stream':
      return { [attribute.values]: text(JSON.stringify(content.part.values)) };
  }
}

/** A data key is in clear, as the payload key has encrypted it. */
function toMessageText(message: Message): Item[string] {
  return message.sealed === undefined ? text(JSON.stringify(message)) : stored(message.sealed);
}

/** Those that are not as they were seen. */
function toRunAttributes(seen: RunParts, run: RunParts): Item {
  const { input, inputDigest, firstTurn, result, customStatus, goesOnFrom } = run;
  return {
    ...(input === seen.input ? {} : { [attribute.input]: toStoredValue(input) }),
    ...(inputDigest === seen.inputDigest ? {} : { [attribute.inputDigest]: text(inputDigest) }),
    ...(firstTurn?.sealed === seen.firstTurn?.sealed ? {} : { [attribute.firstEntries]: stored(firstTurn?.sealed) }),
    ...(result === undefined || result === seen.result ? {} : { [attribute.result]: toStoredValue(result) }),
    ...(customStatus === undefined || customStatus === seen.customStatus
      ? {}
      : { [attribute.customStatus]: stored(customStatus) }),
    ...(goesOnFrom === seen.goesOnFrom ? {} : { [attribute.goesOnFrom]: text(JSON.stringify(goesOnFrom)) }),
  };
}

/** The attributes of contents, by kind of item. One that is encrypted is not rewritten unless it is here. */
const ATTRIBUTES: Readonly<Record<SealedContent['kind'], readonly AttributeName[]>> = {
  run: ['input', 'inputDigest', 'firstEntries', 'result', 'customStatus', 'goesOnFrom'],
  record: ['entries', 'claim'],
  message: ['message', 'claim'],
  answer: ['answer'],
  value: ['value', 'claim'],
  stream: ['values'],
};

/** Condition ContentIsAsSeen: a worker or a caller that writes at the same time; another one who encrypts anew. */
function changeOf(
  before: Item,
  after: Item,
  { kind }: SealedContent,
): { readonly update: Expression; readonly condition: Expression } {
  const isWritten = (name: AttributeName): boolean => after[attribute[name]] !== before[attribute[name]];
  const written = ATTRIBUTES[kind].filter(isWritten);
  const seen = written.flatMap((name) => {
    const value = before[attribute[name]];
    return value === undefined ? [] : [[`:seen_${name}`, value] as const];
  });
  const conditions = written.map((name) =>
    has(before, name) ? `#${name} = :seen_${name}` : `attribute_not_exists(#${name})`,
  );
  return {
    update: assign(Object.fromEntries(written.map((name) => [name, after[attribute[name]]]))),
    condition: expression(conditions.join(' AND '), Object.fromEntries(seen)),
  };
}
