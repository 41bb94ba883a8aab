/** Values of a run as the table has them, and what they are. */
import { decode } from '../codec/decode.ts';
import type { Encoded } from '../core/encoded.ts';
import { toError } from '../core/to-error.ts';
import { invariant } from '../core/invariant.ts';
import { isClosed, type RunStatus } from '../core/run-status.ts';
import { findSealed, type Sealed } from '../core/sealed.ts';
import type { RunItem, StoredValue } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';
import { PayloadKeyError } from '../ports/world-errors.ts';
import { RunNotFoundError, undoErrorsOf } from '../core/run-errors.ts';

/** How a run ended. `reason` is what the canceller or terminator said, `''` if nothing. */
export type RunEnd =
  | { readonly status: 'completed'; readonly result: unknown }
  | { readonly status: 'failed'; readonly error: Error }
  | ({ readonly status: 'cancelled'; readonly reason: string } & UndoErrors)
  | ({ readonly status: 'terminated'; readonly reason: string } & UndoErrors);

/** Of a failed run its error has them. */
interface UndoErrors {
  /** What the undos of steps failed with, where some have failed for good. */
  readonly undoErrors?: readonly Error[];
}

/** What becomes of an instance whose class is not registered in this process: plain data, or an error. */
export type Unregistered = 'plain' | 'refuse';

/** Reads a value that is in the run item or in its own item. */
export async function readStoredValue(
  store: Store,
  runId: string,
  stored: StoredValue,
  unregistered: Unregistered = 'plain',
): Promise<unknown> {
  return decode(await readStoredForm(store, runId, stored), { unregistered });
}

/** The same, as it is stored. */
export async function readStoredForm(store: Store, runId: string, stored: StoredValue): Promise<Encoded> {
  const encoded = stored.kind === 'inline' ? stored.value : await store.readValue(runId, stored.key);
  // Values go only with their run: it was purged since its item was read.
  if (encoded === undefined) throw new RunNotFoundError(runId);
  return encoded;
}

/** How the run ended; undefined while it goes on. */
export async function readEnd(
  store: Store,
  run: RunItem,
  unregistered: Unregistered = 'plain',
): Promise<RunEnd | undefined> {
  const { runId, status, result } = run;
  if (!isClosed(status)) return undefined;
  invariant(result, `run "${runId}" is ${status} and has no result`);
  return decodeEnd(run, await readStoredForm(store, runId, result), unregistered);
}

/** `stored`: what the run item refers to as its result. */
export function decodeEnd(
  { status }: RunItem,
  stored: Encoded,
  unregistered: Unregistered = 'plain',
): RunEnd | undefined {
  const locked = findSealed(stored);
  if (locked !== undefined && unregistered === 'plain') return lockedEnd(status, locked);
  switch (status) {
    case 'completed':
      return { status, result: decode(stored, { unregistered }) };
    case 'failed':
      return { status, error: toError(decode(stored, { unregistered: 'plain' })) };
    case 'cancelled':
    case 'terminated':
      return { status, ...toReason(decode(stored, { unregistered: 'plain' })) };
    default:
      return undefined;
  }
}

/** For those who only show it. */
function lockedEnd(status: RunStatus, { why = 'it is encrypted' }: Sealed): RunEnd | undefined {
  switch (status) {
    case 'completed':
      return { status, result: { encrypted: why } };
    case 'failed':
      return { status, error: new PayloadKeyError(`the error of the run cannot be read: ${why}`) };
    case 'cancelled':
    case 'terminated':
      return { status, reason: `(encrypted: ${why})` };
    default:
      return undefined;
  }
}

/** The engine stores the error or the text that ended the run. */
function toReason(value: unknown): { readonly reason: string } & UndoErrors {
  if (typeof value === 'string') return { reason: value };
  const undoErrors = undoErrorsOf(value);
  return { reason: toError(value).message, ...(undoErrors.length === 0 ? {} : { undoErrors }) };
}
