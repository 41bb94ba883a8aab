/** What a MemoryStore has encrypted, for a command that encrypts it anew: operation 42 in memory. */
import type { Encoded } from '../core/encoded.ts';
import type { JournalRecord } from '../journal/record.ts';
import type { Message, UpdateAnswer } from '../ports/message.ts';
import {
  DATA_KEYS_ID,
  type ReplaceSealedResult,
  type SealedContent,
  type SealedItem,
  type SealedPage,
  type StoreOfSealedItems,
} from '../ports/sealed-items.ts';
import { lastPlaceOf, type StreamValues } from '../ports/stream-values.ts';
import { fromItemText } from './item-text.ts';
import { MemoryPools } from './memory-pools.ts';
import type { Partition } from './partition.ts';

/** Where a text is, and how to put another one in its place. */
interface Place {
  readonly text: string | undefined;
  readonly put: (text: string) => void;
}

export class MemorySealedItems extends MemoryPools implements StoreOfSealedItems {
  protected readonly partitions = new Map<string, Partition>();

  /** A page for each run. */
  async listSealed(cursor = ''): Promise<SealedPage> {
    const [runId, next] = [...this.partitions.keys()].filter((id) => id !== DATA_KEYS_ID && id >= cursor).sort();
    const partition = runId === undefined ? undefined : this.partitions.get(runId);
    if (runId === undefined || partition === undefined) return { items: [] };
    return { items: itemsOf(runId, partition), ...(next === undefined ? {} : { cursor: next }) };
  }

  async listDataKeys(): Promise<readonly SealedItem[]> {
    const partition = this.partitions.get(DATA_KEYS_ID);
    return partition === undefined ? [] : itemsOf(DATA_KEYS_ID, partition);
  }

  async replaceSealed(item: SealedItem, content: SealedContent): Promise<ReplaceSealedResult> {
    const partition = this.partitions.get(item.runId);
    const place = partition && findPlace(partition, content);
    if (place === undefined || place.text !== item.asSeen) return { kind: 'changed' };
    place.put(textOf(content));
    return { kind: 'replaced' };
  }

  async deleteLeft(): Promise<void> {
    // There is no bucket: what is too large for an item is in it all the same.
  }
}

function itemsOf(runId: string, partition: Partition): SealedItem[] {
  const { state, values, messages, answers, records, streams } = partition;
  const contents: SealedContent[] = [
    ...(state === undefined || state.isDeleted ? [] : [{ kind: 'run' as const, run: state.run }]),
    ...[...records].flatMap(([link, each]) =>
      [...each.values()].map((text) => ({ kind: 'record' as const, link, record: fromItemText<JournalRecord>(text) })),
    ),
    ...[...messages.values()].map((text) => ({ kind: 'message' as const, message: fromItemText<Message>(text) })),
    ...[...answers].map(([messageId, text]) => {
      return { kind: 'answer' as const, messageId, answer: fromItemText<UpdateAnswer>(text) };
    }),
    ...[...values].map(([key, text]) => ({ kind: 'value' as const, key, value: fromItemText<Encoded>(text) })),
    ...[...streams.values()].flatMap((parts) =>
      [...parts.values()].map((text) => ({ kind: 'stream' as const, part: fromItemText<StreamValues>(text) })),
    ),
  ];
  return contents.map((content) => {
    return { runId, content: structuredClone(content), asSeen: findPlace(partition, content)?.text };
  });
}

function findPlace(partition: Partition, content: SealedContent): Place | undefined {
  const inMap = <Key>(map: Map<Key, string> | undefined, key: Key): Place => {
    return { text: map?.get(key), put: (text) => map?.set(key, text) };
  };
  switch (content.kind) {
    case 'run': {
      const { state } = partition;
      if (state === undefined) return undefined;
      const put = (text: string): void => {
        partition.state = { ...state, run: { ...state.run, ...fromItemText<typeof content.run>(text) } };
      };
      return { text: textOf({ kind: 'run', run: state.run }), put };
    }
    case 'record':
      return inMap(partition.records.get(content.link), content.record.number);
    case 'message':
      return inMap(partition.messages, content.message.id);
    case 'answer':
      return inMap(partition.answers, content.messageId);
    case 'value':
      return inMap(partition.values, content.key);
    case 'stream':
      return inMap(partition.streams.get(content.part.name), lastPlaceOf(content.part));
  }
}

function textOf(content: SealedContent): string {
  switch (content.kind) {
    case 'run': {
      const { link, input, inputDigest, firstTurn, result, customStatus, goesOnFrom } = content.run;
      return JSON.stringify({ link, input, inputDigest, firstTurn, result, customStatus, goesOnFrom });
    }
    case 'record':
      return JSON.stringify(content.record);
    case 'message':
      return JSON.stringify(content.message);
    case 'answer':
      return JSON.stringify(content.answer);
    case 'value':
      return JSON.stringify(content.value);
    case 'stream':
      return JSON.stringify(content.part);
  }
}
