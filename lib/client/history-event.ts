/** An entry of a journal, a message that waits, or the end of a run, as people read it: with names, times and decoded values. */
import { decode } from '../codec/decode.ts';
import { encodedBytes } from '../codec/encode.ts';
import type { Encoded } from '../core/encoded.ts';
import type { RunStatus } from '../core/run-status.ts';
import { stepIdOf } from '../core/step-id.ts';
import { attemptOf, type OpenCommand, type OpenCommands } from '../journal/command-facts.ts';
import {
  type CallbackCompleted,
  type CallbackFailed,
  type CallbackHeartbeat,
  isRecordedCommand,
  type JournalEntry,
  type RecordedCommand,
  type RunEnded,
} from '../journal/event.ts';
import type { StreamWritten, WriteRequested } from '../journal/stream-entries.ts';
import { toMessageEvent } from '../ports/message-event.ts';
import type { Message } from '../ports/message.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { RunEnd } from './run-value.ts';

/**
 * One thing that happened in a run. Kinds are those of the journal: what the code asked for (`step`, `sleep`,
 * `receive`), which patches it took (`patched`), what came of it (`step-completed`, `sleep-completed`, ...) and what came from outside
 * (`signal-received`, ...). Three more are not in the journal: `message-waiting` is accepted and not delivered yet,
 * `dropped` stands for what a run with an unbounded history has not kept, and the last event of a closed run has its status as kind.
 */
export interface HistoryEvent {
  readonly kind:
    JournalEntry['kind'] | 'message-waiting' | 'dropped' | 'completed' | 'failed' | 'cancelled' | 'terminated';
  /** When it was delivered; of what the code asked for, when that was. Absent: it waits, or what came before was not read. */
  readonly at?: Date;
  /**
   * The turn whose record has it, from 1. A turn that had nothing to record leaves a gap. What came last in a turn may be in the
   * record of the next one. Absent: it is not in the journal.
   */
  readonly turn?: number;
  /** Numbers what the code asked for; what came of it has the same. */
  readonly id?: number;
  /** Of a step, and of what came of it: as `StepContext.stepId` has it, and as `run.fork` takes it. */
  readonly stepId?: string;
  /** Of the step, timer, signal, update, callback, stream, patch or limit. Of `forked`: the step before which it was forked. */
  readonly name?: string;
  /** Of a step that was given one. */
  readonly key?: string;
  /** Of a step that the engine carries out: what it does to which other run. */
  readonly operation?: { readonly kind: string; readonly runId?: string; readonly functionName?: string };
  /** Of `forked`: the other run. Else one that has ended, with its `status`, and its `value`, `error` or `reason`. */
  readonly runId?: string;
  readonly status?: RunStatus;
  /**
   * A result, a signal's payload, an update's input, the details of a heartbeat, the input of the next link. Decoded when
   * it is read.
   */
  readonly value?: unknown;
  /** What a step or the run failed with. Decoded when it is read. */
  readonly error?: unknown;
  /** Of values that were written to the stream of that `name`: how many. */
  readonly count?: number;
  /** How many bytes the `value`, the `error` or the values of a stream take as they are stored. */
  readonly bytes?: number;
  /** Of a step: the attempt that this is about, from 1. Of `retried`: which try of the run begins, from 2. Absent where what came before was not read. */
  readonly attempt?: number;
  /** From when it was asked for until its end, with all attempts and the waits between them; of the end, since the run was started. */
  readonly durationMs?: number;
  /** When the timer fires, or the callback expires. */
  readonly dueAt?: Date;
  /** When the next attempt is made. */
  readonly retryAt?: Date;
  /** What the canceller or terminator said, why the code was asked to stop, or what a run that is tried again failed with. */
  readonly reason?: string;
  /** Of a step that is sensitive: what it gave, or failed with, is not shown. */
  readonly sensitive?: true;
  /** Of a request to terminate: the steps are undone first. */
  readonly undo?: boolean;
  /** Of the code that took the first turn. */
  readonly version?: string;
  readonly messageId?: string;
  /** Of a message that waits: the kind of event that it will be. */
  readonly becomes?: HistoryEvent['kind'];
  /** The message came when no code took it any more. */
  readonly unread?: true;
}

/** `before` has what was read of the journal up to the entry, without it. */
export function toHistoryEvent(entry: JournalEntry, before: OpenCommands): HistoryEvent {
  if (isRecordedCommand(entry)) return fromCommand(entry, atOf(before.atMs));
  if (entry.kind === 'patched') return { kind: entry.kind, ...atOf(before.atMs), name: entry.patch };
  if (entry.kind === 'write') return { ...ofStream(entry), ...atOf(before.atMs) };
  return fromEvent(entry, before);
}

/** A message that is accepted and not delivered yet: the event that it will be, without a time. */
export function toWaitingEvent(message: Message, before: OpenCommands): HistoryEvent {
  const delivered = toMessageEvent(message, 0);
  const event = fromEvent(delivered, before);
  const { at: _at, durationMs: _durationMs, kind: _kind, ...fields } = Object.getOwnPropertyDescriptors(event);
  const waiting: HistoryEvent = {
    kind: 'message-waiting',
    becomes: delivered.kind,
    ...('reason' in message ? { name: message.kind } : {}),
  };
  return Object.defineProperties(waiting, fields);
}

/** The last event of a closed run. */
export function toEndEvent(run: RunItem, end: RunEnd, bytes: number | undefined): HistoryEvent {
  const { status, ...rest } = 'result' in end ? { status: end.status, value: end.result } : end;
  const { createdAtMs, endedAtMs = createdAtMs } = run;
  const durationMs = Math.max(0, endedAtMs - createdAtMs);
  return { kind: status, ...atOf(endedAtMs), ...rest, durationMs, ...(bytes === undefined ? {} : { bytes }) };
}

function fromCommand(entry: RecordedCommand, at: { at?: Date }): HistoryEvent {
  const { kind, id, name } = entry;
  switch (entry.kind) {
    case 'step': {
      const { key, operation, sensitive } = entry;
      const rest = { ...(operation && { operation }), ...(sensitive && { sensitive }) };
      return { kind, ...at, id, stepId: stepIdOf(entry), name, ...(key === undefined ? {} : { key }), ...rest };
    }
    case 'receive':
      return { kind, ...at, id, name };
    case 'sleep':
      return { kind, ...at, id, name, dueAt: new Date(entry.dueAtMs) };
    case 'callback': {
      const { expiresAtMs } = entry;
      return { kind, ...at, id, name, ...(expiresAtMs === undefined ? {} : { dueAt: new Date(expiresAtMs) }) };
    }
  }
}

type Event = Exclude<JournalEntry, RecordedCommand | { readonly kind: 'patched' | 'write' }>;

function fromEvent(entry: Event, before: OpenCommands): HistoryEvent {
  switch (entry.kind) {
    case 'callback-completed':
      return withValue({ ...ofCallback(entry), ...took(entry, before) }, 'value', entry.value);
    case 'callback-failed':
      return withValue({ ...ofCallback(entry), ...took(entry, before) }, 'error', entry.error);
    case 'callback-heartbeat':
      return withValue(ofCallback(entry), 'value', entry.details);
    case 'started':
      return { kind: entry.kind, ...atOf(entry.atMs), version: entry.version };
    case 'step-completed':
      return ofStep(
        entry,
        { ...head(entry, before), ...attempt(entry, before), ...took(entry, before) },
        'value',
        entry.value,
      );
    case 'step-failed':
      return ofStep(
        entry,
        { ...head(entry, before), ...attempt(entry, before), ...took(entry, before) },
        'error',
        entry.error,
      );
    case 'step-heartbeat':
      return ofStep(entry, { ...head(entry, before), ...attempt(entry, before) }, 'value', entry.details);
    case 'step-retrying': {
      const { attempt, retryAtMs, error } = entry;
      return ofStep(entry, { ...head(entry, before), attempt, retryAt: new Date(retryAtMs) }, 'error', error);
    }
    case 'step-interrupted':
      return { ...head(entry, before), ...attempt(entry, before) };
    case 'stream-written':
      return { ...ofStream(entry), ...atOf(entry.atMs) };
    case 'sleep-completed':
      return { ...head(entry, before), ...took(entry, before) };
    case 'signal-received': {
      const { kind, atMs, name, messageId, payload } = entry;
      return withValue({ kind, ...atOf(atMs), name, messageId, ...unread(entry) }, 'value', payload);
    }
    case 'update-received': {
      const { kind, atMs, name, messageId, args } = entry;
      return withValue({ kind, ...atOf(atMs), name, messageId, ...unread(entry) }, 'value', args);
    }
    case 'run-ended':
      return fromRunEnded(entry);
    case 'cancel-requested':
    case 'terminate-requested': {
      const { kind, atMs, reason, messageId } = entry;
      const undo = entry.kind === 'terminate-requested' && entry.undo === true;
      return { kind, ...atOf(atMs), reason, messageId, ...(undo ? { undo } : {}), ...unread(entry) };
    }
    case 'limit-reached':
      return { kind: entry.kind, ...atOf(entry.atMs), name: entry.limit, reason: entry.reason };
    case 'continued':
      return withValue({ kind: entry.kind, ...atOf(entry.atMs) }, 'value', entry.input);
    case 'code-stopped':
      return withValue({ kind: entry.kind, ...atOf(entry.atMs) }, 'error', entry.error);
    case 'deadline-passed':
      return { kind: entry.kind, ...atOf(entry.atMs), reason: entry.reason };
    case 'retried':
      return { kind: entry.kind, ...atOf(entry.atMs), attempt: entry.number + 1, reason: entry.reason };
    case 'forked':
      return { kind: entry.kind, ...atOf(entry.atMs), runId: entry.runId, name: entry.before };
    case 'taken-over':
    case 'taken-alone':
    case 'steps-begun':
      return { kind: entry.kind, ...atOf(entry.atMs) };
  }
}

/** What was written is in the stream. */
function ofStream({ kind, name, count, bytes }: WriteRequested | StreamWritten): HistoryEvent {
  return { kind, name, count, bytes };
}

/** `value` is the result, the error or the reason. */
function fromRunEnded(entry: RunEnded): HistoryEvent {
  const { kind, atMs, runId, workflow, status, value, messageId } = entry;
  const event: HistoryEvent = { kind, ...atOf(atMs), name: workflow, runId, status, messageId, ...unread(entry) };
  return withValue(event, status === 'completed' ? 'value' : 'error', value);
}

function ofCallback(entry: CallbackCompleted | CallbackFailed | CallbackHeartbeat): HistoryEvent {
  const { kind, atMs, id, name, messageId } = entry;
  return { kind, ...atOf(atMs), id, name, messageId, ...unread(entry) };
}

function unread(entry: { readonly unread?: true }): { unread?: true } {
  return entry.unread === true ? { unread: true } : {};
}

type OfCommand = { readonly kind: JournalEntry['kind']; readonly atMs: number; readonly id: number };

/** A command that was asked for before what was read has neither name nor step id. */
function head({ kind, atMs, id }: OfCommand, before: OpenCommands): HistoryEvent {
  const command = before.get(id)?.command;
  const of = command && { ...(command.kind === 'step' ? { stepId: stepIdOf(command) } : {}), name: command.name };
  return { kind, ...atOf(atMs), id, ...of };
}

/** Which attempt has brought it about. */
function attempt({ id }: OfCommand, before: OpenCommands): { attempt?: number } {
  const open = before.get(id);
  return open === undefined ? {} : { attempt: attemptOf(open) };
}

/** How long it took since it was asked for. */
function took({ id, atMs }: OfCommand, before: OpenCommands): { durationMs?: number } {
  const askedAtMs: OpenCommand['askedAtMs'] = before.get(id)?.askedAtMs;
  return askedAtMs === undefined ? {} : { durationMs: Math.max(0, atMs - askedAtMs) };
}

function atOf(atMs: number | undefined): { at?: Date } {
  return atMs === undefined ? {} : { at: new Date(atMs) };
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

/** Decoded and measured at the first access: a reader of one event does not pay for all. */
function withValue(event: HistoryEvent, field: 'value' | 'error', encoded: Encoded): HistoryEvent {
  let decoded: { readonly value: unknown } | undefined;
  return Object.defineProperties(event, {
    [field]: {
      enumerable: true,
      configurable: true,
      get: () => (decoded ??= { value: decode(encoded, { unregistered: 'plain' }) }).value,
    },
    bytes: { enumerable: true, configurable: true, get: () => encodedBytes(encoded) },
  });
}
