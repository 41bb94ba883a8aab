/**
 * Reads a stream of a run: what is there from a place on, or, if it follows, all that is written until the run has ended.
 *
 * A run writes nothing after its end. So a reader that has seen the end, and then reads to the end of what is there, has read
 * all. Nothing is missed or comes twice for one that comes again: places have no gaps, and a value never changes.
 */
import { decode } from '../codec/decode.ts';
import { checkPathName } from '../core/check-name.ts';
import { describeValue } from '../core/describe-value.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { InvalidArgumentError, RunNotFoundError } from '../core/run-errors.ts';
import { isClosed } from '../core/run-status.ts';
import { isStream, LAST_STREAM_PLACE, STREAM_PAGE_LIMIT, type StreamEntry } from '../core/stream.ts';
import { delay } from '../ports/delay.ts';
import { type StoredStreamEntry, toEntries } from '../ports/stream-values.ts';
import { checkWhole } from './check-whole.ts';
import type { ClientPorts } from './client-ports.ts';
import { retryUnavailable } from './retry-unavailable.ts';

/** Which part of a stream is read. */
export interface StreamReadOptions {
  /** The first place, from 1: of a reader that comes again, the last `seq` that it has and one. Default 1. */
  readonly from?: number | undefined;
  /** Waits for more, until the run has ended. Default false: what is there now. */
  readonly follow?: boolean | undefined;
}

/** What is in a stream from a place on, as far as one look goes. */
export interface StreamPage {
  readonly entries: readonly StreamEntry<unknown>[];
  /** The place from which the next look goes on. */
  readonly next: number;
  /** The run has ended, and nothing comes after these. */
  readonly isOver: boolean;
}

/** Which look at a stream. */
export interface StreamPageOptions {
  /** The first place, from 1. Default 1. */
  readonly from?: number | undefined;
  /** So many values at most: 1 to 1000, which is the default. Large values make it fewer. */
  readonly limit?: number | undefined;
  /** Where there is nothing, waits so long for something, or for the end of the run. Default: not at all. */
  readonly wait?: Duration | undefined;
}

/** While there is nothing new. A token of a language model is no reason to ask more often. */
const FIRST_INTERVAL_MS = 100;
const LONGEST_INTERVAL_MS = 1_000;
const GROWTH = 1.5;

export async function* readStream(
  ports: ClientPorts,
  runId: string,
  { name, from = 1, follow = false }: StreamReadOptions & { readonly name: string },
): AsyncGenerator<StreamEntry<unknown>, void, undefined> {
  const reader = await openReader(ports, runId, name);
  let hasEnded = await reader.hasEnded();
  let next = from;
  for (let intervalMs = FIRST_INTERVAL_MS; ;) {
    const found = await reader.read(next);
    for (const { seq, value } of found) {
      yield { seq, value: decode(value) };
      next = seq + 1;
    }
    if (found.length > 0) {
      intervalMs = FIRST_INTERVAL_MS;
      continue;
    }
    if (hasEnded || !follow) return; // it had ended before nothing was found
    hasEnded = await reader.hasEnded();
    if (hasEnded) continue;
    await delay(ports.clock, intervalMs);
    intervalMs = Math.min(intervalMs * GROWTH, LONGEST_INTERVAL_MS);
  }
}

/** One look: for readers who come again by themselves. Values that this process cannot make are as they are stored. */
export async function readStreamPage(
  ports: ClientPorts,
  runId: string,
  { name, from = 1, limit = STREAM_PAGE_LIMIT, wait = 0 }: StreamPageOptions & { readonly name: string },
): Promise<StreamPage> {
  const waitUntilMs = ports.clock.nowMs() + toMilliseconds(wait, 'the wait of streamPage()');
  const reader = await openReader(ports, runId, name);
  let hasEnded = await reader.hasEnded();
  let found = await reader.read(from);
  for (let intervalMs = FIRST_INTERVAL_MS; found.length === 0 && !hasEnded; intervalMs *= GROWTH) {
    const leftMs = waitUntilMs - ports.clock.nowMs();
    if (leftMs <= 0) break;
    await delay(ports.clock, Math.min(intervalMs, leftMs, LONGEST_INTERVAL_MS));
    hasEnded = await reader.hasEnded(); // before it reads: what it does not find then will not come
    found = await reader.read(from);
  }
  const entries = found
    .slice(0, limit)
    .map(({ seq, value }) => ({ seq, value: decode(value, { unregistered: 'plain' }) }));
  const next = (entries.at(-1)?.seq ?? from - 1) + 1;
  const isAll = entries.length === found.length;
  const isOver = hasEnded && isAll && (found.length === 0 || (await reader.read(next)).length === 0);
  return { entries, next, isOver };
}

/** The name. What is no stream, and no name of one, is an InvalidArgumentError; so are other options. */
export function checkStreamRead(stream: unknown, { from = 1, follow = false }: StreamReadOptions): string {
  checkWhole('from', from, { from: 1, to: LAST_STREAM_PLACE });
  if (typeof follow !== 'boolean') {
    throw new InvalidArgumentError(`follow cannot be ${describeValue(follow)}: give true or false`);
  }
  const name: unknown = isStream(stream) ? stream.name : stream;
  if (typeof name !== 'string') {
    throw new InvalidArgumentError(
      `a stream cannot be ${describeValue(stream)}: give what stream() returned, or its name`,
    );
  }
  checkPathName(name, 'a stream');
  return name;
}

export function checkPageLimit(limit: number | undefined): void {
  if (limit !== undefined) checkWhole('limit', limit, { from: 1, to: STREAM_PAGE_LIMIT });
}

interface Reader {
  /** Whether the run has ended. RunNotFoundError if it is not there. */
  hasEnded(): Promise<boolean>;
  read(from: number): Promise<readonly StoredStreamEntry[]>;
}

async function openReader(ports: ClientPorts, runId: string, name: string): Promise<Reader> {
  const store = await ports.openStore();
  const hasEnded = async (): Promise<boolean> => {
    const run = await retryUnavailable(ports.clock, () => store.readRun(runId));
    if (run === undefined) throw new RunNotFoundError(runId);
    return isClosed(run.status);
  };
  const read = async (from: number): Promise<readonly StoredStreamEntry[]> =>
    toEntries(await retryUnavailable(ports.clock, () => store.readStream(runId, name, from)), from);
  return { hasEnded, read };
}
