/** Reads a run's journal as people read it, from the beginning or from a place in it: one event after the other. */
import { encodedBytes } from '../codec/encode.ts';
import { describeValue } from '../core/describe-value.ts';
import { OpenCommands } from '../journal/command-facts.ts';
import type { LoadedMessage, Message } from '../ports/message.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';
import type { ClientPorts } from './client-ports.ts';
import { InvalidArgumentError, RunNotFoundError } from '../core/run-errors.ts';
import { type HistoryEvent, toEndEvent, toHistoryEvent, toWaitingEvent } from './history-event.ts';
import { readRecords } from './read-records.ts';
import { retryUnavailable } from './retry-unavailable.ts';
import { decodeEnd, readStoredForm } from './run-value.ts';

/** Which history of a run. */
export interface HistoryOptions {
  /** Of that link, from 1: a run that continues as new has a journal for each. Default: the last one. */
  readonly link?: number | undefined;
}

/** A place in a history, behind an event: from there a later call goes on. */
export interface HistoryPlace {
  /** The record of the journal that has the next event, unless that is in a later one. */
  readonly record: number;
  /** How many of that record's events were before. */
  readonly events: number;
  /** And how many of what came after the journal. */
  readonly after: number;
}

/** One thing that happened, and the place behind it. */
export interface PlacedEvent {
  readonly event: HistoryEvent;
  /** Give it as `cursor`, to go on behind the event. */
  readonly cursor: string;
}

/**
 * So many records before a place are read, for the names and the attempts of what ends there. What was asked for long
 * before has none on such a page: a request for one event must not read the whole journal.
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

  const open = new OpenCommands();
  const journaled = new Set<string>();
  const firstRead = Math.max(0, from.record - 1 - LOOK_BACK_RECORDS);
  let place: HistoryPlace = { record: from.record, events: 0, after: 0 };
  let lastNumber = firstRead;
  for await (const { number, epoch, entries } of readRecords(ports, store, { runId, after: firstRead, link })) {
    if (number >= from.record) place = { record: number, events: 0, after: 0 };
    // Of another run a record is missing: it was changed by hand, and what there is of it is shown.
    const isGap = run.base !== undefined && number > lastNumber + 1;
    lastNumber = number;
    if (isGap && isBehind(place, from)) yield { event: { kind: 'dropped' }, cursor: atPlace(place) };
    for (const entry of entries) {
      if ('messageId' in entry) journaled.add(entry.messageId);
      if (number >= from.record) {
        place = { record: number, events: place.events + 1, after: 0 };
        if (isBehind(place, from)) yield { event: inTurn(epoch, toHistoryEvent(entry, open)), cursor: atPlace(place) };
      }
      open.feed(entry);
    }
  }
  // What waits, and how the run ended, comes after the last link.
  if (link < last) return;

  const search = { runId, link, before: firstRead, journaled };
  const waiting = run.inboxIds.length === 0 ? [] : await readWaiting(ports, store, run, search);
  const end = await retryUnavailable(ports.clock, () => readEndEvent(store, run));
  for (const event of [...waiting.map((message) => toWaitingEvent(message, open)), ...end]) {
    place = { ...place, after: place.after + 1 };
    if (isBehind(place, from)) yield { event, cursor: atPlace(place) };
  }
}

/** Its values are decoded when they are read: a copy would read them. */
function inTurn(turn: number, event: HistoryEvent): HistoryEvent {
  return Object.assign(event, { turn });
}

function isBehind(place: HistoryPlace, from: HistoryPlace): boolean {
  if (place.record !== from.record) return place.record > from.record;
  return place.events > from.events || (place.events === from.events && place.after > from.after);
}

/** Of a link after the first it begins with the link: the run may have continued by the time of the next page. */
function fromPlace(link: number, { record, events, after }: HistoryPlace): string {
  const at = after === 0 ? `${record}.${events}` : `${record}.${events}.${after}`;
  return link === 1 ? at : `${link}-${at}`;
}

/** Without a cursor, and with 0, from the beginning of the last link. */
function toPlace(cursor: string = '0'): HistoryPlace & { readonly link: number | undefined } {
  const parts = /^(?:(\d{1,7})-)?(\d{1,7})(?:\.(\d{1,7}))?(?:\.(\d{1,7}))?$/.exec(cursor);
  if (parts !== null) {
    const [, link, record, events, after] = parts;
    const isBegin = link === undefined && Number(record) === 0;
    const place = { record: Number(record), events: Number(events ?? 0), after: Number(after ?? 0) };
    return { link: isBegin ? undefined : Number(link ?? 1), ...place };
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
  { inboxIds, letters }: RunItem,
  { runId, link, before, journaled }: Search,
): Promise<Message[]> {
  const isOpen = (id: string): boolean => !journaled.has(id);
  const ids = inboxIds.filter(isOpen);
  const load = (): Promise<LoadedMessage[]> => store.loadMessages(runId, ids, letters);
  const loaded = ids.length === 0 ? [] : await retryUnavailable(ports.clock, load);
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

/** None of a run that goes on. */
async function readEndEvent(store: Store, run: RunItem): Promise<HistoryEvent[]> {
  if (run.result === undefined) return [];
  const stored = await readStoredForm(store, run.runId, run.result);
  const end = decodeEnd(run, stored);
  return end === undefined ? [] : [toEndEvent(run, end, encodedBytes(stored))];
}
