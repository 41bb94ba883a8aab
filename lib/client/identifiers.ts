/** Ids of runs and messages: which are allowed, how they are made up, how they follow from an idempotency key. */
import { createHash, randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import { describeValue } from '../core/describe-value.ts';
import { isOwnName } from '../core/own-names.ts';
import { isNewRunId, isRunId, RUN_ID_LIMIT } from '../core/run-id.ts';
import { KEYED_ID_PREFIX } from '../ports/message.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';

/** Makes unique ids. Replaced in tests, so that a seed gives the same ones. */
export interface IdSource {
  /** Later ids sort after earlier ones. */
  runId(nowMs: number): string;
  messageId(): string;
}

export const RANDOM_IDS: IdSource = {
  runId: (nowMs) => ulid(nowMs),
  messageId: () => randomBytes(12).toString('base64url'),
};

const KEY_LIMIT = 255;
const DIGEST_CHARACTERS = 22; // of base64url: 132 bits

export function checkRunId(id: unknown): string {
  if (isRunId(id)) return id;
  throw new InvalidArgumentError(
    `a run id cannot be ${describeValue(id)}: give 1 to ${RUN_ID_LIMIT} characters out of A-Z, a-z, 0-9 and . _ : -`,
  );
}

/** Of a run of that workflow that is to be started. */
export function checkNewRunId(id: unknown, workflow: string): string {
  checkRunId(id);
  if (isNewRunId(id)) {
    if (!isOwnName(id) || isOwnName(workflow)) return id;
    throw new InvalidArgumentError(`a run cannot be started with the id "${id}": ids that begin so are lull's own`);
  }
  throw new InvalidArgumentError(
    `a run cannot be started with the id ${describeValue(id)}: no URL can have it as a part of its path. Give one with other ` +
      'characters than dots',
  );
}

/** The same run for the same key and workflow. */
export function runIdFromKey(workflow: string, key: unknown): string {
  return `key-${digest([workflow, checkKey(key)])}`;
}

/** The same message for the same key, run and signal. */
export function messageIdFromKey(runId: string, signal: string, key: unknown): string {
  return KEYED_ID_PREFIX + digest([runId, signal, checkKey(key)]);
}

/** The same update for the same key, run and name. */
export function updateIdFromKey(runId: string, update: string, key: unknown): string {
  return KEYED_ID_PREFIX + digest([runId, update, 'update', 'keyed', checkKey(key)]);
}

/** Of an update that is sent once: its item stays too, for the answer. */
export function updateIdOf(messageId: string): string {
  return KEYED_ID_PREFIX + digest([messageId]);
}

/** The same request for the same key, run and kind, and never that of a signal. */
export function controlIdFromKey(runId: string, kind: 'cancel' | 'terminate', key: unknown): string {
  return KEYED_ID_PREFIX + digest([runId, kind, 'control', checkKey(key)]);
}

/** The end of a callback is one message, whichever caller sends it. */
export function callbackMessageId(runId: string, { link, id }: { readonly link: number; readonly id: number }): string {
  return KEYED_ID_PREFIX + digest([runId, 'callback', 'end', `${link}.${id}`]);
}

/** Stands for a key where the table keeps what tells two calls apart. */
export function digestKey(what: string, key: unknown): string {
  return digest([what, checkKey(key)]);
}

function checkKey(key: unknown): string {
  if (typeof key === 'string' && key !== '' && key.length <= KEY_LIMIT) return key;
  throw new InvalidArgumentError(
    `an idempotency key cannot be ${describeValue(key)}: give a text of 1 to ${KEY_LIMIT} characters`,
  );
}

/** As JSON, so that no two lists of texts read the same. */
function digest(parts: readonly string[]): string {
  return digestText(JSON.stringify(parts));
}

/** 22 characters of base64url: 132 bits of a SHA-256. */
export function digestText(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_CHARACTERS);
}
