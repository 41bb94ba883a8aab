/**
 * A snapshot of a run: its coroutines as they were at the end of a record, as bytes, and what the engine knows of the journal up
 * to there. It is a cache: it can be deleted at any time, and whatever is wrong with it, the run is replayed.
 *
 * Not its job: to say when there is one (write-snapshot.ts), or to go on from it (resume-run.ts).
 *
 * Tested by: test/engine/snapshot.test.ts
 */
import { createHash } from 'node:crypto';
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import type { Encoded } from '../core/encoded.ts';
import type { OnParentClose } from '../core/operation.ts';
import type { StreamUse, StreamUses } from '../core/stream-uses.ts';
import { MAX_RUN_BYTES } from '../core/stored-run-limit.ts';
import { describeThrown } from '../core/to-error.ts';
import type { Started } from '../journal/event.ts';
import { loadBuiltin } from '../node/load-builtin.ts';

/** Raised whenever this version could misread what another one has written. */
const SNAPSHOT_FORMAT = 2;

export interface Snapshot {
  /** The author's code whose coroutines they are, and the lull that they are made of. */
  readonly code: string;
  readonly ownCode: string;
  /** `digestOfPassed` of what they have passed of it, where that is known. */
  readonly passed?: string;
  /** Which link of the run it is of. */
  readonly link: number;
  /** The last record that the run has seen, and the turn that wrote it: so it is known to be of this journal. */
  readonly record: number;
  readonly nonce: string;
  readonly started: Started;
  readonly messageIds: readonly string[];
  readonly openChildren: readonly (readonly [runId: string, onParentClose: OnParentClose])[];
  /** How much is in the streams of the run. */
  readonly streams: StreamUses;
  /** How long the journal is up to there. */
  readonly events: number;
  readonly bytes: number;
  /** What `RunFrames.storeRun` gave. */
  readonly run: Uint8Array;
}

/** Of what `RunFrames.passedCode` gave. */
export function digestOfPassed(passed: string | undefined): string | undefined {
  return passed === undefined ? undefined : createHash('sha256').update(passed).digest('base64url');
}

export function encodeSnapshot({ run, ...head }: Snapshot): Encoded {
  const text = JSON.stringify([SNAPSHOT_FORMAT, head, loadBuiltin('node:zlib').deflateRawSync(run).toString('base64')]);
  return encode(text, 'a snapshot');
}

export type ReadSnapshot =
  { readonly kind: 'read'; readonly snapshot: Snapshot } | { readonly kind: 'refused'; readonly reason: string };

/** Whatever the bytes are, a snapshot or a refusal comes of them. */
export function decodeSnapshot(encoded: Encoded): ReadSnapshot {
  try {
    const text = decode(encoded);
    const parsed: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
    if (!Array.isArray(parsed)) return refused('it is no snapshot');
    const [format, head, run] = parsed as unknown[];
    if (format !== SNAPSHOT_FORMAT) return refused(`its format is ${String(format).slice(0, 20)}`);
    if (!isHead(head) || typeof run !== 'string') return refused('something is missing in it');
    const { inflateRawSync } = loadBuiltin('node:zlib');
    const bytes = inflateRawSync(Buffer.from(run, 'base64'), { maxOutputLength: MAX_RUN_BYTES });
    return { kind: 'read', snapshot: { ...head, run: bytes } };
  } catch (error) {
    return refused(`it cannot be read: ${describeThrown(error)}`);
  }
}

function refused(reason: string): ReadSnapshot {
  return { kind: 'refused', reason };
}

function isHead(value: unknown): value is Omit<Snapshot, 'run'> {
  if (typeof value !== 'object' || value === null) return false;
  const {
    code,
    ownCode,
    passed = '',
    link,
    record,
    nonce,
    started,
    messageIds,
    openChildren,
    streams,
    events,
    bytes,
  } = value as Partial<Snapshot>;
  const areTexts = [code, ownCode, passed, nonce].every((text) => typeof text === 'string');
  const areCounts = [link, record, events, bytes].every((count) => Number.isSafeInteger(count) && Number(count) >= 0);
  const isStarted = typeof started === 'object' && (started as Started | null)?.kind === 'started';
  const areIds = Array.isArray(messageIds) && messageIds.every((id) => typeof id === 'string');
  const areChildren = Array.isArray(openChildren) && openChildren.every(isChild);
  return areTexts && areCounts && isStarted && areIds && areChildren && areUses(streams);
}

function areUses(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const uses = Object.values(value as Record<string, Partial<StreamUse> | null>);
  return uses.every((use) => Number.isSafeInteger(use?.entries) && Number.isSafeInteger(use?.bytes));
}

function isChild(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}
