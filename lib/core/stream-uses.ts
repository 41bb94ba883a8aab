/** How much is in the streams of a run, by name, and whether there is room for more (I10). */
import { PayloadTooLargeError, WorkflowCodeError } from './errors.ts';
import type { RunLimits } from './run-limits.ts';
import { STREAM_VALUE_LIMIT_BYTES } from './stream.ts';

export interface StreamUse {
  /** The last `seq`. */
  readonly entries: number;
  /** Of their stored form, with a comma for each. */
  readonly bytes: number;
}

/** By the names of streams; those without an entry are not there. */
export type StreamUses = Readonly<Record<string, StreamUse>>;

/** How much is in the streams of one run, and how much may be. */
export interface StreamsOfRun {
  readonly uses: ReadonlyMap<string, StreamUse>;
  readonly limits: RunLimits;
}

export const NO_USE: StreamUse = { entries: 0, bytes: 0 };

export function addUse(a: StreamUse, b: StreamUse): StreamUse {
  return { entries: a.entries + b.entries, bytes: a.bytes + b.bytes };
}

/** Throws what keeps one more value out of a stream: it alone is too large, or there is no room. */
export function checkRoom(
  { uses, limits }: StreamsOfRun,
  { name, bytes }: { readonly name: string; readonly bytes: number },
): void {
  if (bytes > STREAM_VALUE_LIMIT_BYTES) {
    throw new PayloadTooLargeError(
      `a value for stream "${name}" has ${bytes} bytes, the limit is ${STREAM_VALUE_LIMIT_BYTES}: write it in parts, or ` +
        `store it elsewhere (such as S3) and write its key`,
    );
  }
  const { maxStreams, maxStreamEntries, maxStreamBytes } = limits;
  const use = uses.get(name);
  if (use === undefined && uses.size >= maxStreams) {
    throw full(name, `the run has ${uses.size} streams, and the limit is ${maxStreams} (maxStreams)`);
  }
  if (use !== undefined && use.entries >= maxStreamEntries) {
    throw full(name, `it has ${use.entries} values, and the limit is ${maxStreamEntries} (maxStreamEntries)`);
  }
  const total = (use?.bytes ?? 0) + bytes;
  if (total > maxStreamBytes) {
    throw full(name, `it would have ${total} bytes, and the limit is ${maxStreamBytes} (maxStreamBytes)`);
  }
}

function full(name: string, why: string): WorkflowCodeError {
  return new WorkflowCodeError(
    'STREAM_FULL',
    `nothing more can be written to stream "${name}" of this run: ${why}. Write larger values less often, or give each part ` +
      `of the work a run of its own`,
  );
}
