/** What the table was seen to take in of one run. */
import type { Encoded } from '../../../lib/core/encoded.ts';
import { type ClosedStatus, isClosed } from '../../../lib/core/run-status.ts';
import { stepIdOf } from '../../../lib/core/step-id.ts';
import {
  isRecordedCommand,
  type JournalEntry,
  type RecordedCommand,
  type StepHeartbeat,
} from '../../../lib/journal/event.ts';
import type { JournalRecord } from '../../../lib/journal/record.ts';
import type { Message, UpdateAnswer } from '../../../lib/ports/message.ts';
import type { RetryPoint, RunItem, StoredValue } from '../../../lib/ports/run-item.ts';
import type { Store } from '../../../lib/ports/store.ts';
import type { StreamValues } from '../../../lib/ports/stream-values.ts';
import { signCallback } from '../../../lib/token/callback-token.ts';
import { StandingBook } from './standing.ts';
import type { WorkflowBook } from './workflow-book.ts';

/** A call as the table carried it out. */
export interface TableCall {
  readonly operation: keyof Store;
  readonly args: readonly unknown[];
  readonly answer: unknown;
  /** Which process made it. */
  readonly by: string;
  readonly atMs: number;
  /** The run item before and after it. */
  readonly before: RunItem | undefined;
  readonly after: RunItem | undefined;
  /** Of a call that deletes the run: what is there still that belonged to it. */
  readonly left?: readonly string[];
  /** The id is not free yet, although there is no run of it. */
  readonly keepsId?: boolean;
}

/** A run that had failed was opened again. */
export interface Reopened {
  readonly atMs: number;
  readonly by: string;
  readonly point: RetryPoint;
  /** Status and result before. */
  readonly end: RunEnd | undefined;
}

export interface RunEnd {
  readonly status: ClosedStatus;
  readonly result: Encoded | undefined;
  readonly atMs: number;
}

/** A link of a run that has continued as new. */
export interface LinkBefore {
  readonly records: JournalRecord[];
  readonly commands: ReadonlyMap<number, RecordedCommand>;
}

/** Its journal, and what follows from that, are those of its newest link. */
export class RunLedger {
  readonly runId: string;
  /** Links that are over, the first one first. */
  readonly linksBefore: LinkBefore[] = [];
  /** Signals that this link takes over, and that are not in its journal yet. */
  readonly #carried = new Set<string>();
  item: RunItem | undefined;
  /** Nothing of it is left. */
  isPurged = false;
  /** When a caller deleted it, and until when its id is not free: then a sweep frees it. */
  deletedAtMs: number | undefined;
  idKeptUntilMs: number | undefined;
  /** The run item's `dueAtMs` over time, newest last: what an index that is behind still shows. */
  readonly dueTimes: { readonly atMs: number; readonly dueAtMs: number | undefined }[] = [];
  /** What was written to its streams, by name, over all links. */
  readonly streams = new Map<string, Encoded[]>();
  readonly records: JournalRecord[] = [];
  readonly entries: JournalEntry[] = [];
  /** What of them stands. */
  stands = new StandingBook();
  /** The commands that stand. */
  readonly commands = new Map<number, RecordedCommand>();
  /** When each command was recorded. */
  readonly askedAtMs = new Map<number, number>();
  /** Of each step, how many failed attempts the journal has, and its last heartbeat. */
  readonly failedAttempts = new Map<number, number>();
  readonly heartbeats = new Map<number, StepHeartbeat>();
  takeovers = 0;
  /** Entries that tell of progress: of all but takeovers. */
  progress = 0;
  /** Takeovers since the last of them, and the versions that took the run alone since. */
  takeoversInARow = 0;
  readonly triedAlone = new Set<string>();
  /** How often the run was blocked since workers were lost, and how it was at last. */
  lossHolds = 0;
  lastLossHold: { readonly version: string | undefined; readonly tryAtMs: number } | undefined;
  /** Epochs whose worker took the run from one that had not released it. */
  readonly takeoversAt = new Set<number>();
  /** Of each epoch, the process that took it. */
  readonly workerOf = new Map<number, string>();
  /** How often the code was asked to stop for the length of its journal. */
  limitsReached = 0;
  /** Ids of the messages that the journal has, in its order, repeats included. */
  readonly delivered: string[] = [];
  /** The answers of updates, by the ids of their messages. */
  readonly answers = new Map<string, UpdateAnswer>();
  /** Ids in the order in which they were first accepted. */
  readonly accepted: string[] = [];
  /** When the first request to cancel, and the first to terminate, was accepted. */
  stopAcceptedAtMs: { cancel?: number; terminate?: number } = {};
  /** A worker had the run when the first request to terminate was accepted. */
  wasHeldAtTerminate = false;
  /** Payloads by id, whether accepted or not. */
  readonly messages = new Map<string, Message>();
  /** Ids of the messages whose payloads are in the inbox. */
  readonly inbox = new Set<string>();
  /** Until when it was left alone, the last time that code could not follow. */
  blockedUntilMs = -Infinity;
  /** When the lease before the one that there is now was over. */
  formerLeaseEndedMs = -Infinity;
  /** Since when it is due and nobody has it. */
  wantsTurnSinceMs = Infinity;
  /** Since when it is paused, until when it was, and the ids that were accepted since it is. */
  pausedSinceMs = Infinity;
  resumedAtMs = -Infinity;
  readonly acceptedWhilePaused = new Set<string>();
  /** Of each epoch, what the clock of its worker showed when it asked for the lease. */
  readonly takenAtMs = new Map<number, number>();
  /** The epoch that each process took last. */
  readonly epochOf = new Map<string, number>();
  /** When each process took it last. */
  readonly lastTakenAtMs = new Map<string, number>();
  /** Values in items of their own, by key. */
  readonly values = new Map<string, Encoded>();
  /** Of those, the ones that were put when the run was purged already. */
  readonly valuesSincePurge = new Set<string>();
  /** How the run was closed; undefined while it is open. */
  end: RunEnd | undefined;
  /** Each time that it was tried again. */
  readonly reopened: Reopened[] = [];
  /** As it was created, and what it was given. */
  created: RunItem | undefined;
  createdSeenAtMs = Infinity;
  /** Of its first link. */
  firstInput: Encoded | undefined;
  input: Encoded | undefined;

  readonly #workflows: WorkflowBook;

  constructor(runId: string, workflows: WorkflowBook) {
    this.runId = runId;
    this.#workflows = workflows;
  }

  /** A message was accepted. */
  noteStop(message: Message | undefined, { atMs, before }: TableCall): void {
    const kind = message?.kind;
    if (kind !== 'cancel' && kind !== 'terminate') return;
    if (message?.kind === 'terminate' && message.undo === true) return; // its steps are undone first
    if (kind === 'terminate') {
      this.wasHeldAtTerminate ||= this.stopAcceptedAtMs.terminate === undefined && before?.lease !== undefined;
    }
    this.stopAcceptedAtMs[kind] ??= atMs;
  }

  /** The process took the run in its last epoch, and recorded that it is alone with it. */
  aloneIn(process: string): boolean {
    const epoch = this.epochOf.get(process);
    return this.records.some((record) => {
      return record.epoch === epoch && record.entries.some(({ kind }) => kind === 'taken-alone');
    });
  }

  /** A caller deleted it: no run of its id is there, and the id may not be free yet. */
  get isDeleted(): boolean {
    return this.deletedAtMs !== undefined;
  }

  /** When a sweep would find something to do. */
  get dueAtMs(): number | undefined {
    const { pausedAtMs, isHeld, workflow = '', dueAtMs } = this.item ?? {};
    const isOut = pausedAtMs !== undefined || (isHeld && this.#workflows.pausedSinceMs(workflow) !== undefined);
    return this.idKeptUntilMs ?? (isOut ? undefined : dueAtMs);
  }

  /** Each of its entries was asked for by the run itself, and stands. */
  get isPlain(): boolean {
    return this.stands.retried === 0 && !this.stands.isForked && this.created?.goesOnFrom === undefined;
  }

  /** What changes with a pause, whatever ended it. */
  notePause({ atMs, before, after }: TableCall): void {
    if (before?.pausedAtMs === undefined && after?.pausedAtMs !== undefined) this.pausedSinceMs = atMs;
    if (before?.pausedAtMs === undefined || after?.pausedAtMs !== undefined) return;
    this.resumedAtMs = atMs;
    this.acceptedWhilePaused.clear();
  }

  get link(): number {
    return this.linksBefore.length + 1;
  }

  recordsOf(link: number): JournalRecord[] {
    return this.linksBefore[link - 1]?.records ?? this.records;
  }

  /** Of all links; a signal that moved along once. */
  everyEntry(): JournalEntry[] {
    if (this.linksBefore.length === 0 && this.isPlain) return this.entries;
    const seen = new Set<string>();
    const entries = [...this.linksBefore.flatMap(({ records }) => records), ...this.records].flatMap(
      (record) => record.entries,
    );
    return entries.filter((entry) => {
      if (entry.kind !== 'signal-received') return true;
      if (seen.has(entry.messageId)) return false;
      seen.add(entry.messageId);
      return true;
    });
  }

  /** Of the callback of that name, as the code was given it. */
  tokenOf(name: string): string | undefined {
    const [started] = this.entries;
    const command = [...this.commands.values()].find((one) => one.kind === 'callback' && one.name === name);
    if (command?.kind !== 'callback' || started?.kind !== 'started' || started.seed === undefined) return undefined;
    const { id, expiresAtMs, hasSchema = false } = command;
    return signCallback({ runId: this.runId, link: this.link, id, name, expiresAtMs, hasSchema }, started.seed);
  }

  /** Of a step of that name that stands. */
  stepIdOf(name: string): string | undefined {
    const command = this.stands.commands().find((one) => one.name === name);
    return command === undefined ? undefined : stepIdOf(command);
  }

  continueAsNew(after: RunItem): void {
    const last = this.entries.findLast((entry) => entry.kind === 'continued');
    for (const id of last?.carries ?? []) this.#carried.add(id);
    this.linksBefore.push({ records: this.records.splice(0), commands: new Map(this.commands) });
    this.entries.splice(0);
    this.stands = new StandingBook();
    this.commands.clear();
    this.askedAtMs.clear();
    this.failedAttempts.clear();
    this.heartbeats.clear();
    this.takeovers = 0;
    this.created = after;
    this.input = this.valueOf(after.input);
  }

  isDelivered(messageId: string): boolean {
    return this.delivered.includes(messageId) || this.answers.has(messageId);
  }

  /** A value of the run item's, as far as it was seen to be written. */
  valueOf(stored: StoredValue | undefined): Encoded | undefined {
    return stored?.kind === 'item' ? this.values.get(stored.key) : stored?.value;
  }

  /** Keys of values that are neither its input nor its result. */
  unreferred(): string[] {
    const stored = [this.item?.input, this.item?.result];
    return [...this.values.keys()].filter((key) => !stored.some((each) => each?.kind === 'item' && each.key === key));
  }

  /** Of what a step's end is about, also if that does not stand any more. */
  commandOf({ id }: { readonly id: number }): RecordedCommand | undefined {
    const own = this.commands.get(id);
    return own ?? this.entries.filter(isRecordedCommand).find((command) => command.id === id);
  }

  reopen({ by, atMs }: TableCall, { goesOnFrom }: RunItem): void {
    if (goesOnFrom?.kind === 'retry') this.reopened.push({ atMs, by, point: goesOnFrom, end: this.end });
    this.end = undefined;
    this.stopAcceptedAtMs = {};
    this.wasHeldAtTerminate = false;
  }

  close({ status, result }: RunItem, atMs: number): void {
    if (isClosed(status)) this.end = { status, result: this.valueOf(result), atMs };
  }

  #countLosses(entry: JournalEntry): void {
    if (entry.kind === 'taken-over') this.takeoversInARow += 1;
    else if (entry.kind === 'taken-alone') this.triedAlone.add(entry.version);
    else {
      this.progress += 1;
      this.takeoversInARow = 0;
      this.triedAlone.clear();
    }
  }

  /** The steps that stand open have all attempts again. */
  #turnBack(): void {
    this.commands.clear();
    for (const command of this.stands.commands()) this.commands.set(command.id, command);
    this.failedAttempts.clear();
    this.heartbeats.clear();
  }

  addValues(written: readonly StreamValues[]): void {
    for (const { name, values } of written) {
      this.streams.set(name, [...(this.streams.get(name) ?? []), ...structuredClone(values)]);
    }
  }

  /** One with the number of the tail takes its place, and has its entries in front. */
  addRecord(record: JournalRecord, atMs: number): void {
    const last = this.records.at(-1);
    const before = last?.isTail === true && last.number === record.number ? this.records.pop() : undefined;
    this.records.push(record);
    for (const entry of record.entries.slice(before?.entries.length ?? 0)) {
      this.entries.push(entry);
      const isCopied = this.created?.goesOnFrom?.kind === 'fork' && !this.stands.isForked;
      const isRepeated = 'messageId' in entry && this.stands.comesAgain(entry.messageId);
      if (this.stands.add(entry)) this.#turnBack();
      if (isRecordedCommand(entry)) {
        this.commands.set(entry.id, entry);
        this.askedAtMs.set(entry.id, atMs);
      }
      const isNew = !isCopied && !isRepeated && 'messageId' in entry && !this.#carried.delete(entry.messageId);
      if (isNew) this.delivered.push(entry.messageId);
      // Each of these lets a body begin again without a failed attempt.
      if (entry.kind === 'taken-over' || entry.kind === 'step-interrupted') this.takeovers += 1;
      this.#countLosses(entry);
      if (entry.kind === 'limit-reached') this.limitsReached += 1;
      if (entry.kind === 'step-heartbeat') this.heartbeats.set(entry.id, entry);
      if (entry.kind === 'step-retrying')
        this.failedAttempts.set(entry.id, (this.failedAttempts.get(entry.id) ?? 0) + 1);
    }
  }
}
