/**
 * Code of a run that may only read: the handler of a query. It runs beside the journal, so nothing that it did to the run
 * would be repeated by a replay.
 *
 * What is set here is looked at by each call that may change a run. As with the current loop, code that reads runs without
 * a gap, so one variable is exact; it belongs to the global object, so that two copies of this module share it.
 */
import { WorkflowCodeError } from './errors.ts';

interface Reading {
  /** For messages: `the handler of query "status"`. */
  readonly what: string;
  /** The first call that was refused: code that catches the refusal is refused all the same. */
  refusal: WorkflowCodeError | undefined;
}

const SLOT = Symbol.for('lull.reading');
const slot = globalThis as { [SLOT]?: Reading | undefined };

/** Runs code that may only read. A call that would change the run throws a WorkflowCodeError `READ_ONLY`, here at the latest. */
export function whileReading<T>(what: string, code: () => T): T {
  const before = slot[SLOT];
  const reading: Reading = { what, refusal: undefined };
  slot[SLOT] = reading;
  try {
    const result = code();
    if (reading.refusal !== undefined) throw reading.refusal;
    return result;
  } finally {
    slot[SLOT] = before;
  }
}

/** Refuses the call if the code that makes it may only read. */
export function mayChange(call: string): void {
  const reading = slot[SLOT];
  if (reading === undefined) return;
  const error = readOnly(reading.what, `called ${call}`);
  reading.refusal ??= error;
  throw error;
}

/** `did`: what it did, as in `called sleep()`. */
export function readOnly(what: string, did: string): WorkflowCodeError {
  return new WorkflowCodeError(
    'READ_ONLY',
    `${what} ${did}: it may only read the state of the run. It cannot await, draw random numbers, create tasks, wake ` +
      `any, or take a message: do that in the workflow, and let the handler return what the workflow keeps in a variable`,
  );
}
