/**
 * Encrypts and decrypts the values of one table, each for its place. Where there is no payload key, values are written as
 * they are; what was written so can be read with one, and without.
 */
import { createHmac } from 'node:crypto';
import type { Encoded } from '../core/encoded.ts';
import { findSealed, toSealed } from '../core/sealed.ts';
import { whyLockedValue } from '../ports/locked-records.ts';
import { PayloadKeyError } from '../ports/world-errors.ts';
import { type DataKey, dataKeyIdOf, openText, type PlaceOfText, sealText } from './cipher.ts';
import type { DataKeys } from './data-keys.ts';

/** `locked`: it can be had when the key is back. `damaged`: it is not what was written at this place. */
export type Opened<T> =
  | { readonly kind: 'open'; readonly value: T }
  | { readonly kind: 'locked'; readonly error: PayloadKeyError }
  | { readonly kind: 'damaged'; readonly problem: string };

const NOT_ITS_PLACE =
  'it cannot be decrypted as what belongs here: it was changed or cut off, or belongs to another run, or to another ' +
  'place of this one';

export class Sealer {
  readonly #keys: DataKeys;

  constructor(keys: DataKeys) {
    this.#keys = keys;
  }

  /** Of a process that dies. */
  forgetKeys(): void {
    this.#keys.forget();
  }

  /** Whether what is written is encrypted. */
  get isOn(): boolean {
    return this.#keys.isOn;
  }

  /** Why nothing can be encrypted now; undefined if it can, or need not be. Throws a StoreUnavailableError. */
  async findKeyAway(): Promise<PayloadKeyError | undefined> {
    try {
      await this.#keys.forSealing();
      return undefined;
    } catch (error) {
      if (error instanceof PayloadKeyError) return error;
      throw error;
    }
  }

  /** Throws a PayloadKeyError or a StoreUnavailableError. `text`: that of the value as JSON, where it is known. */
  async seal(place: PlaceOfText, value: unknown, text?: string): Promise<Encoded | undefined> {
    const key = await this.#keys.forSealing();
    return key && toSealed(sealText(key, place, text ?? JSON.stringify(value)));
  }

  /** The same, or the value itself where nothing is encrypted. Of what could not be decrypted a copy is of no use: it throws. */
  async sealValue(place: PlaceOfText, value: Encoded): Promise<Encoded> {
    throwIfUnreadable(value);
    return (await this.seal(place, value)) ?? value;
  }

  /** A digest from which no reader without the key learns anything, also of a text that can be guessed. */
  async digest(place: PlaceOfText, digest: string): Promise<string> {
    const secret = await this.#keys.forDigests();
    if (secret === undefined) return digest;
    const text = JSON.stringify([place.runId, ...place.part, digest]);
    return createHmac('sha256', secret).update(text).digest('base64url').slice(0, 22);
  }

  /** Throws a StoreUnavailableError. */
  async open(place: PlaceOfText, stored: Encoded): Promise<Opened<string> | undefined> {
    const sealed = findSealed(stored);
    if (sealed === undefined) return undefined;
    const found = dataKeyIdOf(sealed.v);
    if ('problem' in found) return { kind: 'damaged', problem: found.problem };
    let key: DataKey;
    try {
      key = await this.#keys.forOpening(found.id);
    } catch (error) {
      if (error instanceof PayloadKeyError) return { kind: 'locked', error };
      throw error;
    }
    const text = openText(key, place, sealed.v);
    return text === undefined ? { kind: 'damaged', problem: NOT_ITS_PLACE } : { kind: 'open', value: text };
  }

  /** A value as it is; of one that cannot be decrypted what the codec refuses, with the reason. */
  async openValue(place: PlaceOfText, stored: Encoded): Promise<Encoded> {
    const opened = await this.open(place, stored);
    if (opened === undefined) return stored;
    if (opened.kind === 'open') return JSON.parse(opened.value) as Encoded;
    const why = opened.kind === 'locked' ? opened.error.problem : opened.problem;
    return toSealed(findSealed(stored)?.v ?? '', why);
  }
}

/** What is encrypted for one place can never be read at another one. */
export function throwIfUnreadable(value: Encoded): void {
  const error = whyLockedValue(value, 'a value that was to be written');
  if (error !== undefined) throw error;
}
