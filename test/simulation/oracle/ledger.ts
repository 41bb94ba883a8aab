/**
 * The oracle's own book: what the table was seen to take in, run by run, kept apart from the table so that the two can
 * be compared.
 */
import type { Encoded } from '../../../lib/core/encoded.ts';
import type { JournalEntry, RecordedCommand, StepHeartbeat } from '../../../lib/journal/event.ts';
import { isRecordedCommand } from '../../../lib/journal/event.ts';
import type { JournalRecord } from '../../../lib/journal/record.ts';
import type { Message, UpdateAnswer } from '../../../lib/ports/message.ts';
import { type ClosedStatus, isClosed } from '../../../lib/core/run-status.ts';
import type { RunItem, StoredValue } from '../../../lib/ports/run-item.ts';
import { signCallback } from '../../../lib/token/callback-token.ts';
import type { AnswerUpdate, AnswerUpdateResult, PutMessageResult, Store, TakeLease } from '../../../lib/ports/store.ts';

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
  isPurged = false;
  /** The run item's `dueAtMs` over time, newest last: what an index that is behind still shows. */
  readonly dueTimes: { readonly atMs: number; readonly dueAtMs: number | undefined }[] = [];
  readonly records: JournalRecord[] = [];
  readonly entries: JournalEntry[] = [];
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
  readonly stopAcceptedAtMs: { cancel?: number; terminate?: number } = {};
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
  /** Of each epoch, what the clock of its worker showed when it asked for the lease. */
  readonly takenAtMs = new Map<number, number>();
  /** The epoch that each process took last. */
  readonly epochOf = new Map<string, number>();
  /** When each process took it last. */
  readonly lastTakenAtMs = new Map<string, number>();
  /** Values in items of their own, by key. */
  readonly values = new Map<string, Encoded>();
  /** How often the run was closed, and how at last. */
  ends = 0;
  end: { readonly status: ClosedStatus; readonly result: Encoded | undefined; readonly atMs: number } | undefined;
  /** As it was created, and what it was given. */
  created: RunItem | undefined;
  input: Encoded | undefined;

  constructor(runId: string) {
    this.runId = runId;
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

  get link(): number {
    return this.linksBefore.length + 1;
  }

  recordsOf(link: number): JournalRecord[] {
    return this.linksBefore[link - 1]?.records ?? this.records;
  }

  /** Of all links; a signal that moved along once. */
  everyEntry(): JournalEntry[] {
    if (this.linksBefore.length === 0) return this.entries;
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

  continueAsNew(after: RunItem): void {
    const last = this.entries.findLast((entry) => entry.kind === 'continued');
    for (const id of last?.carries ?? []) this.#carried.add(id);
    this.linksBefore.push({ records: this.records.splice(0), commands: new Map(this.commands) });
    this.entries.splice(0);
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

  close({ status, result }: RunItem, atMs: number): void {
    this.ends += 1;
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

  addRecord(record: JournalRecord, atMs: number): void {
    this.records.push(record);
    for (const entry of record.entries) {
      this.entries.push(entry);
      if (isRecordedCommand(entry)) {
        this.commands.set(entry.id, entry);
        this.askedAtMs.set(entry.id, atMs);
      }
      if ('messageId' in entry && !this.#carried.delete(entry.messageId)) this.delivered.push(entry.messageId);
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

/** Of a record that is put. */
export function linkOf({ args }: TableCall): number {
  return (args[2] as number | undefined) ?? 1;
}

export class Ledger {
  readonly runs = new Map<string, RunLedger>();
  /** Runs that were purged, and whose id was used again. */
  readonly former: RunLedger[] = [];

  /** A run is created: after the purge of one of that id, it is another one. */
  begin(runId: string): RunLedger {
    const run = this.of(runId);
    if (!run.isPurged) return run;
    this.former.push(run);
    this.runs.delete(runId);
    return this.of(runId);
  }

  of(runId: string): RunLedger {
    let run = this.runs.get(runId);
    if (run === undefined) {
      run = new RunLedger(runId);
      this.runs.set(runId, run);
    }
    return run;
  }

  /** What is put before the run is created may have been put while a run before was there. */
  #former(runId: string): RunLedger | undefined {
    return this.former.findLast((run) => run.runId === runId);
  }

  /** When a sweep would find something at the earliest; undefined if it never would. */
  earliestDueMs(): number | undefined {
    let earliestMs: number | undefined;
    for (const { item } of this.runs.values()) {
      const dueAtMs = item?.dueAtMs;
      if (dueAtMs !== undefined && (earliestMs === undefined || dueAtMs < earliestMs)) earliestMs = dueAtMs;
    }
    return earliestMs;
  }

  /** Takes a call in; to be told after the rules have seen it. */
  enter(run: RunLedger, call: TableCall): void {
    const { operation, args, answer, before, after, atMs } = call;
    run.item = after;
    const { dueAtMs, lease } = after ?? {};
    if (before !== after) {
      run.wantsTurnSinceMs = dueAtMs === undefined ? Infinity : Math.max(atMs, dueAtMs, lease?.expiresAtMs ?? 0);
    }
    if (before?.dueAtMs !== after?.dueAtMs || before === undefined)
      run.dueTimes.push({ atMs, dueAtMs: after?.dueAtMs });
    switch (operation) {
      case 'putMessage':
        if ((answer as PutMessageResult).kind !== 'put') return;
        run.messages.set((args[1] as Message).id, args[1] as Message);
        run.inbox.add((args[1] as Message).id);
        return;
      case 'answerUpdate': {
        const { messageId, answer: given } = args[1] as AnswerUpdate;
        if ((answer as AnswerUpdateResult).kind !== 'answered') return;
        run.inbox.delete(messageId);
        if (!run.answers.has(messageId)) run.answers.set(messageId, given);
        return;
      }
      case 'deleteMessages':
        for (const id of args[1] as string[]) run.inbox.delete(id);
        return;
      case 'deleteValue':
        run.values.delete(args[1] as string);
        return;
      case 'accept': {
        const id = args[1] as string;
        const isNew = after?.inboxIds.includes(id) === true && before?.inboxIds.includes(id) === false;
        if (!isNew || run.accepted.includes(id)) return;
        run.accepted.push(id);
        run.noteStop(run.messages.get(id), call);
        return;
      }
      case 'putRecord':
        if ((answer as { kind: string }).kind !== 'put') return;
        if (linkOf(call) === run.link) run.addRecord(structuredClone(args[1] as JournalRecord), atMs);
        else run.recordsOf(linkOf(call)).push(structuredClone(args[1] as JournalRecord));
        return;
      case 'continueRun':
        if (before?.link !== after?.link && after !== undefined) run.continueAsNew(after);
        return;
      case 'take':
        if (after?.epoch === before?.epoch) return;
        run.epochOf.set(call.by, after?.epoch ?? 0);
        run.lastTakenAtMs.set(call.by, atMs);
        run.workerOf.set(after?.epoch ?? 0, call.by);
        run.takenAtMs.set(after?.epoch ?? 0, (args[1] as TakeLease).nowMs);
        run.formerLeaseEndedMs = before?.lease?.expiresAtMs ?? -Infinity;
        return;
      case 'release':
        if (after?.status === 'blocked') run.blockedUntilMs = after.dueAtMs ?? -Infinity;
        if (before?.lease !== undefined && after?.blocked?.tryAtMs !== undefined) {
          run.lossHolds += 1;
          run.lastLossHold = { version: after.blocked.version, tryAtMs: after.blocked.tryAtMs };
        }
        return;
      case 'createRun':
        if (before !== undefined || after === undefined) return;
        run.created = after;
        run.input = run.valueOf(after.input) ?? this.#former(run.runId)?.valueOf(after.input);
        return;
      case 'putValue':
        run.values.set(args[1] as string, args[2] as Encoded);
        return;
      case 'finish':
        if (before?.status !== after?.status && after !== undefined) run.close(after, atMs);
        return;
      case 'purge': // with something on its way, it deletes that and nothing else
        if (before === undefined || before.dueAtMs === after?.dueAtMs) return;
        run.inbox.clear();
        if (after === undefined) run.isPurged = true;
        else for (const key of run.unreferred()) run.values.delete(key);
        return;
      default:
    }
  }
}
