/** A payload key of this process, or of a file: for development and tests, where there is no KMS. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { KeyContext, PayloadKey } from '../ports/payload-key.ts';
import { PayloadKeyError } from '../ports/world-errors.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const OTHER_KEY = 'it was encrypted with another payload key than those that are set here';

/** `secret`: 32 bytes. Default: at random. */
export function createLocalKey(name: string, secret: Buffer = randomBytes(32)): PayloadKey {
  return {
    name,
    generate: async (context) => {
      const dataKey = randomBytes(32);
      return { by: name, wrapped: wrap(secret, context, dataKey), secret: dataKey };
    },
    unwrap: async ({ by, wrapped }, context) => {
      const dataKey = unwrap(secret, context, wrapped);
      if (dataKey !== undefined) return dataKey;
      const both = `a data key that "${by}" has encrypted cannot be decrypted with the key "${name}"`;
      throw new PayloadKeyError(OTHER_KEY, { cause: new Error(both) });
    },
    wrap: async (dataKey, context) => ({ by: name, wrapped: wrap(secret, context, dataKey) }),
  };
}

function wrap(secret: Buffer, context: KeyContext, dataKey: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce);
  cipher.setAAD(contextBytes(context));
  return Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function unwrap(secret: Buffer, context: KeyContext, wrapped: string): Buffer | undefined {
  const bytes = Buffer.from(wrapped, 'base64');
  if (bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, NONCE_BYTES));
  decipher.setAAD(contextBytes(context));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function contextBytes(context: KeyContext): Buffer {
  const pairs = Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(pairs)).digest();
}
