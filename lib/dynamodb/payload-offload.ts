/**
 * Contents of items (records, messages, values): in the item, or, where they are too large for that, in the bucket with
 * a claim in the item.
 *
 * The object is put before the item that claims it. So a claim always has its object, unless the object was deleted by
 * hand. A process that dies in between leaves an object without a claim, which is deleted with its run.
 */
import { SEALED_OVERHEAD_BYTES } from '../core/sealed.ts';
import { BUCKET_LIMITS, TABLE_LIMITS, type ContentLimits } from '../ports/content-limits.ts';
import type { PayloadStore } from '../ports/payload-store.ts';
import { ItemTooLargeError, StoreNotSetUpError } from '../ports/world-errors.ts';
import { findDifference, newClaim, payloadPrefix, type Claim } from './claim.ts';
import { checkItemSize } from './item-size.ts';
import { checkFormat, contentText, findText, number, readJson, readText, text } from './item.ts';
import type { Item } from './item.ts';
import { attribute, claimFormat, schemaVersion, sealedFormat } from './schema.ts';

export type ContentName = 'entries' | 'message' | 'value';

export type OffloadedItem =
  /** The item with its content in it. */
  | { readonly kind: 'whole'; readonly item: Item }
  /** The bucket does not have it, or has something else. */
  | { readonly kind: 'missing'; readonly problem: string }
  | { readonly kind: 'damaged'; readonly problem: string };

/** So many objects are remembered to be deleted with their items; what is forgotten goes with its run. */
const REMEMBERED = 1000;

export class PayloadOffload {
  readonly limits: ContentLimits;
  readonly #payloads: PayloadStore | undefined;
  /** Keys of objects, by the keys of items that claim them. */
  readonly #known = new Map<string, string>();

  constructor(payloads: PayloadStore | undefined) {
    this.#payloads = payloads;
    this.limits = payloads ? BUCKET_LIMITS : TABLE_LIMITS;
  }

  /** The item as it is to be written. Refuses one that is too large. */
  async put(item: Item, name: ContentName): Promise<Item> {
    const encrypted = item[attribute[name]]?.B;
    const bytes = encrypted?.length ?? Buffer.byteLength(readText(item, name));
    if (!this.#payloads || bytes <= this.limits.itemContentBytes) {
      checkItemSize(item);
      return item;
    }
    const { contentBytes } = this.limits;
    const textBytes = encrypted === undefined ? bytes : bytes - SEALED_OVERHEAD_BYTES;
    if (textBytes > contentBytes) throw new ItemTooLargeError(describeItem(item), textBytes, contentBytes);
    const content = contentText(item, name);
    const claim = newClaim(readText(item, 'pk'), content);
    await this.#payloads.put(claim.key, content);
    const { [attribute[name]]: _, ...rest } = item;
    const claiming = {
      ...rest,
      [attribute.format]: number(encrypted === undefined ? claimFormat : sealedFormat),
      [attribute.claim]: text(JSON.stringify(claim)),
    };
    this.#remember(claiming, claim);
    return claiming;
  }

  /** The item as it was given to `put`, if it can be had. */
  async restore(item: Item, name: ContentName): Promise<OffloadedItem> {
    if (findText(item, 'claim') === undefined) return { kind: 'whole', item };
    checkFormat(item, sealedFormat);
    const claim = readJson<Claim>(item, 'claim');
    const content = await this.#bucketOf(item).get(claim.key);
    if (content === undefined) return { kind: 'missing', problem: `object "${claim.key}" is not in the bucket` };
    const difference = findDifference(claim, content);
    if (difference !== undefined) {
      return { kind: 'damaged', problem: `object "${claim.key}" of the bucket was changed: ${difference}` };
    }
    this.#remember(item, claim);
    const { [attribute.claim]: _, ...rest } = item;
    return {
      kind: 'whole',
      item: { ...rest, [attribute.format]: number(schemaVersion), [attribute[name]]: text(content) },
    };
  }

  /** After an item was refused because there is another one: its object will never be claimed. */
  async discard(refused: Item, there: Item): Promise<void> {
    const claim = findText(refused, 'claim');
    if (claim === undefined || claim === findText(there, 'claim')) return;
    await this.#delete([readJson<Claim>(refused, 'claim').key]);
  }

  /** After items were deleted: deletes their objects, as far as this process has seen them. */
  async deleteOf(keys: readonly Item[]): Promise<void> {
    const objects = keys.flatMap((key) => {
      const object = this.#known.get(nameOf(key));
      this.#known.delete(nameOf(key));
      return object ?? [];
    });
    if (objects.length > 0) await this.#delete(objects);
  }

  /** After these items were deleted. */
  async deleteClaimedBy(items: readonly Item[]): Promise<void> {
    const claims = items.filter((item) => findText(item, 'claim') !== undefined);
    if (claims.length > 0) await this.#delete(claims.map((item) => readJson<Claim>(item, 'claim').key));
  }

  /** To be called before an item is deleted, lest its object stays without an item. */
  checkKnowsObjectOf(item: Item): void {
    if (findText(item, 'claim') !== undefined) this.#bucketOf(item);
  }

  /** All objects of a run, claimed or not, page by page; none without a bucket. */
  async *objectsOf(runId: string): AsyncGenerator<readonly string[]> {
    if (this.#payloads) yield* this.#payloads.list(payloadPrefix(runId));
  }

  async deleteObjects(objects: readonly string[]): Promise<void> {
    await this.#payloads?.delete(objects);
  }

  /** It costs storage if it fails, until the run is purged: that is no reason for the caller to fail. */
  async #delete(objects: readonly string[]): Promise<void> {
    await this.#payloads?.delete(objects).catch(() => undefined);
  }

  #bucketOf(item: Item): PayloadStore {
    if (this.#payloads) return this.#payloads;
    throw new StoreNotSetUpError(
      `${describeItem(item)} has its content in a bucket, and none is known here: set LULL_BUCKET_NAME, or bucketName, to ` +
        'the one that it was put into (payloadBucket of WorkflowEngine)',
    );
  }

  /** Records are deleted with what they claim at hand, or with their run. */
  #remember(item: Item, { key }: Claim): void {
    if (item[attribute.epoch]) return;
    this.#known.delete(nameOf(item));
    this.#known.set(nameOf(item), key);
    const [oldest] = this.#known.keys();
    if (this.#known.size > REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
  }
}

function describeItem(item: Item): string {
  return `"${readText(item, 'sk')}" of run "${readText(item, 'pk')}"`;
}

function nameOf(item: Item): string {
  return `${readText(item, 'pk')}\n${readText(item, 'sk')}`;
}
