/** The run item between the table and the port. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Attributes } from '../core/attributes.ts';
import type { Encoded } from '../core/encoded.ts';
import { findSealed, SEALED_TEXT } from '../core/sealed.ts';
import type { ClosedStatus, OpenStatus } from '../core/run-status.ts';
import { dueAtEnd } from '../ports/due-at-end.ts';
import {
  type AfterEnd,
  type Blocked,
  type JournalUse,
  type Lease,
  openStatusOf,
  type PlaceWait,
  type RunItem,
  type RunShows,
  type JournalBase,
  type SnapshotPoint,
  type StartedBy,
  type StoredValue,
} from '../ports/run-item.ts';
import type { JournalEntry } from '../journal/event.ts';
import type { Message } from '../ports/message.ts';
import { entriesText } from '../ports/entries-text.ts';
import { FIRST_EPOCH, type FirstTurn } from '../ports/first-turn.ts';
import type { NewRun } from '../ports/store.ts';
import type { Tail } from '../ports/tail.ts';
import {
  checkFormat,
  content,
  findNumber,
  findText,
  findTexts,
  has,
  itemKey,
  number,
  readContent,
  readJson,
  readNumber,
  readText,
  readTexts,
  text,
  texts,
} from './item.ts';
import type { Item } from './item.ts';
import {
  attribute,
  createdOrderOf,
  dueShardOf,
  firstTurnFormat,
  latestRunFormat,
  fromCreatedOrder,
  fromWorkflowShard,
  isHeldShard,
  runSortKey,
  schemaVersion,
  sealedFormat,
  workflowShardOf,
} from './schema.ts';

/** A run item, and what only the store knows of it. */
export interface StoredRun {
  readonly run: RunItem;
  /** The run as it was before its lease was given, but for what was accepted since. Only while it has a lease. */
  readonly beforeLease?: RunItem;
}

export function toRunItem(run: NewRun): Item {
  const { runId, workflow, createdAtMs, input, inputDigest, dueAtMs, notBeforeMs } = run;
  const { deadlineAtMs, needsWake, startedBy, scheduledAtMs, attributes, goesOnFrom } = run;
  const item: Item = {
    ...itemKey(runId, runSortKey),
    [attribute.format]: number(inputDigest.startsWith(SEALED_TEXT) ? sealedFormat : schemaVersion),
    [attribute.workflowShard]: text(workflowShardOf(workflow, runId)),
    [attribute.createdOrder]: text(createdOrderOf(createdAtMs, runId)),
    [attribute.openStatus]: text('pending'),
    [input.kind === 'inline' ? attribute.input : attribute.inputKey]: toStoredValue(input),
    [attribute.inputDigest]: text(inputDigest),
    ...(notBeforeMs === undefined ? {} : { [attribute.notBeforeMs]: number(notBeforeMs) }),
    ...(deadlineAtMs === undefined ? {} : { [attribute.deadlineAtMs]: number(deadlineAtMs) }),
    ...(attributes === undefined ? {} : { [attribute.attributes]: text(JSON.stringify(attributes)) }),
    [attribute.epoch]: number(0),
    [attribute.wakes]: number(0),
    [attribute.inboxIds]: texts([]),
    [attribute.dueShard]: text(dueShardOf(runId)),
    [attribute.dueAtMs]: number(dueAtMs),
    ...(needsWake ? { [attribute.needsWake]: number(1) } : {}),
    ...(startedBy ? { [attribute.startedBy]: text(toStartedByText(startedBy)) } : {}),
    ...(scheduledAtMs === undefined ? {} : { [attribute.scheduledAtMs]: number(scheduledAtMs) }),
    ...(goesOnFrom ? { [attribute.goesOnFrom]: text(JSON.stringify(goesOnFrom)) } : {}),
  };
  return run.firstTurn === undefined ? item : withFirstTurn(item, run.firstTurn);
}

/** In place of what a run has of which no turn was taken. */
function withFirstTurn(item: Item, { nonce, entries, sealed, then }: FirstTurn): Item {
  const {
    [attribute.openStatus]: openStatus = text('pending'),
    [attribute.dueAtMs]: _dueAtMs,
    [attribute.needsWake]: _needsWake,
    ...rest
  } = item;
  const begun: Item = {
    ...rest,
    [attribute.format]: number(firstTurnFormat),
    [attribute.epoch]: number(FIRST_EPOCH),
    [attribute.firstNonce]: text(nonce),
    ...(entries && { [attribute.firstEntries]: text(entriesText(entries)) }),
    ...(sealed !== undefined && { [attribute.firstEntries]: content(sealed) }),
  };
  if (then.kind === 'goes-on') {
    const { owner, expiresAtMs } = then.lease;
    const lease = { [attribute.leaseOwner]: text(owner), [attribute.leaseExpiresAtMs]: number(expiresAtMs) };
    const prior = { [attribute.priorLeaseExpiresAtMs]: number(0) };
    return { ...begun, ...lease, ...prior, [attribute.openStatus]: openStatus, [attribute.dueAtMs]: number(0) };
  }
  const { shows = {} } = then;
  const shown: Item = {
    ...(shows.customStatus === undefined ? {} : { [attribute.customStatus]: content(shows.customStatus) }),
    ...(shows.attributes === undefined ? {} : { [attribute.attributes]: text(JSON.stringify(shows.attributes)) }),
  };
  if (then.kind === 'rests') {
    const { dueAtMs, needsWake } = then;
    return { ...begun, ...shown, ...toDue(dueAtMs, needsWake), [attribute.openStatus]: text('suspended') };
  }
  const { status, result, endedAtMs } = then;
  const { afterEnd, dueAtMs, purgeAtMs } = dueAtEnd(then);
  return {
    ...begun,
    ...shown,
    ...toDue(dueAtMs),
    [attribute.closedStatus]: text(status),
    [attribute.endedAtMs]: number(endedAtMs),
    [result.kind === 'inline' ? attribute.result : attribute.resultKey]: toStoredValue(result),
    ...(afterEnd && { [attribute.afterEnd]: text(afterEnd) }),
    ...(purgeAtMs !== undefined && { [attribute.purgeAtMs]: number(purgeAtMs) }),
  };
}

function toDue(dueAtMs: number | undefined, needsWake?: true): Item {
  return {
    ...(dueAtMs === undefined ? {} : { [attribute.dueAtMs]: number(dueAtMs) }),
    ...(needsWake ? { [attribute.needsWake]: number(1) } : {}),
  };
}

type GoesOnFrom = NonNullable<RunItem['goesOnFrom']>;

/** Inline its stored form, else its key. */
export function toStoredValue(stored: StoredValue): AttributeValue {
  return stored.kind === 'inline' ? content(stored.value) : text(stored.key);
}

/** Undefined for what is left of a run that was deleted. */
export function findRun(item: Item): StoredRun | undefined {
  return findNumber(item, 'deletedAtMs') === undefined ? fromRunItem(item) : undefined;
}

export function fromRunItem(item: Item): StoredRun {
  checkFormat(item, latestRunFormat);
  const lease = readLease(item);
  const closedStatus = findText(item, 'closedStatus') as ClosedStatus | undefined;
  const restingStatus = closedStatus ?? (readText(item, 'openStatus') as OpenStatus);
  const pausedAtMs = findNumber(item, 'pausedAtMs');
  const free = {
    runId: readText(item, 'pk'),
    workflow: fromWorkflowShard(readText(item, 'workflowShard')),
    createdAtMs: fromCreatedOrder(readText(item, 'createdOrder')),
    input: readStoredValue(item, 'input', 'inputKey') ?? { kind: 'inline', value: readContent(item, 'input') },
    inputDigest: readText(item, 'inputDigest'),
    ...optional('link', findNumber(item, 'link')),
    ...optional('notBeforeMs', findNumber(item, 'notBeforeMs')),
    ...optional('deadlineAtMs', findNumber(item, 'deadlineAtMs')),
    ...optional('startedBy', readStartedBy(item)),
    ...optional('scheduledAtMs', findNumber(item, 'scheduledAtMs')),
    ...optional('watchers', findTexts(item, 'watchers')),
    ...optional('afterEnd', findText(item, 'afterEnd') as AfterEnd | undefined),
    ...optional('purgeAtMs', findNumber(item, 'purgeAtMs')),
    ...optional('retries', findNumber(item, 'retries')),
    ...optional('firstTurn', readFirstTurn(item)),
    ...optional('tail', readTail(item)),
    ...(findText(item, 'goesOnFrom') === undefined ? {} : { goesOnFrom: readJson<GoesOnFrom>(item, 'goesOnFrom') }),
    epoch: readNumber(item, 'epoch'),
    wakes: readNumber(item, 'wakes'),
    inboxIds: readTexts(item, 'inboxIds'),
    ...readLetters(item),
    ...optional('dueAtMs', findNumber(item, 'dueAtMs')),
    ...(findNumber(item, 'needsWake') === 1 ? { needsWake: true as const } : {}),
    ...optional('pausedAtMs', pausedAtMs),
    ...(isHeldShard(findText(item, 'dueShard') ?? '') ? { isHeld: true as const } : {}),
    ...(findNumber(item, 'isToTerminate') === 1 ? { isToTerminate: true as const } : {}),
    ...(findNumber(item, 'isToCancel') === 1 ? { isToCancel: true as const } : {}),
    ...optional('pinnedTo', findText(item, 'pinnedTo')),
    ...optional('blocked', readBlocked(item)),
    ...optional('unreadSignals', findNumber(item, 'unreadSignals')),
    ...optional('journal', readJournalUse(item)),
    ...optional('snapshot', readSnapshotPoint(item)),
    ...optional('base', readBase(item)),
    ...(findText(item, 'placeWaits') === undefined ? {} : { placeWaits: readJson<PlaceWait[]>(item, 'placeWaits') }),
    ...readShows(item),
    ...optional('result', readStoredValue(item, 'result', 'resultKey')),
    ...optional('endedAtMs', findNumber(item, 'endedAtMs')),
  } satisfies Omit<RunItem, 'status' | 'lease'>;
  const status = closedStatus ?? openStatusOf({ ...optional('lease', lease), ...free }, restingStatus as OpenStatus);
  if (!lease) return { run: { ...free, status } };

  const priorExpiresAtMs = findNumber(item, 'priorLeaseExpiresAtMs') ?? 0;
  const before = { ...free, epoch: free.epoch - 1 };
  return {
    run: { ...free, status, lease },
    beforeLease:
      priorExpiresAtMs === 0
        ? { ...before, status: closedStatus ?? openStatusOf(before, restingStatus as OpenStatus) }
        : { ...before, status: 'running', lease: { owner: 'unknown', expiresAtMs: priorExpiresAtMs } },
  };
}

/** As in `2Qs8xVn0rT7uYw1kLm3oPb child order-17`. */
function toStartedByText({ runId, step, isParent }: StartedBy): string {
  return `${step} ${isParent ? 'child' : 'run'} ${runId}`;
}

function readStartedBy(item: Item): StartedBy | undefined {
  const [step = '', relation = '', ...id] = findText(item, 'startedBy')?.split(' ') ?? [];
  return id.length === 0 ? undefined : { runId: id.join(' '), step, isParent: relation === 'child' };
}

/** As in `120-3`. */
export function toSnapshotText({ record, epoch }: SnapshotPoint): string {
  return `${record}-${epoch}`;
}

function readSnapshotPoint(item: Item): SnapshotPoint | undefined {
  const [record, epoch] = findText(item, 'snapshot')?.split('-').map(Number) ?? [];
  return record === undefined || epoch === undefined ? undefined : { record, epoch };
}

function readBase(item: Item): JournalBase | undefined {
  const record = findNumber(item, 'baseRecord');
  return record === undefined ? undefined : { record, ...readJson<Omit<JournalBase, 'record'>>(item, 'base') };
}

function readFirstTurn(item: Item): RunItem['firstTurn'] {
  const nonce = findText(item, 'firstNonce');
  if (nonce === undefined) return undefined;
  if (!has(item, 'firstEntries')) return { nonce };
  const stored: Encoded = readContent(item, 'firstEntries');
  if (findSealed(stored) !== undefined) return { nonce, sealed: stored };
  return { nonce, entries: stored as unknown as readonly JournalEntry[] };
}

/** As in `7 3 2Qs8xVn0rT7uYw1kLm3oPb`. */
export function toTailText({ number: position, epoch, nonce }: Tail): string {
  return `${position} ${epoch} ${nonce}`;
}

function readTail(item: Item): Tail | undefined {
  const [position = '', epoch = '', ...nonce] = findText(item, 'tailOf')?.split(' ') ?? [];
  if (nonce.length === 0) return undefined;
  const entries: readonly JournalEntry[] = readJson(item, 'tail');
  return { number: Number(position), epoch: Number(epoch), nonce: nonce.join(' '), entries };
}

function readLetters(item: Item): Pick<RunItem, 'letters'> {
  const letters = findTexts(item, 'letters') ?? [];
  return letters.length === 0 ? {} : { letters: letters.map((letter) => JSON.parse(letter) as Message) };
}

function readShows(item: Item): RunShows {
  return {
    ...(has(item, 'customStatus') ? { customStatus: readContent<Encoded>(item, 'customStatus') } : {}),
    ...(findText(item, 'attributes') === undefined ? {} : { attributes: readJson<Attributes>(item, 'attributes') }),
  };
}

function readLease(item: Item): Lease | undefined {
  const owner = findText(item, 'leaseOwner');
  return owner === undefined ? undefined : { owner, expiresAtMs: readNumber(item, 'leaseExpiresAtMs') };
}

function readBlocked(item: Item): Blocked | undefined {
  const reason = findText(item, 'blockedReason');
  if (reason === undefined) return undefined;
  return {
    reason,
    sinceMs: readNumber(item, 'blockedSinceMs'),
    ...optional('code', findText(item, 'blockedCode')),
    ...readSides(item),
    ...optional('version', findText(item, 'blockedVersion')),
    ...optional('tryAtMs', findNumber(item, 'blockedTryAtMs')),
  };
}

function readSides(item: Item): Pick<Blocked, 'sides'> {
  const recorded = findText(item, 'blockedRecorded');
  const requested = findText(item, 'blockedRequested');
  return recorded === undefined || requested === undefined ? {} : { sides: { recorded, requested } };
}

function readJournalUse(item: Item): JournalUse | undefined {
  const events = findNumber(item, 'journalEvents');
  return events === undefined ? undefined : { events, bytes: readNumber(item, 'journalBytes') };
}

function readStoredValue(
  item: Item,
  name: 'input' | 'result',
  keyName: 'inputKey' | 'resultKey',
): StoredValue | undefined {
  const key = findText(item, keyName);
  if (key !== undefined) return { kind: 'item', key };
  return has(item, name) ? { kind: 'inline', value: readContent(item, name) } : undefined;
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>);
}
