/** A run's journal as people read it: one event after the other, with names and decoded values. */
import { decode } from '../codec/decode.ts';
import { describeValue } from '../core/describe-value.ts';
import type { Encoded } from '../core/encoded.ts';
import {
  type CallbackCompleted,
  type CallbackFailed,
  type CallbackHeartbeat,
  isRecordedCommand,
  type JournalEntry,
  type RecordedCommand,
  type RunEnded,
} from '../journal/event.ts';
import type { Message } from '../ports/message.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { RunStatus } from '../core/run-status.ts';
import type { Store } from '../ports/store.ts';
import type { ClientPorts } from './client-ports.ts';
import { InvalidArgumentError, RunNotFoundError } from '../core/run-errors.ts';
import { readRecords } from './read-records.ts';
import { retryUnavailable } from './retry-unavailable.ts';
import { readEnd, type RunEnd } from './run-value.ts';

/**
 * One thing that happened in a run. Kinds are those of the journal: what the code asked for (`step`, `sleep`,
 * `receive`), which patches it took (`patched`), what came of it (`step-completed`, `sleep-completed`, ...) and what came from outside
 * (`signal-received`, ...). Two more are not in the journal: `message-waiting` is accepted and not delivered yet,
 * and the last event of a closed run has its status as kind.
 */
export interface HistoryEvent {
  readonly kind: JournalEntry['kind'] | 'message-waiting' | 'completed' | 'failed' | 'cancelled' | 'terminated';
  /** When it was delivered. What the code asked for happened at the time of the event before it. */
  readonly at?: Date;
  /** Numbers what the code asked for; what came of it has the same. */
  readonly id?: number;
  /** Of the step, timer, signal, update, callback, patch or limit. */
  readonly name?: string;
  /** Of a step that was given one. */
  readonly key?: string;
  /** Of a step that the engine carries out: what it does to which other run. */
  readonly operation?: { readonly kind: string; readonly runId?: string; readonly functionName?: string };
  /** Another run that has ended, with its `status`, and its `value`, `error` or `reason`. */
  readonly runId?: string;
  readonly status?: RunStatus;
  /**
   * A result, a signal's payload, an update's input, the details of a heartbeat, the input of the next link. Decoded when
   * it is read.
   */
  readonly value?: unknown;
  /** What a step or the run failed with. Decoded when it is read. */
  readonly error?: unknown;
  /** Of the attempt that failed, from 1. */
  readonly attempt?: number;
  /** When the timer fires, or the callback expires. */
  readonly dueAt?: Date;
  /** When the next attempt is made. */
  readonly retryAt?: Date;
  /** What the canceller or terminator said, or why the code was asked to stop. */
  readonly reason?: string;
  /** Of a step that is sensitive: what it gave, or failed with, is not shown. */
  readonly sensitive?: true;
  /** Of a request to terminate: the steps are undone first. */
  readonly undo?: boolean;
  /** Of the code that took the first turn. */
  readonly version?: string;
  readonly messageId?: string;
  /** The message came when no code took it any more. */
  readonly unread?: true;
}

/** Which history of a run. */
export interface HistoryOptions {
  /** Of that link, from 1: a run that continues as new has a journal for each. Default: the last one. */
  readonly link?: number | undefined;
}

/** A place in a history, behind an event: from there a later call goes on. */
export interface HistoryPlace {
  /** The record of the journal that has the next event, unless that is in a later one. */
  readonly record: number;
  /** How many of that record's events were before; of the last one, what came after the journal counts too. */
  readonly events: number;
}

/** One thing that happened, and the place behind it. */
export interface PlacedEvent {
  readonly event: HistoryEvent;
  /** Give it as `cursor`, to go on behind the event. */
  readonly cursor: string;
}

/**
 * So many records before a place are read, for the names of the commands that end there. A command from long before has
 * no name on such a page: a request for one event must not read the whole journal.
 */
const LOOK_BACK_RECORDS = 20;

/** Oldest first, from the place on. As much of the journal is read as the iteration comes to. */
export async function* readHistory(
  ports: ClientPorts,
  runId: string,
  { cursor, link: asked }: HistoryOptions & { readonly cursor?: string | undefined },
): AsyncGenerator<PlacedEvent, void, undefined> {
  const { link: ofCursor, ...from } = toPlace(cursor);
  const store = await ports.openStore();
  // The run first: what leaves its inbox meanwhile is found in the journal.
  const run = await retryUnavailable(ports.clock, () => store.readRun(runId));
  if (run === undefined) throw new RunNotFoundError(runId);
  const last = run.link ?? 1;
  const link = checkLink(asked, last) ?? ofCursor ?? last;
  const atPlace = (at: HistoryPlace): string => fromPlace(link, at);

  const names = new Map<number, string>();
  const journaled = new Set<string>();
  const firstRead = Math.max(0, from.record - 1 - LOOK_BACK_RECORDS);
  let place: HistoryPlace = { record: from.record, events: 0 };
  for await (const { number, entries } of readRecords(ports, store, { runId, after: firstRead, link })) {
    if (number >= from.record) place = { record: number, events: 0 };
    for (const entry of entries) {
      if ('messageId' in entry) journaled.add(entry.messageId);
      const event = toHistoryEvent(entry, names);
      if (number < from.record) continue;
      place = { record: number, events: place.events + 1 };
      if (isBehind(place, from)) yield { event, cursor: atPlace(place) };
    }
  }
  // What waits, and how the run ended, comes after the last link.
  if (link < last) return;

  const search = { runId, link, before: firstRead, journaled };
  const waiting = run.inboxIds.length === 0 ? [] : await readWaiting(ports, store, run.inboxIds, search);
  const end = await retryUnavailable(ports.clock, () => readEnd(store, run));
  for (const event of [...waiting.map(fromMessage), ...(end === undefined ? [] : [fromEnd(run, end)])]) {
    place = { record: place.record, events: place.events + 1 };
    if (isBehind(place, from)) yield { event, cursor: atPlace(place) };
  }
}

function isBehind(place: HistoryPlace, from: HistoryPlace): boolean {
  return place.record > from.record || place.events > from.events;
}

/** Of a link after the first it begins with the link: the run may have continued by the time of the next page. */
function fromPlace(link: number, { record, events }: HistoryPlace): string {
  return link === 1 ? `${record}.${events}` : `${link}-${record}.${events}`;
}

/** Without a cursor, and with 0, from the beginning of the last link. */
function toPlace(cursor: string = '0'): HistoryPlace & { readonly link: number | undefined } {
  const parts = /^(?:(\d{1,7})-)?(\d{1,7})(?:\.(\d{1,7}))?$/.exec(cursor);
  if (parts !== null) {
    const [, link, record, events] = parts;
    const isBegin = link === undefined && Number(record) === 0;
    return { link: isBegin ? undefined : Number(link ?? 1), record: Number(record), events: Number(events ?? 0) };
  }
  throw new InvalidArgumentError(
    `cursor cannot be ${describeValue(cursor)}: give the one of the page before, as it is`,
  );
}

/** Undefined if none was asked for. */
function checkLink(link: number | undefined, last: number): number | undefined {
  if (link === undefined || (Number.isInteger(link) && link >= 1 && link <= last)) return link;
  const there = last === 1 ? 'it has not continued as new, so there is link 1' : `there are 1 to ${last}`;
  throw new InvalidArgumentError(`the run has no link ${describeValue(link)}: ${there}`);
}

interface Search {
  readonly runId: string;
  readonly link: number;
  readonly before: number;
  readonly journaled: Set<string>;
}

/** Those of the inbox that are not in the journal. One whose payload is gone is in it. */
async function readWaiting(
  ports: ClientPorts,
  store: Store,
  inboxIds: readonly string[],
  { runId, link, before, journaled }: Search,
): Promise<Message[]> {
  const isOpen = (id: string): boolean => !journaled.has(id);
  const ids = inboxIds.filter(isOpen);
  const loaded = ids.length === 0 ? [] : await retryUnavailable(ports.clock, () => store.loadMessages(runId, ids));
  const messages = loaded.filter((message) => message.kind !== 'answered');
  // What was read began in the midst of the journal: such a message may stand before.
  if (messages.length > 0 && before > 0) {
    for await (const { number, entries } of readRecords(ports, store, { runId, after: 0, link })) {
      if (number > before) break;
      for (const entry of entries) if ('messageId' in entry) journaled.add(entry.messageId);
    }
  }
  return messages.filter(({ id }) => isOpen(id));
}

function fromEnd(run: RunItem, end: RunEnd): HistoryEvent {
  const { status, ...rest } = 'result' in end ? { status: end.status, value: end.result } : end;
  return { kind: status, ...at(run.endedAtMs ?? run.createdAtMs), ...rest };
}

/** `names` collects what was asked for, so that what came of it has a name too. */
function toHistoryEvent(entry: JournalEntry, names: Map<number, string>): HistoryEvent {
  if (!isRecordedCommand(entry)) return fromEvent(entry, names);
  names.set(entry.id, entry.name);
  return fromCommand(entry);
}

function fromCommand(entry: RecordedCommand): HistoryEvent {
  switch (entry.kind) {
    case 'step': {
      const { kind, id, name, key, operation, sensitive } = entry;
      const rest = { ...(operation && { operation }), ...(sensitive && { sensitive }) };
      return { kind, id, name, ...(key === undefined ? {} : { key }), ...rest };
    }
    case 'receive': {
      const { kind, id, name } = entry;
      return { kind, id, name };
    }
    case 'sleep': {
      const { kind, id, name, dueAtMs } = entry;
      return { kind, id, name, dueAt: new Date(dueAtMs) };
    }
    case 'callback': {
      const { kind, id, name, expiresAtMs } = entry;
      return { kind, id, name, ...(expiresAtMs === undefined ? {} : { dueAt: new Date(expiresAtMs) }) };
    }
  }
}

function fromEvent(entry: Exclude<JournalEntry, RecordedCommand>, names: ReadonlyMap<number, string>): HistoryEvent {
  switch (entry.kind) {
    case 'callback-completed':
      return withValue(ofCallback(entry), 'value', entry.value);
    case 'callback-failed':
      return withValue(ofCallback(entry), 'error', entry.error);
    case 'callback-heartbeat':
      return withValue(ofCallback(entry), 'value', entry.details);
    case 'patched':
      return { kind: entry.kind, name: entry.patch };
    case 'started':
      return { kind: entry.kind, ...at(entry.atMs), version: entry.version };
    case 'step-completed':
      return ofStep(entry, { ...head(entry, names) }, 'value', entry.value);
    case 'step-heartbeat':
      return ofStep(entry, { ...head(entry, names) }, 'value', entry.details);
    case 'step-failed':
      return ofStep(entry, { ...head(entry, names) }, 'error', entry.error);
    case 'step-retrying': {
      const { attempt, retryAtMs, error } = entry;
      return ofStep(entry, { ...head(entry, names), attempt, retryAt: new Date(retryAtMs) }, 'error', error);
    }
    case 'sleep-completed':
      return head(entry, names);
    case 'signal-received': {
      const { kind, atMs, name, messageId, payload } = entry;
      return withValue({ kind, ...at(atMs), name, messageId, ...unread(entry) }, 'value', payload);
    }
    case 'update-received': {
      const { kind, atMs, name, messageId, args } = entry;
      return withValue({ kind, ...at(atMs), name, messageId, ...unread(entry) }, 'value', args);
    }
    case 'run-ended':
      return fromRunEnded({ ...entry, kind: 'run-ended' });
    case 'cancel-requested':
    case 'terminate-requested': {
      const { kind, atMs, reason, messageId } = entry;
      const undo = entry.kind === 'terminate-requested' && entry.undo === true;
      return { kind, ...at(atMs), reason, messageId, ...(undo ? { undo } : {}), ...unread(entry) };
    }
    case 'limit-reached':
      return { kind: entry.kind, ...at(entry.atMs), name: entry.limit, reason: entry.reason };
    case 'continued':
      return withValue({ kind: entry.kind, ...at(entry.atMs) }, 'value', entry.input);
    case 'deadline-passed':
      return { kind: entry.kind, ...at(entry.atMs), reason: entry.reason };
    case 'step-interrupted':
      return head(entry, names);
    case 'taken-over':
    case 'taken-alone':
    case 'steps-begun':
      return { kind: entry.kind, ...at(entry.atMs) };
  }
}

/** `value` is the result, the error or the reason. */
function fromRunEnded(entry: Omit<RunEnded, 'atMs' | 'kind'> & { readonly kind: 'run-ended'; readonly atMs?: number }) {
  const { kind, atMs, runId, workflow, status, value, messageId } = entry;
  const head: HistoryEvent = {
    kind,
    ...(atMs === undefined ? {} : at(atMs)),
    ...{ name: workflow, runId, status, messageId },
    ...unread(entry),
  };
  return withValue(head, status === 'completed' ? 'value' : 'error', value);
}

function ofCallback(entry: CallbackCompleted | CallbackFailed | CallbackHeartbeat): HistoryEvent {
  const { kind, atMs, id, name, messageId } = entry;
  return { kind, ...at(atMs), id, name, messageId, ...unread(entry) };
}

function unread(entry: { readonly unread?: true }): { unread?: true } {
  return entry.unread === true ? { unread: true } : {};
}

function head(
  { kind, atMs, id }: { kind: JournalEntry['kind']; atMs: number; id: number },
  names: ReadonlyMap<number, string>,
): HistoryEvent {
  const name = names.get(id);
  return { kind, ...at(atMs), id, ...(name === undefined ? {} : { name }) };
}

function fromMessage(message: Message): HistoryEvent {
  const kind = 'message-waiting';
  if (message.kind === 'run-ended') return { ...fromRunEnded({ ...message, messageId: message.id }), kind };
  if ('reason' in message) return { kind, name: message.kind, messageId: message.id, reason: message.reason };
  if (message.kind === 'update') {
    return withValue({ kind, name: message.name, messageId: message.id }, 'value', message.args);
  }
  if (message.kind === 'callback' && message.outcome === 'failed') {
    return withValue(
      { kind, name: message.name, id: message.callbackId, messageId: message.id },
      'error',
      message.payload,
    );
  }
  return withValue({ kind, name: message.name, messageId: message.id }, 'value', message.payload);
}

function at(atMs: number): { at: Date } {
  return { at: new Date(atMs) };
}

/** Of a sensitive step, what it gave or failed with is left out. */
function ofStep(
  { sensitive }: { readonly sensitive?: true },
  event: HistoryEvent,
  field: 'value' | 'error',
  encoded: Encoded,
): HistoryEvent {
  return sensitive === true ? { ...event, sensitive } : withValue(event, field, encoded);
}

/** Decoded at the first access: a reader of one event does not pay for all. */
function withValue(event: HistoryEvent, field: 'value' | 'error', encoded: Encoded): HistoryEvent {
  let decoded: { readonly value: unknown } | undefined;
  return Object.defineProperty(event, field, {
    enumerable: true,
    get: () => (decoded ??= { value: decode(encoded, { unregistered: 'plain' }) }).value,
  });
}
