/** Values of a run as the table has them, and what they are. */
import { decode } from '../codec/decode.ts';
import { toError } from '../core/to-error.ts';
import { invariant } from '../core/invariant.ts';
import { isClosed } from '../core/run-status.ts';
import type { RunItem, StoredValue } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';
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
  const encoded = stored.kind === 'inline' ? stored.value : await store.readValue(runId, stored.key);
  // Values go only with their run: it was purged since its item was read.
  if (encoded === undefined) throw new RunNotFoundError(runId);
  return decode(encoded, { unregistered });
}

/** How the run ended; undefined while it goes on. */
export async function readEnd(
  store: Store,
  { runId, status, result }: RunItem,
  unregistered: Unregistered = 'plain',
): Promise<RunEnd | undefined> {
  if (!isClosed(status)) return undefined;
  invariant(result, `run "${runId}" is ${status} and has no result`);
  switch (status) {
    case 'completed':
      return { status, result: await readStoredValue(store, runId, result, unregistered) };
    case 'failed':
      return { status, error: toError(await readStoredValue(store, runId, result)) };
    case 'cancelled':
    case 'terminated':
      return { status, ...toReason(await readStoredValue(store, runId, result)) };
  }
}

/** The engine stores the error or the text that ended the run. */
function toReason(value: unknown): { readonly reason: string } & UndoErrors {
  if (typeof value === 'string') return { reason: value };
  const undoErrors = undoErrorsOf(value);
  return { reason: toError(value).message, ...(undoErrors.length === 0 ? {} : { undoErrors }) };
}
