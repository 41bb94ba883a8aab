/**
 * Reads a run's history into a document that is whole by itself. What cannot be decrypted, or was lost, is refused: a document
 * without it would be taken for the whole history.
 */
import { decode } from '../codec/decode.ts';
import { encodeError } from '../codec/encode-error.ts';
import { encode } from '../codec/encode.ts';
import type { Encoded } from '../core/encoded.ts';
import { LullError, StepFailedError } from '../core/errors.ts';
import { findSealed } from '../core/sealed.ts';
import { InvalidArgumentError, RunNotFoundError } from '../core/run-errors.ts';
import { describeValue } from '../core/describe-value.ts';
import type { JournalEntry } from '../journal/event.ts';
import type { JournalRecord } from '../journal/record.ts';
import { loadWholeJournal } from '../archive/archive.ts';
import { unlessLocked } from '../ports/locked-records.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';
import { PayloadDamagedError, PayloadKeyError } from '../ports/world-errors.ts';
import { toRandomKey } from '../token/random-key.ts';
import type { ClientPorts } from './client-ports.ts';
import {
  type HistoryDocument,
  type LeftOut,
  type LinkDocument,
  type RunDocument,
  sealHistory,
} from './history-document.ts';
import { retryUnavailable } from './retry-unavailable.ts';
import { readStoredForm } from './run-value.ts';

/** What of a history is exported. */
export interface ExportOptions {
  /** Of a run that has continued as new: that link, from 1, or all of them. Default: the last one. */
  readonly link?: number | 'all' | undefined;
  /**
   * With what is left out otherwise: the run's seed, from which the tokens of its callbacks follow, and what sensitive steps
   * gave. Keep the file as you keep the table. Default: false.
   */
  readonly secrets?: boolean | undefined;
}

export async function exportHistory(
  ports: ClientPorts,
  runId: string,
  { link, secrets = false }: ExportOptions,
): Promise<HistoryDocument> {
  const store = await ports.openStore();
  const read = <T>(work: () => Promise<T>): Promise<T> => retryUnavailable(ports.clock, work);
  const run = await read(() => store.readRun(runId));
  if (run === undefined) throw new RunNotFoundError(runId);
  const links: LinkDocument[] = [];
  for (const number of linksOf(run, link)) {
    const before = links.at(-1)?.records;
    links.push(await read(() => readLink(store, run, { number, before })));
  }
  const { result, customStatus } = run;
  if (customStatus !== undefined) unlessSealed(`the status of run "${runId}"`, customStatus);
  const leftOut = secrets ? [] : findSecrets(links);
  return sealHistory({
    exportedAt: new Date(ports.clock.nowMs()).toISOString(),
    run: toRunDocument(run),
    links: secrets ? links : links.map((each) => withoutSecrets(each, leftOut)),
    ...(result === undefined
      ? {}
      : {
          result: unlessSealed(`the result of run "${runId}"`, await read(() => readStoredForm(store, runId, result))),
        }),
    leftOut,
  });
}

function linksOf({ link: last = 1 }: RunItem, asked: number | 'all' = last): number[] {
  if (asked === 'all') return Array.from({ length: last }, (_, index) => index + 1);
  if (Number.isInteger(asked) && asked >= 1 && asked <= last) return [asked];
  throw new InvalidArgumentError(`the run has no link ${describeValue(asked)}: there are 1 to ${last}, or 'all'`);
}

interface LinkToRead {
  readonly number: number;
  /** The journal of the link before, if it was read. */
  readonly before: readonly JournalRecord[] | undefined;
}

async function readLink(store: Store, run: RunItem, link: LinkToRead): Promise<LinkDocument> {
  const { runId, link: last = 1 } = run;
  const { number } = link;
  const records = unlessDamaged(runId, await loadLink(store, run, number)).map(asRecord);
  const input = number === last ? await readStoredForm(store, runId, run.input) : await inputOf(store, runId, link);
  if (input !== undefined) unlessSealed(`the input of run "${runId}"`, input);
  return { link: number, ...(input === undefined ? {} : { input }), records };
}

/** Where it was stored is not of the history. */
function asRecord({ isTail: _isTail, ...record }: JournalRecord): JournalRecord {
  return record;
}

/** With what is archived. */
async function loadLink(store: Store, { runId, link = 1 }: RunItem, number: number): Promise<readonly JournalRecord[]> {
  if (number !== link) return store.loadRecords(runId, 0, undefined, number);
  const { records, droppedUpTo } = await loadWholeJournal(store, runId);
  if (droppedUpTo === undefined) return records;
  throw new LullError(
    'HISTORY_DROPPED',
    `the history of run "${runId}" cannot be exported: its workflow has an unbounded history, and ${droppedUpTo.events} ` +
      `events behind its snapshot were not kept, since there is no bucket`,
  );
}

function unlessDamaged(runId: string, records: readonly JournalRecord[]): readonly JournalRecord[] {
  const damaged = unlessLocked(runId, records).find(({ damage }) => damage !== undefined);
  if (damaged === undefined) return records;
  throw new PayloadDamagedError(`record ${damaged.number} of run "${runId}"`, damaged.damage ?? '');
}

function unlessSealed(what: string, stored: Encoded): Encoded {
  const sealed = findSealed(stored);
  if (sealed === undefined) return stored;
  throw new PayloadKeyError(`${what} cannot be decrypted: ${sealed.why ?? 'it is encrypted'}`);
}

/** The input of an earlier link is in the journal before; that of the first is deleted when the run continues. */
async function inputOf(store: Store, runId: string, { number, before }: LinkToRead): Promise<Encoded | undefined> {
  if (number === 1) return undefined;
  const records = before ?? (await store.loadRecords(runId, 0, undefined, number - 1));
  const last = records.at(-1)?.entries.find((entry) => entry.kind === 'continued');
  return last?.input;
}

function toRunDocument(run: RunItem): RunDocument {
  const { runId, workflow, status, createdAtMs, endedAtMs, deadlineAtMs, pinnedTo, startedBy } = run;
  const { attributes, customStatus } = run;
  return {
    id: runId,
    ...{ workflow, status, createdAtMs },
    ...(endedAtMs === undefined ? {} : { endedAtMs }),
    ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }),
    ...(pinnedTo === undefined ? {} : { pinnedTo }),
    ...(startedBy?.isParent === true ? { parent: startedBy.runId } : {}),
    ...(attributes === undefined ? {} : { attributes }),
    ...(customStatus === undefined ? {} : { customStatus }),
  };
}

function entriesOf(links: readonly LinkDocument[]): JournalEntry[] {
  return links.flatMap(({ records }) => records).flatMap(({ entries }) => entries);
}

function findSecrets(links: readonly LinkDocument[]): LeftOut[] {
  const entries = entriesOf(links);
  const isSensitive = entries.some((entry) => 'sensitive' in entry);
  const hasCallbacks = entries.some(({ kind }) => kind === 'callback');
  return [
    ...(isSensitive ? (['sensitive-values'] as const) : []),
    ...(hasCallbacks ? (['callback-secrets'] as const) : []),
  ];
}

function withoutSecrets(link: LinkDocument, leftOut: readonly LeftOut[]): LinkDocument {
  const records = link.records.map((record): JournalRecord => {
    return { ...record, entries: record.entries.map((entry) => withoutSecret(entry, leftOut)) };
  });
  return { ...link, records };
}

const SENSITIVE = '(left out: the step is sensitive)';

/** What a step is given may come from what is left out: then it is not compared. */
function withoutSecret(entry: JournalEntry, leftOut: readonly LeftOut[]): JournalEntry {
  if (entry.kind === 'started') return entry.seed === undefined ? entry : { ...entry, seed: toRandomKey(entry.seed) };
  if (entry.kind === 'step') {
    const { args: _args, ...step } = entry;
    return leftOut.length === 0 ? entry : step;
  }
  if (!('sensitive' in entry)) return entry;
  switch (entry.kind) {
    case 'step-completed':
      return { ...entry, value: encode(undefined, SENSITIVE) };
    case 'step-heartbeat':
      return { ...entry, details: encode(undefined, SENSITIVE) };
    case 'step-retrying':
      return { ...entry, error: encodeError(new Error(SENSITIVE), SENSITIVE) };
    case 'step-failed':
      return { ...entry, error: withoutCause(entry.error) };
    default:
      return entry;
  }
}

/** The message of such a failure says nothing of its cause. */
function withoutCause(encoded: Encoded): Encoded {
  const error = decode(encoded, { unregistered: 'plain' });
  if (!(error instanceof StepFailedError)) return encodeError(new Error(SENSITIVE), SENSITIVE);
  const failure = new StepFailedError(error.step, error.attempts, error.message);
  delete failure.stack;
  return encodeError(Object.assign(failure, { sensitive: true }), SENSITIVE);
}
