/**
 * Whether a journal is one that this version of lull could have written: its entries have a known form, and it keeps the
 * laws (`laws.ts`). A journal that was changed by hand is found out here, before the code is fed with it (I6, I8).
 *
 * Not its job: whether the code can follow (`replay`), whether values can be read (the codec).
 */
import { describeValue } from '../core/describe-value.ts';
import { isClosed, type RunStatus } from '../core/run-status.ts';
import type { JournalEntry } from './event.ts';
import { epochsNeverFall, findBrokenLaw, recordsCountUp } from './laws.ts';
import type { JournalRecord } from './record.ts';

type Form =
  | 'text'
  | 'text or none'
  | 'texts'
  | 'texts or none'
  | 'children or none'
  | 'forks or none'
  | 'time'
  | 'time or none'
  | 'count'
  | 'count or none'
  | 'counts'
  | 'counts or none'
  | 'value'
  | 'limits or none'
  | 'uses or none'
  | 'true or none'
  | 'operation or none'
  | 'closed status';
type Fields<E> = { readonly [F in Exclude<keyof E, 'kind' | 'unread' | symbol>]-?: Form };
type Forms = { readonly [K in JournalEntry['kind']]: Fields<Extract<JournalEntry, { kind: K }>> };

const OF_CALLBACK = { id: 'count', name: 'text', link: 'count or none' } as const;

const OF_STREAM = { name: 'text', count: 'count', bytes: 'count' } as const;

const FORMS: Forms = {
  step: {
    id: 'count',
    name: 'text',
    draws: 'count or none',
    key: 'text or none',
    args: 'text or none',
    operation: 'operation or none',
    sensitive: 'true or none',
  },
  sleep: { id: 'count', name: 'text', draws: 'count or none', dueAtMs: 'time' },
  receive: { id: 'count', name: 'text', draws: 'count or none' },
  callback: {
    id: 'count',
    name: 'text',
    draws: 'count or none',
    expiresAtMs: 'time or none',
    hasSchema: 'true or none',
    publicUrl: 'text or none',
  },
  patched: { patch: 'text' },
  write: OF_STREAM,
  started: {
    atMs: 'time',
    version: 'text',
    seed: 'text or none',
    limits: 'limits or none',
    deadlineAtMs: 'time or none',
    carries: 'texts or none',
    children: 'children or none',
    streams: 'uses or none',
    forks: 'forks or none',
    pool: 'text or none',
  },
  'step-completed': { id: 'count', atMs: 'time', value: 'value', sensitive: 'true or none' },
  'step-failed': { id: 'count', atMs: 'time', error: 'value', sensitive: 'true or none' },
  'step-retrying': {
    id: 'count',
    atMs: 'time',
    attempt: 'count',
    error: 'value',
    retryAtMs: 'time',
    sensitive: 'true or none',
  },
  'step-heartbeat': { id: 'count', atMs: 'time', details: 'value', sensitive: 'true or none' },
  'stream-written': { atMs: 'time', ...OF_STREAM },
  'sleep-completed': { id: 'count', atMs: 'time' },
  'signal-received': { messageId: 'text', atMs: 'time', name: 'text', payload: 'value' },
  'update-received': { messageId: 'text', atMs: 'time', name: 'text', args: 'value' },
  'run-ended': {
    messageId: 'text',
    atMs: 'time',
    runId: 'text',
    workflow: 'text',
    status: 'closed status',
    value: 'value',
  },
  'callback-completed': { messageId: 'text', atMs: 'time', ...OF_CALLBACK, value: 'value' },
  'callback-failed': { messageId: 'text', atMs: 'time', ...OF_CALLBACK, error: 'value' },
  'callback-heartbeat': { messageId: 'text', atMs: 'time', ...OF_CALLBACK, details: 'value' },
  'cancel-requested': { messageId: 'text', atMs: 'time', reason: 'text' },
  'terminate-requested': { messageId: 'text', atMs: 'time', reason: 'text', undo: 'true or none' },
  'limit-reached': { atMs: 'time', limit: 'text', reason: 'text' },
  'deadline-passed': { atMs: 'time', reason: 'text' },
  'code-stopped': { atMs: 'time', error: 'value' },
  continued: { atMs: 'time', input: 'value', carries: 'texts' },
  retried: {
    atMs: 'time',
    number: 'count',
    keeps: 'count',
    reason: 'text',
    deadlineAtMs: 'time or none',
    children: 'texts or none',
    streams: 'uses or none',
    pool: 'text or none',
  },
  forked: { atMs: 'time', keeps: 'count', runId: 'text', link: 'count or none', before: 'text' },
  'taken-over': { atMs: 'time', begun: 'counts or none' },
  'taken-alone': { atMs: 'time', version: 'text' },
  'steps-begun': { atMs: 'time', ids: 'counts' },
  'step-interrupted': { id: 'count', atMs: 'time' },
};

const isCount = (field: unknown): boolean => Number.isSafeInteger(field) && (field as number) >= 1;

const isCounts = (field: unknown): boolean => Array.isArray(field) && field.every(isCount);

const isTexts = (field: unknown): boolean => Array.isArray(field) && field.every((part) => typeof part === 'string');

const isFork = (part: unknown): boolean => {
  const { runId, link, at, seed } = (part ?? {}) as Readonly<Record<string, unknown>>;
  const areTexts = typeof runId === 'string' && typeof seed === 'string';
  return areTexts && isCount(at) && (link === undefined || isCount(link));
};

const isUse = (field: unknown): boolean => {
  const { entries, bytes } = (field ?? {}) as Readonly<Record<string, unknown>>;
  return isCount(entries) && isCount(bytes);
};

const IS: { readonly [F in Form]: (field: unknown) => boolean } = {
  text: (field) => typeof field === 'string',
  'text or none': (field) => field === undefined || typeof field === 'string',
  texts: isTexts,
  'texts or none': (field) => field === undefined || isTexts(field),
  'children or none': (field) =>
    field === undefined || (typeof field === 'object' && field !== null && isTexts(Object.values(field))),
  'forks or none': (field) => field === undefined || (Array.isArray(field) && field.every(isFork)),
  'uses or none': (field) =>
    field === undefined || (typeof field === 'object' && field !== null && Object.values(field).every(isUse)),
  time: (field) => Number.isFinite(field),
  'time or none': (field) => field === undefined || Number.isFinite(field),
  count: isCount,
  'count or none': (field) => field === undefined || isCount(field),
  counts: isCounts,
  'counts or none': (field) => field === undefined || isCounts(field),
  value: (field) => field !== undefined,
  'true or none': (field) => field === undefined || field === true,
  'operation or none': (field) =>
    field === undefined ||
    (typeof field === 'object' &&
      field !== null &&
      typeof (field as { kind?: unknown }).kind === 'string' &&
      Object.values(field).every((part) => typeof part === 'string')),
  'closed status': (field) => typeof field === 'string' && isClosed(field as RunStatus),
  'limits or none': (field) =>
    field === undefined || (typeof field === 'object' && field !== null && Object.values(field).every(isCount)),
};

/**
 * What is wrong first, as in `it has record 3 where 2 belongs`; undefined if nothing is. `after`: of records behind that one, of
 * which there is no journal before, since its laws hold of a whole one.
 */
export function findDamage(records: readonly JournalRecord[], after = 0): string | undefined {
  if (after === 0) return recordsCountUp.broken(records) ?? findOddEntry(records) ?? findBrokenLaw(records)?.breach;
  const gap = records.findIndex(({ number }, index) => number !== after + 1 + index);
  if (gap >= 0) return `it has record ${records[gap]?.number} where ${after + 1 + gap} belongs`;
  return epochsNeverFall.broken(records) ?? findOddEntry(records);
}

function findOddEntry(records: readonly JournalRecord[]): string | undefined {
  for (const { number, entries, damage } of records) {
    if (damage !== undefined) return `record ${number} cannot be read: ${damage}`;
    if (!Array.isArray(entries)) return `record ${number} has ${describeValue(entries)} where its entries belong`;
    const odd = entries.findIndex((entry) => !isEntry(entry));
    if (odd !== -1) return `record ${number} has ${describeEntry(entries[odd])} where an entry belongs`;
  }
  return undefined;
}

/** Of a journal without damage. */
export function allEntries(records: readonly JournalRecord[]): JournalEntry[] {
  return records.flatMap(({ entries }) => entries);
}

/** Those entries that can be read at all. */
export function readableEntries(records: readonly JournalRecord[]): JournalEntry[] {
  return records.flatMap(({ entries }) => (Array.isArray(entries) ? entries.filter(isEntry) : []));
}

/** What the fields of a kind are held to. */
interface Checks {
  /** By name. */
  readonly fields: ReadonlyMap<string, { readonly is: (field: unknown) => boolean; readonly isNeeded: boolean }>;
  readonly needed: number;
}

/** Made once, since each entry of each journal that is loaded is checked. */
const CHECKS: ReadonlyMap<string, Checks> = new Map(
  Object.entries(FORMS).map(([kind, forms]) => {
    const fields = Object.entries<Form>(forms).map(
      ([name, form]) => [name, { is: IS[form], isNeeded: !IS[form](undefined) }] as const,
    );
    return [kind, { fields: new Map(fields), needed: fields.filter(([, { isNeeded }]) => isNeeded).length }];
  }),
);

/**
 * Says whether it has the fields of its kind; others may stand beside them. It is gone through what the entry has, which is
 * less than what its kind may have.
 */
function isEntry(entry: unknown): entry is JournalEntry {
  const checks = CHECKS.get(kindOf(entry) ?? '');
  if (checks === undefined) return false;
  const fields = entry as Readonly<Record<string, unknown>>;
  let found = 0;
  for (const name in fields) {
    const check = checks.fields.get(name);
    if (check === undefined) continue;
    if (!check.is(fields[name])) return false;
    if (check.isNeeded) found += 1;
  }
  return found === checks.needed;
}

function kindOf(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { kind } = entry as { kind?: unknown };
  return typeof kind === 'string' ? kind : undefined;
}

function describeEntry(entry: unknown): string {
  const kind = kindOf(entry);
  return kind === undefined ? describeValue(entry) : `an object of kind ${describeValue(kind)} and odd fields`;
}
