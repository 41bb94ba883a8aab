/**
 * What follows from a run's seed: its random numbers, and the idempotency keys of its steps.
 *
 * The seed is in the first record and nowhere else: it cannot be worked out from the run's id, and a run that is started
 * again under an id has others. What was drawn says nothing about the rest: keys are digests, and
 * the numbers are the keystream of a cipher. A run of before there were seeds has its id in the seed's place.
 *
 * Tested by: test/engine/run-seed.test.ts
 */
import { createHash, randomBytes } from 'node:crypto';
import { ChaCha20 } from '../core/chacha20.ts';
import type { RandomSource } from '../core/loop.ts';
import { Prng } from '../core/prng.ts';
import type { CommandId } from '../journal/event.ts';
import { randomKeyBytes } from '../token/random-key.ts';

/** 128 random bits. */
export function randomSeed(): string {
  return randomBytes(16).toString('base64url');
}

/** The run's own random numbers: 0 <= x < 1, the same in the same order at each replay (I4). */
export function createRunRandom(runId: string, seed: string | undefined): RandomSource {
  return seed === undefined ? new Prng(runId) : new ChaCha20(randomKeyBytes(seed));
}

/**
 * The same for all attempts of a step, on whichever worker (I5): 36 characters, in the form of a random UUID. `ofTry`: 0, or
 * the number of the `retried` after which the step was asked for.
 */
export function toIdempotencyKey(runId: string, seed: string | undefined, id: CommandId, ofTry = 0): string {
  if (seed === undefined) return `${runId}#${id}${ofTry === 0 ? '' : `#${ofTry}`}`;
  return uuidOf(digest(['idempotency key', seed, runId, id, ...triedAgain(ofTry)]));
}

/** The id of a run that a step starts: the same for all attempts, and no other run's code can guess it. */
export function toChildRunId(runId: string, seed: string | undefined, id: CommandId, ofTry = 0): string {
  return uuidOf(digest(['child', seed ?? '', runId, id, ...triedAgain(ofTry)]));
}

/** As it was before there were tries. */
function triedAgain(ofTry: number): readonly number[] {
  return ofTry === 0 ? [] : [ofTry];
}

function digest(parts: readonly (string | number)[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

/** RFC 9562: version 4, since a digest of something random is as good as that. */
function uuidOf(bytes: Buffer): string {
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
