/**
 * How large the contents of a store may be: in the table alone, or with a bucket for what is too large for an item. The
 * engine and the client ask the store for its limits, so that one place decides whether there is a bucket.
 */

import { PayloadTooLargeError } from '../core/errors.ts';
import { FILLED_RUN_ITEM_BYTES } from './tail.ts';

/** Sizes of the stored form, which is JSON. */
export interface ContentLimits {
  /** A step's result, a run's result. */
  readonly valueBytes: number;
  /** A run's input, a signal's payload. */
  readonly inputBytes: number;
  /** Larger contents are in the bucket, not in an item of the table. */
  readonly itemContentBytes: number;
  /** The largest content at all: a value, or a message or record with everything in it. */
  readonly contentBytes: number;
  /** Up to which size run items are filled with the last record of their journal. 0: no record is in there. */
  readonly filledRunItemBytes: number;
}

const TABLE_VALUE_LIMIT_BYTES = 350_000;
const TABLE_INPUT_LIMIT_BYTES = 256 * 1024;

/** A Lambda's request and response have 6 MB at most, in which quotes and line breaks of a body count twice. */
const BUCKET_VALUE_LIMIT_BYTES = 5_000_000;
const BUCKET_CONTENT_LIMIT_BYTES = 6_000_000;

/**
 * From here on the bucket is better than the table. DynamoDB takes a write unit for each KB, and of a run no more than
 * 1,000 a second: fifteen items of this size. S3 takes as much for a put as DynamoDB for 8 KB, and a few more
 * milliseconds; most values are smaller than both, and should need one service only.
 */
const BUCKET_THRESHOLD_BYTES = 64 * 1024;

/** Of a store without a bucket. What an item takes is checked with all of its attributes. */
export const TABLE_LIMITS: ContentLimits = {
  valueBytes: TABLE_VALUE_LIMIT_BYTES,
  inputBytes: TABLE_INPUT_LIMIT_BYTES,
  itemContentBytes: Infinity,
  contentBytes: Infinity,
  filledRunItemBytes: FILLED_RUN_ITEM_BYTES,
};

/** Of a store with one. */
export const BUCKET_LIMITS: ContentLimits = {
  valueBytes: BUCKET_VALUE_LIMIT_BYTES,
  inputBytes: BUCKET_VALUE_LIMIT_BYTES,
  itemContentBytes: BUCKET_THRESHOLD_BYTES,
  contentBytes: BUCKET_CONTENT_LIMIT_BYTES,
  filledRunItemBytes: FILLED_RUN_ITEM_BYTES,
};

/** For the end of an error about a limit: how to raise it, if it can be raised. */
function describeHigherLimit(limits: ContentLimits, limit: 'valueBytes' | 'inputBytes'): string {
  if (limits[limit] >= BUCKET_LIMITS[limit]) return '';
  return `. With a bucket the limit is ${BUCKET_LIMITS[limit]}: see payloadBucket of WorkflowEngine, or LULL_BUCKET_NAME`;
}

/** How large something may be, and what to do where it is larger. */
export interface SizeLimit {
  readonly limits: ContentLimits;
  /** Which of them it is, or, where the engine is set to less, comes from. */
  readonly limit: 'valueBytes' | 'inputBytes';
  /** Default: that limit of the store. */
  readonly mostBytes?: number;
  /** As in `return a key to it`. */
  readonly advice: string;
}

/** Throws a PayloadTooLargeError for what is larger. `what` names it, as in `the result of step "charge"`. */
export function checkSize(what: string, bytes: number, { limits, limit, mostBytes, advice }: SizeLimit): void {
  const most = mostBytes ?? limits[limit];
  if (bytes <= most) return;
  const higher = describeHigherLimit(limits, limit);
  throw new PayloadTooLargeError(`${what} has ${bytes} bytes, the limit is ${most}: ${advice}${higher}`);
}

/** Of the input of a run, the payload of a signal and the like. */
export function checkInputSize(what: string, bytes: number, limits: ContentLimits): void {
  const advice = 'store what is large elsewhere (such as S3) and pass a reference to it';
  checkSize(what, bytes, { limits, limit: 'inputBytes', advice });
}
