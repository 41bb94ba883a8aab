/** What a caller gives, made ready to be stored: encoded, measured, digested. */
import { canonicalText } from '../codec/canonical.ts';
import { encode, encodedBytes } from '../codec/encode.ts';
import type { Encoded } from '../core/encoded.ts';
import { checkInputSize, type ContentLimits } from '../ports/content-limits.ts';
import { digestText } from './identifiers.ts';

export interface EncodedInput {
  readonly value: Encoded;
  readonly bytes: number;
}

/** `what` names the value in errors, as in `the input of workflow "checkout"`; the limits are the store's. */
export function encodeInput(what: string, value: unknown, limits: ContentLimits): EncodedInput {
  const encoded = encode(value, what);
  const bytes = encodedBytes(encoded);
  checkInputSize(what, bytes, limits);
  return { value: encoded, bytes };
}

/** Tells this form of the digest from the one before it, which had no mark. */
const FORM = '2:';

/**
 * The same for inputs that a workflow cannot tell apart (`canonicalText`): the order of keys and of a Set does not count, nor
 * whether an object that stands at two places is one or two, nor the sign of zero. Many a JSON writer keeps none of these.
 */
export function digestInput(what: string, value: unknown): string {
  const encoded = encode(value, what); // what cannot be stored is refused
  // Only what refers to one large part very often is longer than that: then it counts as it is stored.
  const { text, isWhole } = canonicalText(value, 1_000 + 4 * encodedBytes(encoded));
  return `${FORM}${digestText(isWhole ? text : sortedText(encoded))}`;
}

/** Whether a stored digest is of the form of before, and of this input. */
export function isFormerDigest(stored: string, what: string, value: unknown): boolean {
  return !stored.startsWith(FORM) && stored === digestText(sortedText(encode(value, what)));
}

/** With the keys of all objects in order, and all else as it is stored. */
function sortedText(encoded: Encoded): string {
  return JSON.stringify(encoded, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
