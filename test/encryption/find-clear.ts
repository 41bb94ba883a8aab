/**
 * Whether a call gives a store a value that is not encrypted: looked at from under the store that encrypts, at each call of
 * each method. A new method of Store has to be here too.
 */
import { findSealed } from '../../lib/core/sealed.ts';
import type { JournalRecord } from '../../lib/journal/record.ts';
import type { FirstTurn } from '../../lib/ports/first-turn.ts';
import type { Message } from '../../lib/ports/message.ts';
import type { RunShows, StoredValue } from '../../lib/ports/run-item.ts';
import type { Store, StoreOperation } from '../../lib/ports/store.ts';
import type { StoreCall } from '../../lib/testing/around-store.ts';

type Arguments<Operation extends StoreOperation> = Parameters<Store[Operation]>;

/** What is in clear, in a word; undefined if nothing is. */
type Look<Operation extends StoreOperation> = (args: Arguments<Operation>) => string | undefined;

/** All but values: ids, times, counts. */
const NO_VALUES = (): undefined => undefined;

const LOOKS: { readonly [Operation in StoreOperation]: Look<Operation> } = {
  createRun: ([{ input, inputDigest, firstTurn }]) =>
    inClear('input', input) ??
    (inputDigest.startsWith('sealed:') ? undefined : 'digest of the input') ??
    firstTurnInClear(firstTurn),
  readRun: NO_VALUES,
  putValue: ([, , value]) => (findSealed(value) === undefined ? 'value' : undefined),
  readValue: NO_VALUES,
  deleteValue: NO_VALUES,
  removeRecords: NO_VALUES,
  putMessage: ([runId, message]) => (runId === 'keys/' ? undefined : messageInClear(message)),
  accept: NO_VALUES,
  deleteMessages: NO_VALUES,
  take: NO_VALUES,
  loadRecords: NO_VALUES,
  putRecord: ([, record, , streams = []]) =>
    recordInClear(record) ??
    (streams.every(({ values }) => values.every(findSealed)) ? undefined : 'value of a stream'),
  readStream: NO_VALUES,
  transact: ([, { record }]) => recordInClear(record),
  continueRun: ([, { input, shows }]) => inClear('input', input) ?? shownInClear(shows),
  loadMessages: NO_VALUES,
  claimUpdate: NO_VALUES,
  answerUpdate: ([, { answer }]) => inClear('answer', answer.value),
  readAnswer: NO_VALUES,
  renew: ([, { shows }]) => shownInClear(shows),
  release: ([, { shows }]) => shownInClear(shows),
  finish: ([, { result, shows }]) => inClear('result', result) ?? shownInClear(shows),
  purge: NO_VALUES,
  deleteRun: NO_VALUES,
  listDue: NO_VALUES,
  watch: NO_VALUES,
  settleEnd: NO_VALUES,
  retryRun: ([, { goesOnFrom }]) => (goesOnFrom.reason === '' ? undefined : 'reason of a retry'),
  pauseRun: NO_VALUES,
  resumeRun: NO_VALUES,
  readWorkflowList: NO_VALUES,
  changeWorkflowList: NO_VALUES,
  holdRun: NO_VALUES,
  putRunBack: NO_VALUES,
  readPool: NO_VALUES,
  listPools: NO_VALUES,
  changePool: NO_VALUES,
  joinLine: NO_VALUES,
  readLine: NO_VALUES,
  leaveLine: NO_VALUES,
  makeRunDue: NO_VALUES,
  listHeld: NO_VALUES,
  listRuns: NO_VALUES,
};

/** As in `putMessage of run "a": payload`. */
export function findClear({ operation, runId, args }: StoreCall): string | undefined {
  const look = (LOOKS as unknown as Partial<Record<string, (args: readonly unknown[]) => string | undefined>>)[
    operation
  ];
  const found = look?.(args);
  return found === undefined ? undefined : `${operation} of run "${runId}": ${found}`;
}

/** What is written where there is no key: of a run that is to be terminated its reason. */
const UNREADABLE = 'the reason cannot be read: it is encrypted, and there was no key';

function inClear(what: string, stored: StoredValue): string | undefined {
  const isEncrypted = stored.kind === 'item' || findSealed(stored.value) !== undefined;
  return isEncrypted || (stored.value as unknown) === UNREADABLE ? undefined : what;
}

function shownInClear({ customStatus }: RunShows = {}): string | undefined {
  return customStatus === undefined || findSealed(customStatus) !== undefined ? undefined : 'status';
}

function firstTurnInClear(firstTurn: FirstTurn | undefined): string | undefined {
  if (firstTurn === undefined) return undefined;
  const { entries, then } = firstTurn;
  if (entries !== undefined) return 'first record';
  if (then.kind === 'goes-on') return undefined;
  return shownInClear(then.shows) ?? (then.kind === 'has-ended' ? inClear('result', then.result) : undefined);
}

/** What says only what workers did, or that a run is ended without a key. */
const OF_WORKERS = ['taken-over', 'taken-alone', 'steps-begun'];

function recordInClear({ sealed, entries }: JournalRecord): string | undefined {
  if (findSealed(sealed) !== undefined) return entries.length === 0 ? undefined : 'entries beside the encrypted ones';
  const isEnd = entries.some((entry) => 'reason' in entry && entry.reason === UNREADABLE);
  const odd = entries.find(({ kind }) => !OF_WORKERS.includes(kind) && !isEnd);
  return odd && `an entry "${odd.kind}"`;
}

function messageInClear(message: Message): string | undefined {
  if (findSealed(message.sealed) === undefined) return 'message';
  const { kind } = message;
  switch (kind) {
    case 'signal':
    case 'callback':
      return message.payload === null && message.name === '' ? undefined : `payload of a ${kind}`;
    case 'update':
      return message.args === null ? undefined : 'input of an update';
    case 'run-ended':
      return message.value === null ? undefined : 'end of another run';
    default:
      return message.reason === '' ? undefined : 'reason';
  }
}
