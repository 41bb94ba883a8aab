/** What a caller gives, made ready to be stored: encoded, measured, digested. */
import { encode, encodedBytes } from '../codec/encode.ts';
import type { Encoded } from '../core/encoded.ts';
import { PayloadTooLargeError } from '../core/errors.ts';
import { describeHigherLimit, type ContentLimits } from '../ports/content-limits.ts';
import { digestText } from './identifiers.ts';

export interface EncodedInput {
  readonly value: Encoded;
  readonly bytes: number;
}

/** `what` names the value in errors, as in `the input of workflow "checkout"`; the limits are the store's. */
export function encodeInput(what: string, value: unknown, limits: ContentLimits): EncodedInput {
  const encoded = encode(value, what);
  const bytes = encodedBytes(encoded);
  if (bytes > limits.inputBytes) {
    throw new PayloadTooLargeError(
      `${what} has ${bytes} bytes, the limit is ${limits.inputBytes}: store what is large elsewhere (such as S3) and ` +
        `pass a reference to it${describeHigherLimit(limits, 'inputBytes')}`,
    );
  }
  return { value: encoded, bytes };
}

/** The same for inputs that differ only in the order of their keys: many a JSON writer does not keep it. */
export function digestInput(what: string, value: unknown): string {
  return digestText(
    JSON.stringify(encode(value, what), (_key, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ),
  );
}
