/** What a store has encrypted, item by item, for a command that encrypts it anew. Beside the Store, as no run needs it. */
import type { Encoded } from '../core/encoded.ts';
import type { JournalRecord } from '../journal/record.ts';
import type { Message, UpdateAnswer } from './message.ts';
import type { RunItem } from './run-item.ts';
import type { StreamValues } from './stream-values.ts';

/** Of an item what its place follows from, and what may be encrypted in it. */
export type SealedContent =
  | { readonly kind: 'run'; readonly run: RunParts }
  | { readonly kind: 'record'; readonly link: number; readonly record: JournalRecord }
  /** Data keys are messages, too: those of the run `DATA_KEYS_ID`. */
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'answer'; readonly messageId: string; readonly answer: UpdateAnswer }
  | { readonly kind: 'value'; readonly key: string; readonly value: Encoded }
  | { readonly kind: 'stream'; readonly part: StreamValues };

export type RunParts = Pick<
  RunItem,
  'link' | 'input' | 'inputDigest' | 'firstTurn' | 'result' | 'customStatus' | 'goesOnFrom'
>;

export interface SealedItem {
  readonly runId: string;
  readonly content: SealedContent;
  /** What is in the bucket in its place is not there, or was changed: the content is empty. */
  readonly problem?: string;
  /** What the store knows it by. */
  readonly asSeen: unknown;
}

export interface SealedPage {
  readonly items: readonly SealedItem[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

/** Where data keys are: no run has an id with a slash. */
export const DATA_KEYS_ID = 'keys/';

export type ReplaceSealedResult =
  /** `left`: an object of the bucket that no item claims any more. */
  | { readonly kind: 'replaced'; readonly left?: string }
  /** Its contents are not as they were seen. Nothing is written. */
  | { readonly kind: 'changed' };

export interface StoreOfSealedItems {
  /**
   * A page of all items of the table that may have something encrypted; consistent. An item that is there from the first page
   * to the last is on one of them.
   */
  listSealed(cursor?: string): Promise<SealedPage>;

  /** The data keys, as messages; consistent. */
  listDataKeys(): Promise<readonly SealedItem[]>;

  /** Operation 42. Condition ContentIsAsSeen. All else of the item stays as it is. */
  replaceSealed(item: SealedItem, content: SealedContent): Promise<ReplaceSealedResult>;

  /** Objects that replacements have left. */
  deleteLeft(objects: readonly string[]): Promise<void>;
}
