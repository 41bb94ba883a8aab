/**
 * Tokens of callbacks: what they say, and a proof (HMAC-SHA256) under a key that follows from the run's seed, the secret
 * in the first record of its journal.
 *
 * Each run has a key of its own, so there is no key to keep, to share or to rotate: a token of another run, of another
 * stage, or of an earlier run of the same id is forged by construction. Text in, text out: the table is not asked here.
 *
 * Tested by: test/token/callback-token.test.ts
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { CallbackClaims } from '../core/callback.ts';
import { isRunId } from '../core/run-id.ts';

/** A token as it was given: whether its claims are true is for `isGenuine` to say. */
export interface ReadToken {
  readonly claims: CallbackClaims;
  readonly text: string;
  readonly proof: string;
}

/** The form of the claims: another one would have another number. */
const FORM = 1;

/** No longer token is looked at. Names have 128 characters, ids of runs as many. */
const LONGEST_TOKEN = 2_048;

/** The same for the same claims and seed. */
export function signCallback(claims: CallbackClaims, seed: string): string {
  const { runId, link, id, name, expiresAtMs = 0, hasSchema } = claims;
  const text = Buffer.from(JSON.stringify([FORM, runId, link, id, name, expiresAtMs, hasSchema ? 1 : 0])).toString(
    'base64url',
  );
  return `${text}.${proofOf(text, { runId, seed })}`;
}

/** Undefined for what is no token. */
export function readToken(token: unknown): ReadToken | undefined {
  if (typeof token !== 'string' || token.length > LONGEST_TOKEN) return undefined;
  const parts = /^([\w-]+)\.([\w-]+)$/.exec(token);
  const [, text, proof] = parts ?? [];
  if (text === undefined || proof === undefined) return undefined;
  const claims = readClaims(text);
  return claims && { claims, text, proof };
}

/** Takes as long for a proof that is wrong at its begin as for one that is wrong at its end. */
export function isGenuine({ claims, text, proof }: ReadToken, seed: string): boolean {
  const expected = Buffer.from(proofOf(text, { runId: claims.runId, seed }));
  const given = Buffer.from(proof);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function proofOf(text: string, { runId, seed }: { readonly runId: string; readonly seed: string }): string {
  const key = createHash('sha256')
    .update(JSON.stringify(['callback key', seed, runId]))
    .digest();
  return createHmac('sha256', key).update(text).digest('base64url');
}

function readClaims(text: string): CallbackClaims | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== 7) return undefined;
  const [form, runId, link, id, name, expiresAtMs, hasSchema] = parts as unknown[];
  if (form !== FORM || !isRunId(runId) || typeof name !== 'string') return undefined;
  if (!isCount(link) || !isCount(id) || typeof expiresAtMs !== 'number') return undefined;
  return {
    ...{ runId, link, id, name, hasSchema: hasSchema === 1 },
    ...(expiresAtMs === 0 ? {} : { expiresAtMs }),
  };
}

function isCount(part: unknown): part is number {
  return Number.isSafeInteger(part) && (part as number) >= 1;
}
