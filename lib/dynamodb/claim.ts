/** A claim (the claim check pattern): it is in an item in place of a content that is in the bucket. */
import { createHash, randomBytes } from 'node:crypto';

export interface Claim {
  readonly key: string;
  /** Of the text in UTF-8. */
  readonly bytes: number;
  /** Of the text in UTF-8, in hexadecimal. */
  readonly sha256: string;
}

/**
 * Each put has its own key. So an object never changes, two workers that write the same record do not collide, and the
 * delete of an object affects only the item that was deleted before.
 */
export function newClaim(runId: string, text: string): Claim {
  const key = payloadPrefix(runId) + randomBytes(16).toString('base64url');
  return { key, bytes: Buffer.byteLength(text), sha256: sha256Of(text) };
}

/** Why the text is not the one that was put; undefined if it is. */
export function findDifference(claim: Claim, text: string): string | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes !== claim.bytes) return `it has ${bytes} bytes where ${claim.bytes} were put`;
  return sha256Of(text) === claim.sha256 ? undefined : 'its digest is not that of what was put';
}

/** What the keys of all payloads of a run begin with, and those of no other run. */
export function payloadPrefix(runId: string): string {
  return `runs/${toSegment(runId)}/`;
}

/** A run id that is safe as it is stays so. `..` between slashes would be taken for a way up. */
function toSegment(runId: string): string {
  if (/^\.+$/.test(runId)) return runId.replaceAll('.', '%2E');
  return runId.replace(/[^\w.:-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(''),
  );
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
