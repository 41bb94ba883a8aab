/**
 * The data keys of a table. Each is made by the payload key, and kept in the table as that key has encrypted it; a process
 * has it decrypted in memory for a quarter of an hour, or a number of uses. So the payload key is asked seldom, and a
 * process goes on for no longer than that after the key was taken away.
 *
 * A new data key begins each week, and with each new payload key: its id follows from both, and the table takes one only
 * under each id. So processes that make one at the same time end up with the same one, and no item says which one counts.
 * Where that one is found to be of a former payload key, which had the same name, the next id counts.
 * Old ones are needed as long as there is something that they have encrypted.
 *
 * Its items are messages of a run that there is not: what is put first under an id stays (operation 2).
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Encoded } from '../core/encoded.ts';
import { LullError } from '../core/errors.ts';
import type { SignalMessage } from '../ports/message.ts';
import type { KeyContext, PayloadKey, WrappedKey } from '../ports/payload-key.ts';
import { DATA_KEYS_ID } from '../ports/sealed-items.ts';
import type { Store } from '../ports/store.ts';
import { PayloadKeyError } from '../ports/world-errors.ts';
import { DATA_KEY_ID_BYTES, type DataKey } from './cipher.ts';

const DATA_KEY_LIFE_MS = 7 * 86_400_000;
/** How long a process has a data key without asking the payload key again, and for how many texts. */
export const KEPT_MS = 15 * 60_000;
const KEPT_USES = 100_000;
/** After a refusal, a process asks again after so long. */
const REFUSED_MS = 5_000;
/** A process has so many in memory. */
const MOST_KEPT = 1_000;

/** Of the key by which digests are made: it stays the same as long as the table. */
export const DIGEST_KEY_ID = '0'.repeat(2 * DATA_KEY_ID_BYTES);

export interface DataKeysOptions {
  readonly store: Pick<Store, 'putMessage' | 'loadMessages'>;
  /** Undefined: nothing is encrypted, and what is cannot be read. */
  readonly key: PayloadKey | undefined;
  /** Names the table: its data keys are those of no other. */
  readonly table: string;
  readonly nowMs: () => number;
}

interface Kept extends DataKey {
  readonly untilMs: number;
  usesLeft: number;
}

export class DataKeys {
  readonly #options: DataKeysOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #opening = new Map<string, Promise<DataKey>>();
  readonly #refused = new Map<string, { readonly error: PayloadKeyError; readonly untilMs: number }>();
  /** Whether only a former payload key can decrypt them: of those that were to encrypt. */
  readonly #areFormer = new Map<string, boolean>();

  constructor(options: DataKeysOptions) {
    this.#options = options;
  }

  get isOn(): boolean {
    return this.#options.key !== undefined;
  }

  /** The one that encrypts now; undefined where nothing is to be encrypted. */
  async forSealing(): Promise<DataKey | undefined> {
    const { key, nowMs } = this.#options;
    if (key === undefined) return undefined;
    const period = Math.floor(nowMs() / DATA_KEY_LIFE_MS);
    for (let turn = 0; ; turn += 1) {
      const id = idOf(key.name, period, turn);
      // One that was only read with does not say whose it is.
      if (key.own !== undefined && !this.#areFormer.has(id)) this.#kept.delete(id);
      const dataKey = await this.#use(id, true);
      if (this.#areFormer.get(id) !== true) return dataKey;
    }
  }

  /** The one that has encrypted something. */
  forOpening(id: string): Promise<DataKey> {
    return this.#use(id, false);
  }

  /** By which digests are made that the table compares. */
  async forDigests(): Promise<Buffer | undefined> {
    return this.isOn ? (await this.#use(DIGEST_KEY_ID, true)).secret : undefined;
  }

  /** As if the process were a new one. */
  forget(): void {
    this.#kept.clear();
    this.#areFormer.clear();
    this.#refused.clear();
  }

  async #use(id: string, mayMake: boolean): Promise<DataKey> {
    const nowMs = this.#options.nowMs();
    const kept = this.#kept.get(id);
    if (kept !== undefined && kept.untilMs > nowMs && kept.usesLeft > 0) {
      kept.usesLeft -= 1;
      return kept;
    }
    const refused = this.#refused.get(id);
    if (refused !== undefined && refused.untilMs > nowMs) throw refused.error;
    const opening = this.#opening.get(id) ?? this.#open(id, mayMake);
    this.#opening.set(id, opening);
    try {
      return await opening;
    } finally {
      if (this.#opening.get(id) === opening) this.#opening.delete(id);
    }
  }

  async #open(id: string, mayMake: boolean): Promise<DataKey> {
    const { key } = this.#options;
    try {
      if (key === undefined) {
        throw new PayloadKeyError(
          'it is encrypted, and no payload key is set here: LULL_PAYLOAD_KEY names the one to use',
        );
      }
      const stored = await this.#find(id);
      if (stored !== undefined) return this.#keep(id, await this.#unwrap(key, id, stored, mayMake));
      if (mayMake) return await this.#make(key, id);
      throw new PayloadKeyError(
        `data key "${id}" is not in table "${this.#options.table}", and it is encrypted with it`,
      );
    } catch (error) {
      this.#kept.delete(id);
      if (error instanceof PayloadKeyError) {
        this.#refused.set(id, { error, untilMs: this.#options.nowMs() + REFUSED_MS });
      }
      throw error;
    }
  }

  /** Another process may be faster: then its data key is the one. */
  async #make(key: PayloadKey, id: string): Promise<DataKey> {
    const { by, wrapped, secret } = await key.generate(contextOf(this.#options.table, id));
    const message: SignalMessage = {
      ...{ kind: 'signal', id, name: 'data-key', digest: randomBytes(12).toString('base64url') },
      payload: { by, wrapped } as unknown as Encoded,
    };
    const put = await this.#options.store.putMessage(DATA_KEYS_ID, message);
    if (put.kind === 'put') {
      this.#areFormer.set(id, false);
      return this.#keep(id, secret);
    }
    const stored = await this.#find(id);
    if (stored === undefined) throw new LullError('DATA_KEY_GONE', `data key "${id}" was deleted when it was read`);
    return this.#keep(id, await this.#unwrap(key, id, stored, true));
  }

  async #unwrap(key: PayloadKey, id: string, stored: WrappedKey, isToEncrypt: boolean): Promise<Buffer> {
    const context = contextOf(this.#options.table, id);
    if (!isToEncrypt || key.own === undefined) return key.unwrap(stored, context);
    try {
      const secret = await key.own.unwrap(stored, context);
      this.#areFormer.set(id, false);
      return secret;
    } catch (error) {
      if (!(error instanceof PayloadKeyError)) throw error;
    }
    const secret = await key.unwrap(stored, context);
    this.#areFormer.set(id, true);
    return secret;
  }

  async #find(id: string): Promise<WrappedKey | undefined> {
    const [found] = await this.#options.store.loadMessages(DATA_KEYS_ID, [id]);
    return found?.kind === 'signal' ? (found.payload as unknown as WrappedKey) : undefined;
  }

  #keep(id: string, secret: Buffer): DataKey {
    this.#refused.delete(id);
    this.#kept.delete(id);
    this.#kept.set(id, { id, secret, untilMs: this.#options.nowMs() + KEPT_MS, usesLeft: KEPT_USES });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return { id, secret };
  }
}

/** The payload key decrypts it for this table, and as this data key, only. */
export function contextOf(table: string, id: string): KeyContext {
  return { 'lull:table': table, 'lull:data-key': id };
}

/** `turn`: those before it are of former payload keys. */
function idOf(keyName: string, period: number, turn: number): string {
  return createHash('sha256')
    .update(`${keyName}\n${period}${turn === 0 ? '' : `\n${turn}`}`)
    .digest('hex')
    .slice(0, 2 * DATA_KEY_ID_BYTES);
}
