/** A run's journal as people read it: one event after the other, with names and decoded values. */
import { decode } from '../codec/decode.ts';
import type { Encoded } from '../core/encoded.ts';
import type { JournalEntry } from '../journal/event.ts';
import { readableEntries } from '../journal/find-damage.ts';
import type { JournalRecord } from '../journal/record.ts';
import type { Message } from '../ports/message.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { ClientPorts } from './client-ports.ts';
import { RunNotFoundError } from './errors.ts';
import { retryUnavailable } from './retry-unavailable.ts';
import { readEnd } from './run-value.ts';

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
  /** Of the step, timer, signal, patch or limit. */
  readonly name?: string;
  /** Of a step that was given one. */
  readonly key?: string;
  /** A result, a signal's payload, the details of a heartbeat. Decoded when it is read. */
  readonly value?: unknown;
  /** What a step or the run failed with. Decoded when it is read. */
  readonly error?: unknown;
  /** Of the attempt that failed, from 1. */
  readonly attempt?: number;
  /** When the timer fires. */
  readonly dueAt?: Date;
  /** When the next attempt is made. */
  readonly retryAt?: Date;
  /** What the canceller or terminator said, or why the code was asked to stop. */
  readonly reason?: string;
  /** Of the code that took the first turn. */
  readonly version?: string;
  readonly messageId?: string;
  /** The message came when no code took it any more. */
  readonly unread?: true;
}

/** Oldest first. The journal is read at the first step of the iteration, in one piece. */
export async function* readHistory(ports: ClientPorts, runId: string): AsyncGenerator<HistoryEvent, void, undefined> {
  const store = await ports.openStore();
  const { run, records, waiting, end } = await retryUnavailable(ports.clock, async () => {
    // The run first: what leaves its mail meanwhile is found in the journal.
    const run = await store.readRun(runId);
    if (run === undefined) throw new RunNotFoundError(runId);
    const records = await store.loadRecords(runId, 0);
    const waiting = await store.loadMessages(runId, waitingIds(run, records));
    return { run, records, waiting, end: await readEnd(store, run) };
  });

  const names = new Map<number, string>();
  // Of a journal that somebody has changed too: whoever has to mend it needs to see what is there.
  for (const entry of readableEntries(records)) yield toHistoryEvent(entry, names);
  for (const message of waiting) yield fromMessage(message);
  if (end !== undefined) {
    const { status, ...rest } = 'result' in end ? { status: end.status, value: end.result } : end;
    yield { kind: status, ...at(run.endedAtMs ?? run.createdAtMs), ...rest };
  }
}

function waitingIds({ mail }: RunItem, records: readonly JournalRecord[]): string[] {
  const journaled = new Set<string>();
  for (const entry of readableEntries(records)) if ('messageId' in entry) journaled.add(entry.messageId);
  return mail.filter((id) => !journaled.has(id));
}

/** `names` collects what was asked for, so that what came of it has a name too. */
function toHistoryEvent(entry: JournalEntry, names: Map<number, string>): HistoryEvent {
  switch (entry.kind) {
    case 'step': {
      const { kind, id, name, key } = entry;
      names.set(id, name);
      return { kind, id, name, ...(key === undefined ? {} : { key }) };
    }
    case 'receive': {
      const { kind, id, name } = entry;
      names.set(id, name);
      return { kind, id, name };
    }
    case 'sleep': {
      const { kind, id, name, dueAtMs } = entry;
      names.set(id, name);
      return { kind, id, name, dueAt: new Date(dueAtMs) };
    }
    case 'patched':
      return { kind: entry.kind, name: entry.patch };
    case 'started':
      return { kind: entry.kind, ...at(entry.atMs), version: entry.version };
    case 'step-completed':
      return withValue({ ...head(entry, names) }, 'value', entry.value);
    case 'step-heartbeat':
      return withValue({ ...head(entry, names) }, 'value', entry.details);
    case 'step-failed':
      return withValue({ ...head(entry, names) }, 'error', entry.error);
    case 'step-retrying': {
      const { attempt, retryAtMs, error } = entry;
      return withValue({ ...head(entry, names), attempt, retryAt: new Date(retryAtMs) }, 'error', error);
    }
    case 'sleep-completed':
      return head(entry, names);
    case 'signal-received': {
      const { kind, atMs, name, messageId, payload } = entry;
      return withValue({ kind, ...at(atMs), name, messageId, ...unread(entry) }, 'value', payload);
    }
    case 'cancel-requested':
    case 'terminate-requested': {
      const { kind, atMs, reason, messageId } = entry;
      return { kind, ...at(atMs), reason, messageId, ...unread(entry) };
    }
    case 'limit-reached':
      return { kind: entry.kind, ...at(entry.atMs), name: entry.limit, reason: entry.reason };
    case 'step-interrupted':
      return head(entry, names);
    case 'taken-over':
    case 'taken-alone':
    case 'steps-begun':
      return { kind: entry.kind, ...at(entry.atMs) };
  }
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
  if (message.kind !== 'signal') return { kind, name: message.kind, messageId: message.id, reason: message.reason };
  return withValue({ kind, name: message.name, messageId: message.id }, 'value', message.payload);
}

function at(atMs: number): { at: Date } {
  return { at: new Date(atMs) };
}

/** Decoded at the first reading: who looks for one event does not pay for all. */
function withValue(event: HistoryEvent, field: 'value' | 'error', encoded: Encoded): HistoryEvent {
  let decoded: { readonly value: unknown } | undefined;
  return Object.defineProperty(event, field, {
    enumerable: true,
    get: () => (decoded ??= { value: decode(encoded, { unregistered: 'plain' }) }).value,
  });
}
