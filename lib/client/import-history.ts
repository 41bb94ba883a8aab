/**
 * Puts an exported history into a table, to look at it there: with `describe`, `history` and queries. The run does not go on
 * by itself: it is due never, and what its code would do next is not begun.
 */
import { encodedBytes } from '../codec/encode.ts';
import type { Encoded } from '../core/encoded.ts';
import { LullError } from '../core/errors.ts';
import { RunIdTakenError } from '../core/run-errors.ts';
import { isClosed } from '../core/run-status.ts';
import type { JournalEntry } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import type { NewRun, Store } from '../ports/store.ts';
import type { StoredValue } from '../ports/run-item.ts';
import type { ClientPorts } from './client-ports.ts';
import { chooseLink, type HistoryDocument, type LinkDocument, readHistoryDocument } from './history-document.ts';
import { retryUnavailable } from './retry-unavailable.ts';
import { idNotFreeError, INLINE_LIMIT_BYTES } from './start-run.ts';

/** Which part of a history is imported. */
export interface ImportOptions {
  /** Of a history of several links: that one, from 1. Default: the last of the document. */
  readonly link?: number | undefined;
}

/** No sweep and no worker finds it due. */
const NEVER_MS = Date.UTC(9999, 0, 1);
const LEASE_MS = 60_000;
const EPOCH = 1;

/** Gives the run's id. */
export async function importHistory(ports: ClientPorts, given: unknown, { link }: ImportOptions): Promise<string> {
  const document = readHistoryDocument(given);
  const chosen = chooseLink(document, link);
  const store = await ports.openStore();
  const write = <T>(work: () => Promise<T>): Promise<T> => retryUnavailable(ports.clock, work);
  const { id } = document.run;
  if ((await write(() => store.readRun(id))) !== undefined) throw new RunIdTakenError(id, ADVICE);
  const input = await write(() => storeValue(store, id, { key: `input-${EPOCH}`, value: chosen.input }));
  const creation = await write(() => store.createRun(toNewRun(document, input)));
  if (creation.kind === 'deleted') throw idNotFreeError(id, creation.freeAtMs);
  if (creation.kind === 'exists' && creation.run.inputDigest !== digestOf(document))
    throw new RunIdTakenError(id, ADVICE);
  const owner = `import of ${document.digest}`;
  const lease = { owner, expiresAtMs: ports.clock.nowMs() + LEASE_MS };
  const taken = await write(() => store.take(id, { lease, nowMs: ports.clock.nowMs(), dueByMs: NEVER_MS }));
  if (taken.kind !== 'taken') throw interrupted(id);
  for (const record of toRecords(chosen, owner)) {
    const put = await write(() => store.putRecord(id, record));
    if (put.kind === 'exists' && put.record.nonce !== owner) throw interrupted(id);
  }
  await write(() => finish(store, document));
  return id;
}

const ADVICE = ': import the history where there is no run of that id, or delete that run first';

function digestOf({ digest }: HistoryDocument): string {
  return `imported:${digest}`;
}

function toNewRun(document: HistoryDocument, input: StoredValue): NewRun {
  const { id, workflow, createdAtMs, deadlineAtMs, attributes } = document.run;
  return {
    ...{ runId: id, workflow, createdAtMs, input, inputDigest: digestOf(document), dueAtMs: NEVER_MS },
    ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }),
    ...(attributes === undefined ? {} : { attributes }),
  };
}

async function storeValue(
  store: Store,
  runId: string,
  { key, value }: { readonly key: string; readonly value: Encoded },
): Promise<StoredValue> {
  if (encodedBytes(value) <= INLINE_LIMIT_BYTES) return { kind: 'inline', value };
  await store.putValue(runId, key, value);
  return { kind: 'item', key };
}

/** As one worker would have written them all, in the first link: the run has no other one here. */
function toRecords({ link, records }: LinkDocument, nonce: string): JournalRecord[] {
  return records.map(({ number, entries }) => {
    return { number, epoch: EPOCH, nonce, entries: entries.map((entry) => inFirstLink(entry, link)) };
  });
}

/** Above all links that there are: no callback of this journal is meant. */
const ANOTHER_LINK = 9_999_999;

function inFirstLink(entry: JournalEntry, link: number): JournalEntry {
  if (entry.kind !== 'callback-completed' && entry.kind !== 'callback-failed' && entry.kind !== 'callback-heartbeat') {
    return entry;
  }
  const { link: of = 1, ...others } = entry;
  return of === link ? others : { ...entry, link: ANOTHER_LINK };
}

/** Of a run that goes on: without a time at which it would. */
async function finish(store: Store, { run, result }: HistoryDocument): Promise<void> {
  const { id, status, endedAtMs, customStatus } = run;
  const shows = customStatus === undefined ? {} : { shows: { customStatus } };
  const turn = { epoch: EPOCH, wakesSeen: 0, ...shows };
  if (isClosed(status) && result !== undefined) {
    const stored = await storeValue(store, id, { key: `result-${EPOCH}`, value: result });
    const ended = { status, result: stored, endedAtMs: endedAtMs ?? run.createdAtMs, purgeAtMs: undefined };
    await store.finish(id, { ...turn, ...ended });
  } else {
    await store.release(id, { ...turn, status: 'suspended', dueAtMs: undefined, inboxIds: [] });
  }
}

function interrupted(runId: string): LullError {
  return new LullError(
    'HISTORY_IMPORT_INTERRUPTED',
    `run "${runId}" was changed while its history was imported: delete it, and import it again`,
  );
}
