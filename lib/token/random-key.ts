/**
 * The part of a run's seed from which its random numbers follow, and nothing else: no token of a callback, no idempotency
 * key. A history that leaves its secrets out has it in the place of the seed.
 *
 * Tested by: test/client/export-history.test.ts
 */
import { createHash } from 'node:crypto';

/** No seed has a colon. */
const PREFIX = 'random:';

/** For the place of the seed. */
export function toRandomKey(seed: string): string {
  return isRandomKey(seed) ? seed : PREFIX + randomKeyBytes(seed).toString('base64url');
}

export function isRandomKey(seed: string): boolean {
  return seed.startsWith(PREFIX);
}

/** 32 bytes, the key of a cipher. */
export function randomKeyBytes(seed: string): Buffer {
  if (isRandomKey(seed)) return Buffer.from(seed.slice(PREFIX.length), 'base64url');
  return createHash('sha256')
    .update(JSON.stringify(['random', seed]))
    .digest();
}
