/**
 * Reads a journal piece by piece: a search that ends early pays for no more of it. What is behind the base of a run is read from
 * its archives, where it is archived; else it is left out, and the numbers of records have a gap.
 */
import { readableEntries } from '../journal/find-damage.ts';
import type { JournalEntry } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import { readArchive, readArchives } from '../archive/archive.ts';
import { messageIdsIn, unlessLocked } from '../ports/locked-records.ts';
import type { JournalBase } from '../ports/run-item.ts';
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
    for (const record of records) {
      const base = record.number > last + 1 ? await readBaseOf(ports, store, runId) : undefined;
      if (base !== undefined && last < base.record) {
        yield* readArchived(store, { runId, after: last, base });
        // Of a journal that was dropped the base's own record is there, as the first one behind the gap.
        last = base.archive === undefined ? base.record - 1 : base.record;
        break; // what else is here may be from behind the base
      }
      yield record;
      // Behind the tail there is nothing yet: what comes may be added to it.
      if (record.isTail === true) return;
      last = record.number;
    }
    if (records.length === 0) return;
  }
}

async function readBaseOf(ports: ClientPorts, store: Store, runId: string): Promise<JournalBase | undefined> {
  return (await retryUnavailable(ports.clock, () => store.readRun(runId)))?.base;
}

interface OfBase {
  readonly runId: string;
  readonly after: number;
  readonly base: JournalBase;
}

/** So many archives are kept when they are read from the last one to the first; others are read once more. */
const KEPT_ARCHIVES = 20;

/** What is archived with a number above `after`, in order. None where it was dropped. */
async function* readArchived(
  store: Store,
  { runId, after, base }: OfBase,
): AsyncGenerator<JournalRecord, void, undefined> {
  const parts: { readonly key: string; readonly records: readonly JournalRecord[] | undefined }[] = [];
  for await (const { key, records } of readArchives(store, runId, base.archive)) {
    parts.unshift({ key, records: parts.length < KEPT_ARCHIVES ? records : undefined });
    if ((records[0]?.number ?? 0) <= after + 1) break;
  }
  for (const { key, records } of parts) {
    const there = records ?? (await readArchive(store, runId, key)).records;
    for (const record of there) if (record.number > after) yield record;
  }
}
