/** Reads a journal piece by piece: a search that ends early pays for no more of it. */
import { readableEntries } from '../journal/find-damage.ts';
import type { JournalEntry } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import { messageIdsIn, unlessLocked } from '../ports/locked-records.ts';
import type { Store } from '../ports/store.ts';
import type { ClientPorts } from './client-ports.ts';
import { retryUnavailable } from './retry-unavailable.ts';

/** So many records are read together at most. Reading begins with one, and then with twice as many each time. */
const MOST_RECORDS = 50;

export interface ReadableRecord {
  readonly number: number;
  /** The turn that has written it, by its lease. */
  readonly epoch: number;
  /** Of a damaged journal too: an operator who mends it needs to see its entries. */
  readonly entries: readonly JournalEntry[];
}

interface OfLink {
  readonly runId: string;
  readonly after: number;
  /** Default: the first. */
  readonly link?: number | undefined;
}

/** The records of a link with a number above `after`, in order. Throws where they cannot be decrypted. */
export async function* readRecords(ports: ClientPorts, store: Store, of: OfLink): AsyncGenerator<ReadableRecord> {
  for await (const record of readEach(ports, store, of)) {
    const { number, epoch } = record;
    yield { number, epoch, entries: readableEntries(unlessLocked(of.runId, [record])) };
  }
}

/** The ids of messages, record by record, also of what cannot be decrypted; and of the first record when the link began. */
export async function* readMessageIds(
  ports: ClientPorts,
  store: Store,
  of: Omit<OfLink, 'after'>,
): AsyncGenerator<{ readonly ids: readonly string[]; readonly beganAt: number | undefined }> {
  for await (const record of readEach(ports, store, { ...of, after: 0 })) {
    const [first] = readableEntries([record]);
    yield { ids: messageIdsIn([record]), beganAt: first?.kind === 'started' ? first.atMs : undefined };
  }
}

async function* readEach(
  ports: ClientPorts,
  store: Store,
  { runId, after, link }: OfLink,
): AsyncGenerator<JournalRecord> {
  let last = after;
  for (let atMost = 1; ; atMost = Math.min(2 * atMost, MOST_RECORDS)) {
    const records = await retryUnavailable(ports.clock, () => store.loadRecords(runId, last, atMost, link));
    yield* records;
    const number = records.at(-1)?.number;
    if (number === undefined) return;
    last = number;
  }
}
