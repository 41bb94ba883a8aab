/** Reads a journal piece by piece: a search that ends early pays for no more of it. */
import { readableEntries } from '../journal/find-damage.ts';
import type { JournalEntry } from '../journal/event.ts';
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

/** The records of a link (default: the first) with a number above `after`, in order. */
export async function* readRecords(
  ports: ClientPorts,
  store: Store,
  { runId, after, link }: { readonly runId: string; readonly after: number; readonly link?: number | undefined },
): AsyncGenerator<ReadableRecord> {
  let last = after;
  for (let atMost = 1; ; atMost = Math.min(2 * atMost, MOST_RECORDS)) {
    const records = await retryUnavailable(ports.clock, () => store.loadRecords(runId, last, atMost, link));
    for (const record of records) {
      const { number, epoch } = record;
      yield { number, epoch, entries: readableEntries([record]) };
    }
    const number = records.at(-1)?.number;
    if (number === undefined) return;
    last = number;
  }
}
