/**
 * Encrypts a text so that it can be read at its place alone: AES-256-GCM, with the place as additional authenticated data.
 *
 * Each run has a key of its own, which follows from the data key and the run's id. So the number of texts under one key is
 * that of one run, far below the 2^32 from which on random nonces may meet.
 *
 *   1 byte    the version of this format
 *   8 bytes   the id of the data key
 *   12 bytes  the nonce, at random
 *   n bytes   the ciphertext, as long as the text in UTF-8
 *   16 bytes  the tag, which fails for any other place, run, data key or text
 *
 * What is written here is alive in users' tables: a change is a new version, and this one is read all the same.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const SEALED_VERSION = 1;
export const DATA_KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + DATA_KEY_ID_BYTES + NONCE_BYTES;

export interface DataKey {
  /** 16 hexadecimal digits. */
  readonly id: string;
  readonly secret: Buffer;
}

/** Where a text belongs: the run, and what of it, as in `['record', '1', '3']`. */
export interface PlaceOfText {
  readonly runId: string;
  readonly part: readonly string[];
}

/** In base64. */
export function sealText({ id, secret }: DataKey, place: PlaceOfText, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const head = Buffer.concat([Buffer.of(SEALED_VERSION), Buffer.from(id, 'hex'), nonce]);
  const cipher = createCipheriv('aes-256-gcm', keyOfRun(secret, place.runId), nonce);
  cipher.setAAD(boundTo(head, place));
  return Buffer.concat([head, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/** Undefined if it does not belong to this place, or is not what was written there. */
export function openText({ secret }: DataKey, place: PlaceOfText, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  const head = bytes.subarray(0, HEAD_BYTES);
  const end = bytes.length - TAG_BYTES;
  if (end < HEAD_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', keyOfRun(secret, place.runId), head.subarray(-NONCE_BYTES));
  decipher.setAAD(boundTo(head, place));
  decipher.setAuthTag(bytes.subarray(end));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES, end)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

/** Which data key has encrypted it; what is wrong with it, if it is not of this format. */
export function dataKeyIdOf(sealed: string): { readonly id: string } | { readonly problem: string } {
  const bytes = Buffer.from(sealed.slice(0, 4 * Math.ceil(HEAD_BYTES / 3)), 'base64');
  const [version] = bytes;
  if (version !== SEALED_VERSION) {
    return { problem: `it is encrypted in format ${version ?? '?'}, and this version of lull reads ${SEALED_VERSION}` };
  }
  const id = bytes.subarray(1, 1 + DATA_KEY_ID_BYTES);
  return id.length < DATA_KEY_ID_BYTES ? { problem: 'it was cut off' } : { id: id.toString('hex') };
}

function keyOfRun(secret: Buffer, runId: string): Buffer {
  return createHmac('sha256', secret).update(`lull run\n${runId}`).digest();
}

/** As JSON, so that no two places give the same text. */
function boundTo(head: Buffer, { runId, part }: PlaceOfText): Buffer {
  return Buffer.concat([head, Buffer.from(JSON.stringify([runId, ...part]))]);
}
