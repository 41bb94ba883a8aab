/**
 * Encrypts anew what a former payload key has encrypted: each text that was encrypted under a data key of a former one, at its
 * place, under a data key of the one of now. Runs go on meanwhile.
 *
 * An item is replaced only as it was seen (operation 42): what a worker or a caller has written since stays, and the next
 * pass looks at it. So a pass that was cut short loses nothing, and the next one has the rest to do. Where a pass has found
 * nothing any more, the data key of digests is encrypted anew by the payload key itself: its digests cannot be made again.
 * That comes last, as a worker that knows the former key alone cannot read it from then on.
 *
 * A data key is of the payload key if that one alone can decrypt it: its name says nothing, since an alias may be moved.
 */
import type { Encoded } from '../core/encoded.ts';
import { findSealed } from '../core/sealed.ts';
import type { PayloadKey, WrappedKey } from '../ports/payload-key.ts';
import { DATA_KEYS_ID, type SealedContent, type SealedItem, type StoreOfSealedItems } from '../ports/sealed-items.ts';
import type { Store } from '../ports/store.ts';
import { PayloadKeyError } from '../ports/world-errors.ts';
import { dataKeyIdOf } from './cipher.ts';
import { contextOf, DataKeys, DIGEST_KEY_ID } from './data-keys.ts';
import { Sealer } from './sealer.ts';
import { countSealed, type SealedPart, sealedPartsOf } from './sealed-parts.ts';

export interface ReencryptOptions {
  /** As it is in the table. */
  readonly store: Pick<Store, 'putMessage' | 'loadMessages'>;
  readonly items: StoreOfSealedItems;
  /** With those before it. */
  readonly key: PayloadKey;
  /** Names the table. */
  readonly table: string;
  readonly nowMs: () => number;
}

/** What a pass has met, in items: with a run item each of its texts is meant together. */
export interface Reencrypted {
  /** All that have something encrypted. */
  readonly encrypted: number;
  /** Of those, which have something that was encrypted under a former key when they were met. */
  readonly former: number;
  readonly rewritten: number;
  /** They were changed meanwhile: the next pass looks at them. */
  readonly changed: number;
  /** What cannot be decrypted by any of the keys, the first of them with why. */
  readonly unreadable: number;
  readonly problems: readonly string[];
}

const NOTHING: Reencrypted = { encrypted: 0, former: 0, rewritten: 0, changed: 0, unreadable: 0, problems: [] };

/** So many items are worked on at once. */
const WIDTH = 8;
const MOST_PROBLEMS = 20;
const UNKNOWN_PLACE = 'something in it is encrypted that this version of lull does not know: use a newer one';

export class Reencryption {
  /** Objects of the bucket that no item claims any more: a reader may be between an item and its object. */
  readonly left: string[] = [];
  readonly #options: ReencryptOptions;
  readonly #own: PayloadKey;
  readonly #sealer: Sealer;
  readonly #areFormer = new Map<string, Promise<boolean>>();

  constructor(options: ReencryptOptions) {
    const { store, key, table, nowMs } = options;
    this.#options = options;
    this.#own = key.own ?? key;
    this.#sealer = new Sealer(new DataKeys({ store, key, table, nowMs }));
  }

  /** Why nothing can be encrypted now; undefined if it can. */
  findKeyAway(): Promise<PayloadKeyError | undefined> {
    return this.#sealer.findKeyAway();
  }

  /** Goes through the table, and says after each page what it has met so far. `isDry`: only counts. Throws a PayloadKeyError. */
  async *pass({ isDry = false }: { readonly isDry?: boolean } = {}): AsyncGenerator<Reencrypted> {
    let met = NOTHING;
    let cursor: string | undefined;
    do {
      const page = await this.#options.items.listSealed(cursor);
      const waiting = page.items.entries();
      const work = async (): Promise<void> => {
        for (const [, item] of waiting) {
          const seen = await this.#see(item, isDry);
          met = add(met, seen);
        }
      };
      await Promise.all(Array.from({ length: WIDTH }, work));
      yield met;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  /** Whether the data key of digests is of a former key. */
  async isDigestKeyFormer(): Promise<boolean> {
    return (await this.#findDataKey(DIGEST_KEY_ID)) !== undefined && this.#isFormer(DIGEST_KEY_ID);
  }

  /** Once a pass has found nothing under a former key. False: another one does the same at this time. */
  async renewDigestKey(): Promise<boolean> {
    const { key, items, table } = this.#options;
    const context = contextOf(table, DIGEST_KEY_ID);
    for (const item of await items.listDataKeys()) {
      const message = item.content.kind === 'message' ? item.content.message : undefined;
      if (message?.kind !== 'signal' || message.id !== DIGEST_KEY_ID) continue;
      const secret = await key.unwrap(message.payload as unknown as WrappedKey, context);
      const payload = (await this.#own.wrap(secret, context)) as unknown as Encoded;
      const renewed: SealedContent = { kind: 'message', message: { ...message, payload } };
      this.#areFormer.delete(DIGEST_KEY_ID);
      return (await items.replaceSealed(item, renewed)).kind === 'replaced';
    }
    return false;
  }

  /** Once no reader can be on its way to them. */
  async deleteLeft(): Promise<void> {
    await this.#options.items.deleteLeft(this.left.splice(0));
  }

  async #see(item: SealedItem, isDry: boolean): Promise<Reencrypted> {
    if (item.problem !== undefined) return unreadable(item, item.problem);
    const parts = sealedPartsOf(item);
    if (parts.length < countSealed(item.content)) return unreadable(item, UNKNOWN_PLACE);
    if (parts.length === 0) return NOTHING;
    let { content } = item;
    let isFormer = false;
    for (const part of parts) {
      const { v = '' } = findSealed(part.sealed) ?? {};
      const dataKey = dataKeyIdOf(v);
      if ('problem' in dataKey) return unreadable(item, dataKey.problem);
      if (!(await this.#isFormer(dataKey.id))) continue;
      isFormer = true;
      const anew = await this.#encryptAnew(part);
      if ('problem' in anew) return { ...unreadable(item, anew.problem), former: 1 };
      content = part.put(content, anew.sealed);
    }
    if (!isFormer) return { ...NOTHING, encrypted: 1 };
    if (isDry) return { ...NOTHING, encrypted: 1, former: 1 };
    const done = await this.#options.items.replaceSealed(item, content);
    if (done.kind === 'changed') return { ...NOTHING, encrypted: 1, former: 1, changed: 1 };
    if (done.left !== undefined) this.left.push(done.left);
    return { ...NOTHING, encrypted: 1, former: 1, rewritten: 1 };
  }

  async #encryptAnew({
    place,
    sealed,
  }: SealedPart): Promise<{ readonly sealed: Encoded } | { readonly problem: string }> {
    const opened = await this.#sealer.open(place, sealed);
    if (opened?.kind === 'locked') await this.#checkIsThere();
    if (opened?.kind !== 'open') {
      return { problem: (opened?.kind === 'locked' ? opened.error.problem : opened?.problem) ?? 'it is not encrypted' };
    }
    const anew = await this.#sealer.seal(place, undefined, opened.value);
    return anew === undefined ? { problem: 'there is no payload key' } : { sealed: anew };
  }

  #isFormer(dataKeyId: string): Promise<boolean> {
    const known = this.#areFormer.get(dataKeyId);
    if (known !== undefined) return known;
    const asked = this.#askWhose(dataKeyId);
    this.#areFormer.set(dataKeyId, asked);
    asked.catch(() => this.#areFormer.delete(dataKeyId));
    return asked;
  }

  async #askWhose(dataKeyId: string): Promise<boolean> {
    const stored = await this.#findDataKey(dataKeyId);
    if (stored === undefined) return true;
    try {
      await this.#own.unwrap(stored, contextOf(this.#options.table, dataKeyId));
      return false;
    } catch (error) {
      if (!(error instanceof PayloadKeyError)) throw error;
    }
    await this.#checkIsThere();
    return true;
  }

  /** A key that is away for a moment cannot decrypt its own data keys either: then nothing is to be said of them. */
  async #checkIsThere(): Promise<void> {
    await this.#own.generate(contextOf(this.#options.table, 'none'));
  }

  async #findDataKey(id: string): Promise<WrappedKey | undefined> {
    const [found] = await this.#options.store.loadMessages(DATA_KEYS_ID, [id]);
    return found?.kind === 'signal' ? (found.payload as unknown as WrappedKey) : undefined;
  }
}

function unreadable({ runId, content }: SealedItem, problem: string): Reencrypted {
  return { ...NOTHING, encrypted: 1, unreadable: 1, problems: [`${nameOf(content)} of run "${runId}": ${problem}`] };
}

function nameOf(content: SealedContent): string {
  switch (content.kind) {
    case 'run':
      return 'the run item';
    case 'record':
      return `record ${content.record.number} of link ${content.link}`;
    case 'message':
      return `message "${content.message.id}"`;
    case 'answer':
      return `the answer of update "${content.messageId}"`;
    case 'value':
      return `value "${content.key}"`;
    case 'stream':
      return `what is written from place ${content.part.from} of stream "${content.part.name}"`;
  }
}

function add(one: Reencrypted, other: Reencrypted): Reencrypted {
  return {
    encrypted: one.encrypted + other.encrypted,
    former: one.former + other.former,
    rewritten: one.rewritten + other.rewritten,
    changed: one.changed + other.changed,
    unreadable: one.unreadable + other.unreadable,
    problems: [...one.problems, ...other.problems].slice(0, MOST_PROBLEMS),
  };
}
