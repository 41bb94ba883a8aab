/**
 * Records of a journal that are archived behind a run's base: some of them together, as one value of the run, which names the
 * value with those before. So they can be read from the last one to the first, and are deleted with the run.
 */
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import type { Encoded } from '../core/encoded.ts';
import { describeThrown } from '../core/to-error.ts';
import type { JournalRecord } from '../journal/record.ts';
import { loadBuiltin } from '../node/load-builtin.ts';
import { whyLockedValue } from '../ports/locked-records.ts';
import type { JournalBase } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';
import { PayloadDamagedError } from '../ports/world-errors.ts';

/** Raised whenever this version could misread what another one has written. */
const ARCHIVE_FORMAT = 1;

/** What is read of one: a record has 400 KB at most, and an archive is closed at a megabyte. */
const MOST_BYTES = 32_000_000;

export interface Archive {
  /** The key of the one with the records before. Absent: there are none. */
  readonly before?: string;
  readonly records: readonly JournalRecord[];
}

export function encodeArchive({ before, records }: Archive): Encoded {
  const packed = loadBuiltin('node:zlib').deflateRawSync(JSON.stringify(records)).toString('base64');
  return encode([ARCHIVE_FORMAT, before ?? null, packed], 'an archive of records');
}

function decodeArchive(what: string, encoded: Encoded): Archive {
  const parsed = decode(encoded);
  if (!Array.isArray(parsed)) throw new PayloadDamagedError(what, 'it is no archive');
  const [format, before, packed] = parsed as unknown[];
  if (format !== ARCHIVE_FORMAT) throw new PayloadDamagedError(what, 'its format is another one');
  if ((before !== null && typeof before !== 'string') || typeof packed !== 'string')
    throw new PayloadDamagedError(what, 'something is missing in it');
  return { ...(before === null ? {} : { before }), records: unpack(what, packed) };
}

function unpack(what: string, packed: string): JournalRecord[] {
  let records: unknown;
  try {
    const { inflateRawSync } = loadBuiltin('node:zlib');
    records = JSON.parse(inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: MOST_BYTES }).toString());
  } catch (error) {
    throw new PayloadDamagedError(what, `it cannot be read: ${describeThrown(error)}`);
  }
  if (!Array.isArray(records) || !records.every(isRecord))
    throw new PayloadDamagedError(what, 'it has other things than records');
  return records;
}

function isRecord(value: unknown): value is JournalRecord {
  const { number, epoch, nonce, entries } = (value ?? {}) as Partial<JournalRecord>;
  return (
    Number.isSafeInteger(number) && Number.isSafeInteger(epoch) && typeof nonce === 'string' && Array.isArray(entries)
  );
}

/** Throws a PayloadDamagedError where it is not there. */
export async function readArchive(store: Pick<Store, 'readValue'>, runId: string, key: string): Promise<Archive> {
  const what = `archive "${key}" of run "${runId}"`;
  const value = await store.readValue(runId, key);
  if (value === undefined) throw new PayloadDamagedError(what, 'it is not there');
  const locked = whyLockedValue(value, what);
  if (locked !== undefined) throw locked;
  return decodeArchive(what, value);
}

/** From the newest one to the oldest, as far as it is asked for. */
export async function* readArchives(
  store: Pick<Store, 'readValue'>,
  runId: string,
  newest: string | undefined,
): AsyncGenerator<{ readonly key: string; readonly records: readonly JournalRecord[] }, void, undefined> {
  for (let key = newest; key !== undefined;) {
    const { before, records } = await readArchive(store, runId, key);
    yield { key, records };
    key = before;
  }
}

/** The journal of a run's last link, as far as it is there. */
export interface WholeJournal {
  readonly records: readonly JournalRecord[];
  /** Undefined: it is whole. Else what was before has been dropped, and it begins behind this. */
  readonly droppedUpTo?: JournalBase;
}

/** With what is archived. A base that is named meanwhile has it read once more. */
export async function loadWholeJournal(store: Store, runId: string): Promise<WholeJournal> {
  for (;;) {
    const run = await store.readRun(runId);
    const { base, link = 1 } = run ?? {};
    const records = await store.loadRecords(runId, base?.record ?? 0, undefined, link, run);
    const archived: JournalRecord[] = [];
    try {
      for await (const { records: part } of readArchives(store, runId, base?.archive)) archived.unshift(...part);
    } catch (error) {
      if (!(await hasOtherBase(store, runId, base))) throw error;
      continue;
    }
    if (await hasOtherBase(store, runId, base)) continue;
    const isDropped = base !== undefined && base.archive === undefined;
    return { records: [...archived, ...records], ...(isDropped && { droppedUpTo: base }) };
  }
}

/** A worker has named another one since the run item was read: what is behind it is somewhere else now. */
export async function hasOtherBase(
  store: Pick<Store, 'readRun'>,
  runId: string,
  base: JournalBase | undefined,
): Promise<boolean> {
  return (await store.readRun(runId))?.base?.key !== base?.key;
}
