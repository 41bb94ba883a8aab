/**
 * Reads the base of a run: the snapshot from which it goes on, where its journal is not whole.
 *
 * Not its job: to go on from it (load-run.ts, read-run.ts), or to write one (write-base.ts).
 *
 * Tested by: test/frames/runs/unbounded-blocked.test.ts
 */
import { LullError } from '../../core/errors.ts';
import type { RunItem } from '../../ports/run-item.ts';
import { whyLockedValue } from '../../ports/locked-records.ts';
import { isOfPayloadKey, PayloadDamagedError } from '../../ports/world-errors.ts';
import { linkOf } from '../link-before.ts';
import type { Engine } from '../settings.ts';
import { decodeSnapshot, type Snapshot } from '../snapshot.ts';
import { whyNotOfBase } from '../write-snapshot.ts';
import { baseNotOfCode, baseNotReadable } from './base-not-of-code.ts';

export type ReadBase =
  /** The journal is whole. */
  | { readonly kind: 'none' }
  | { readonly kind: 'read'; readonly snapshot: Snapshot }
  | { readonly kind: 'unreadable'; readonly error: LullError };

export interface ReadBaseOptions {
  /** No turn goes on from it: then the version of the function does not count, which names what was not compiled. */
  readonly isToRead?: boolean;
}

export async function readBase(engine: Engine, run: RunItem, options: ReadBaseOptions = {}): Promise<ReadBase> {
  const { runId, base } = run;
  if (base === undefined) return { kind: 'none' };
  const read = await readSnapshot(engine, runId, base.key);
  if (read instanceof LullError) return { kind: 'unreadable', error: read };
  if (typeof read === 'string') return unreadable(run, read);
  const { snapshot } = read;
  if (snapshot.record !== base.record || snapshot.link !== linkOf(run)) {
    return unreadable(run, 'it is not the one that the run names');
  }
  const isCompiled = engine.frames !== undefined;
  const reason = isCompiled ? whyNotOfBase(engine, snapshot, options) : 'its code is not compiled for frames';
  if (reason === undefined) return { kind: 'read', snapshot };
  const toError = options.isToRead === true ? baseNotReadable : baseNotOfCode;
  return { kind: 'unreadable', error: toError(run, reason) };
}

/** A table or a bucket that does not answer is another matter: that throws. The error is of the payload key. */
export async function readSnapshot(
  { store }: Pick<Engine, 'store'>,
  runId: string,
  key: string,
): Promise<{ readonly snapshot: Snapshot } | string | LullError> {
  try {
    const value = await store.readValue(runId, key);
    if (value === undefined) return 'it is not in the table, or not in its bucket: it was deleted';
    const locked = whyLockedValue(value, `the snapshot "${key}" that run "${runId}" goes on from`);
    if (locked !== undefined) return locked;
    const read = decodeSnapshot(value);
    return read.kind === 'read' ? { snapshot: read.snapshot } : read.reason;
  } catch (error) {
    if (error instanceof PayloadDamagedError) return error.message;
    if (isOfPayloadKey(error)) return error;
    throw error;
  }
}

function unreadable({ runId, base }: RunItem, problem: string): ReadBase {
  const message =
    `the snapshot "${base?.key ?? ''}" that run "${runId}" goes on from cannot be read: ${problem}. Its history is ` +
    `unbounded, so there is no journal to replay. Put back what was there, and the run goes on; or terminate it`;
  return { kind: 'unreadable', error: new LullError('BASE_MISSING', message) };
}
