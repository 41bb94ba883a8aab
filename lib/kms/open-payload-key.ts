/** The payload key that a text names: one of KMS, or, for development, one in a file. */
import { createLocalKey } from '../encryption/local-key.ts';
import { loadBuiltin } from '../node/load-builtin.ts';
import { messageOf, toError } from '../core/to-error.ts';
import type { PayloadKey } from '../ports/payload-key.ts';
import { PayloadKeyError } from '../ports/world-errors.ts';
import { withFormerTables } from '../encryption/former-tables.ts';
import { unwrapsInTurn } from '../encryption/unwrap-in-turn.ts';
import { createKmsKey, type KmsClient } from './kms-key.ts';

export interface PayloadKeyOptions {
  /** An ARN, an id or an alias of KMS, or `file:` and a path. */
  readonly payloadKey: string;
  /** Those before it, which decrypt what they have encrypted. */
  readonly former?: readonly string[] | undefined;
  /** Names that the table had: data keys of then are decrypted, too. */
  readonly formerTables?: readonly string[] | undefined;
  readonly client?: KmsClient | undefined;
}

const FILE = 'file:';
const SECRET_BYTES = 32;

export function openPayloadKey({ formerTables = [], ...options }: PayloadKeyOptions): PayloadKey {
  return withFormerTables(openOfTable(options), formerTables);
}

function openOfTable({ payloadKey, former = [], client }: PayloadKeyOptions): PayloadKey {
  const [inFiles, inKms] = [former.filter(isFile), former.filter((name) => !isFile(name))];
  const formerFiles = inFiles.map(openFile);
  if (!isFile(payloadKey)) return withFormer(createKmsKey({ name: payloadKey, former: inKms, client }), formerFiles);
  const [name, ...others] = inKms;
  const formerInKms = name === undefined ? [] : [createKmsKey({ name, former: others, client })];
  return withFormer(openFile(payloadKey), [...formerFiles, ...formerInKms]);
}

/** `key`, which is followed by those that decrypt what it cannot. */
function withFormer(key: PayloadKey, former: readonly PayloadKey[]): PayloadKey {
  if (former.length === 0) return key;
  const all = [key, ...former];
  return unwrapsInTurn(key, ({ by }, context) => {
    const byName = all.find(({ name }) => name === by);
    return [...new Set(byName === undefined ? all : [byName, ...all])].map((each) => [each, context]);
  });
}

function isFile(name: string): boolean {
  return name.startsWith(FILE);
}

function openFile(name: string): PayloadKey {
  return createLocalKey(name, readSecret(name.slice(FILE.length)));
}

/** In base64, as `openssl rand -base64 32` writes it. */
function readSecret(path: string): Buffer {
  const how = 'write one with: openssl rand -base64 32';
  let text: string;
  try {
    text = loadBuiltin('node:fs').readFileSync(path, 'utf8');
  } catch (error) {
    throw new PayloadKeyError(`the payload key "file:${path}" cannot be read (${messageOf(toError(error))}); ${how}`);
  }
  const secret = Buffer.from(text.trim(), 'base64');
  if (secret.length === SECRET_BYTES) return secret;
  throw new PayloadKeyError(
    `the payload key "file:${path}" has ${secret.length} bytes in base64 where ${SECRET_BYTES} belong; ${how}`,
  );
}
