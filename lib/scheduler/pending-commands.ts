/**
 * The durable commands of a run: numbered as they are issued, pending until their event comes or they are withdrawn.
 *
 * Positions count from 1 and are never given twice: replay compares them (I8). A command is withdrawn by cancelling
 * its future; its position stays taken.
 */
import type { CallbackCommand, DurableCommand, StepCommand } from '../core/command.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { Future } from '../core/future.ts';
import { InvariantError } from '../core/invariant.ts';
import type { AddressedOperation, Operation, RecordedOperation } from '../core/operation.ts';
import type { Commands, CallbackTarget } from '../core/loop.ts';
import type { RunLimits } from '../core/run-limits.ts';
import { findContradiction, findMissingKey } from '../core/step-options.ts';
import type { StepDefaults } from '../core/step.ts';
import type { CommandId, RecordedCommand, StepRequested } from '../journal/event.ts';
import type { WriteRequested } from '../journal/stream-entries.ts';
import { CountLimit } from './count-limit.ts';
import type { CountedRandom } from './counted-random.ts';
import type { CallbackRecord, Pending } from './live-run.ts';
import type { RunClock } from './run-clock.ts';
import type { RunHost } from './run-host.ts';
import { type PendingReceives, SignalBuffer } from './signal-buffer.ts';
import type { IssuedEntries } from './stream-writes.ts';

export interface PendingCommandsOptions {
  readonly clock: RunClock;
  readonly random: CountedRandom;
  readonly host: RunHost;
  readonly stepDefaults: StepDefaults | undefined;
  readonly limits: RunLimits;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

type PendingOf<K extends Pending['kind']> = Extract<Pending, { kind: K }>;

/** A pending command and the future that its event ends. */
type Entry<P extends Pending> = P & { readonly future: Future<unknown> };

type BegunCommand =
  | {
      readonly kind: 'begun';
      readonly id: CommandId;
      readonly future: Future<unknown>;
      /** As the journal has it. */
      readonly recorded: Omit<CallbackRecord, 'hasSchema'> & { readonly hasSchema: boolean };
    }
  | { readonly kind: 'refused'; readonly future: Future<unknown> };

export class PendingCommands implements Commands, PendingReceives, IssuedEntries {
  readonly signals = new SignalBuffer(this);
  readonly #options: PendingCommandsOptions;
  /** Issued and neither ended nor withdrawn, in order of issue. */
  readonly #pending = new Map<CommandId, Entry<Pending>>();
  /** The pending sleeps that have an owner, by owner. */
  readonly #sleepsOfOwner = new Map<object, Set<CommandId>>();
  readonly #pendingLimit: CountLimit;
  readonly #issuedLimit: CountLimit;
  /** Issued since the last event, to be recorded; emptied by `takeIssued`. */
  #issued: (RecordedCommand | WriteRequested)[] = [];
  #withdrawals = 0;
  /** Positions are given by `begin` and never reused. */
  #lastId: CommandId = 0;

  constructor(options: PendingCommandsOptions) {
    this.#options = options;
    this.#pendingLimit = new CountLimit(options.limits.maxPendingCommands);
    this.#issuedLimit = new CountLimit(options.limits.maxPendingCommands);
  }

  get pending(): ReadonlyMap<CommandId, Pending> {
    return this.#pending;
  }

  /** How often something was withdrawn. */
  get withdrawals(): number {
    return this.#withdrawals;
  }

  /** The position that was given last; 0 if none was. */
  get lastId(): CommandId {
    return this.#lastId;
  }

  get lastIssued(): RecordedCommand | WriteRequested | undefined {
    return this.#issued.at(-1);
  }

  /** A write to a stream has no position, and nothing comes of it. */
  issueWrite(write: WriteRequested, mode: 'add' | 'replace-last'): void {
    if (mode === 'replace-last') this.#issued.pop();
    else if (!this.#issuedLimit.admits(this.#issued.length)) throw this.#tooMany({ kind: 'write', name: write.name });
    this.#issued.push(write);
  }

  /** The commands that were issued since the last call, and what was written, in order. */
  takeIssued(): (RecordedCommand | WriteRequested)[] {
    const issued = this.#issued;
    this.#issued = [];
    return issued;
  }

  /** Beyond the limit it is the future that fails: its awaiter gets the error, and no position is given. */
  begin(command: DurableCommand): Future<unknown> {
    const refused = this.#refuseIfTooMany(command) ?? this.#refuseIfContradictory(command);
    return refused ?? this.beginWithoutLimit(command);
  }

  /** For what is bounded by something else. */
  beginWithoutLimit(command: DurableCommand): Future<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const future = new CommandFuture(this, id);
    switch (command.kind) {
      case 'step':
        this.#beginStep(command, id, future);
        break;
      case 'sleep':
        this.#beginSleep(command, id, future);
        break;
      case 'receive':
        this.#beginReceive(command.name, id, future);
        break;
    }
    return future;
  }

  beginCallback(command: CallbackCommand, target: CallbackTarget): BegunCommand {
    const refused = this.#refuseIfTooMany(command);
    if (refused !== undefined) return { kind: 'refused', future: refused };
    const { host } = this.#options;
    this.#lastId += 1;
    const id = this.#lastId;
    const { name, expiresAtMs, hasSchema } = command;
    const publicUrl = host.publicUrl();
    const recorded: CallbackRecord = host.recordedCallback(id) ?? {
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
      ...(hasSchema ? { hasSchema } : {}),
      ...(publicUrl === undefined ? {} : { publicUrl }),
    };
    const future = new CommandFuture(this, id);
    this.#issue({ kind: 'callback', id, name, ...recorded });
    this.#pending.set(id, { kind: 'callback', id, name, target, future });
    return { kind: 'begun', id, future, recorded: { ...recorded, hasSchema: recorded.hasSchema === true } };
  }

  #refuseIfTooMany(command: DurableCommand | CallbackCommand): Future<unknown> | undefined {
    if (this.#pendingLimit.admits(this.#pending.size) && this.#issuedLimit.admits(this.#issued.length))
      return undefined;
    const refused = new Future<unknown>();
    refused.setException(this.#tooMany(command));
    return refused;
  }

  /** Each option may be good, and those of the workflow's `steps` with it are not. */
  #refuseIfContradictory(command: DurableCommand): Future<unknown> | undefined {
    const { stepDefaults } = this.#options;
    if (stepDefaults === undefined || command.kind !== 'step') return undefined;
    if (command.operation !== undefined || command.isTransaction === true) return undefined;
    const { name, options, undo, key } = command;
    const what = `step "${name}" with the steps of its workflow`;
    const error =
      findContradiction({ ...stepDefaults, ...options, undo }, what) ??
      findMissingKey(options.pool ?? stepDefaults.pool, key, what);
    if (error === undefined) return undefined;
    const refused = new Future<unknown>();
    refused.setException(error);
    return refused;
  }

  /** The command that an event is about; it stays pending. */
  find<K extends Pending['kind']>(kind: K, id: CommandId): PendingOf<K> {
    return this.#entry(kind, id);
  }

  /** The future of the command that an event ends: it is pending no more. */
  end(kind: Pending['kind'], id: CommandId): Future<unknown> {
    const { future } = this.#entry(kind, id);
    this.#forget(id);
    return future;
  }

  /** The commands that are pending, by what is done when they end. */
  byFuture(): Map<Future<unknown>, CommandId> {
    return new Map(Array.from(this.#pending.values(), ({ future, id }) => [future, id]));
  }

  isPending(id: CommandId): boolean {
    return this.#pending.has(id);
  }

  endReceive(id: CommandId): void {
    this.end('receive', id).setResult(undefined);
  }

  /**
   * The futures of a sleep and of those that end with it. Nested timeouts of one task that are up at the same moment
   * have to be up at once, as in asyncio: else the inner one would be taken for the reason.
   */
  endSleep(id: CommandId): Future<unknown>[] {
    const { command, dueAtMs } = this.find('sleep', id);
    const ids = command.owner === undefined ? [id] : this.#dueTogether(command.owner, dueAtMs);
    return ids.map((due) => this.end('sleep', due));
  }

  #dueTogether(owner: object, dueAtMs: number): CommandId[] {
    return [...(this.#sleepsOfOwner.get(owner) ?? [])].filter((id) => this.find('sleep', id).dueAtMs === dueAtMs);
  }

  /**
   * The run is tried again: each step has its attempts anew. Those up to `recordedUpTo` may have been running before.
   * Where another run was running them (`byOther`), this one has not tried them.
   */
  tryAgain(atMs: number, { recordedUpTo, byOther }: { recordedUpTo: CommandId; byOther: boolean }): void {
    for (const pending of this.#pending.values()) {
      if (pending.kind !== 'step') continue;
      const wasTried = !byOther && pending.id <= recordedUpTo;
      Object.assign(pending, { failedAttempts: 0, interruptions: 0, cutOffs: 0, retryAtMs: 0, requestedAtMs: atMs });
      pending.wasTried = wasTried;
    }
  }

  /** The run is over: withdraws all commands. */
  clear(): void {
    this.#withdrawals += 1;
    this.#pending.clear();
    this.#sleepsOfOwner.clear();
  }

  /** The code does not wait for the command any more. */
  withdraw(id: CommandId): void {
    this.#withdrawals += 1;
    this.#forget(id);
  }

  /** The command is pending no more. */
  #forget(id: CommandId): void {
    const entry = this.#pending.get(id);
    this.#pending.delete(id);
    if (entry?.kind !== 'sleep' || entry.command.owner === undefined) return;
    const sleeps = this.#sleepsOfOwner.get(entry.command.owner);
    sleeps?.delete(id);
    if (sleeps?.size === 0) this.#sleepsOfOwner.delete(entry.command.owner);
  }

  #tooMany({
    kind,
    name,
  }: Pick<DurableCommand | CallbackCommand | WriteRequested, 'kind' | 'name'>): WorkflowCodeError {
    const { maxPendingCommands } = this.#options.limits;
    return new WorkflowCodeError(
      'TOO_MANY_COMMANDS',
      `${kind} "${name}" was not begun: ${this.#pending.size} steps, timers and receives are pending, ` +
        `${this.#issued.length} were issued since the last event, and the limit of each is ${maxPendingCommands} ` +
        `(maxPendingCommands). Do less at once, as gather with a limit does, or give each part of the work a run of its own`,
    );
  }

  #entry<K extends Pending['kind']>(kind: K, id: CommandId): Entry<PendingOf<K>> {
    const entry = this.#pending.get(id);
    if (entry === undefined)
      throw new InvariantError(`an event came for command #${id}, a ${kind}, which is not pending`);
    if (entry.kind !== kind)
      throw new InvariantError(`an event of a ${kind} came for command #${id}, which is a ${entry.kind}`);
    return entry as Entry<PendingOf<K>>;
  }

  #issue(command: RecordedCommand): void {
    const draws = this.#options.random.takeDraws();
    this.#issued.push(draws === 0 ? command : { ...command, draws });
  }

  #beginStep(command: StepCommand, id: CommandId, future: Future<unknown>): void {
    const { stepDefaults, clock, host } = this.#options;
    const { name, key, args, operation: asked } = command;
    const operation = asked && withRunId(asked, () => host.newRunId(id));
    const completed = operation === undefined ? withDefaults(command, stepDefaults) : { ...command, operation };
    const recorded: Writable<StepRequested> = { kind: 'step', id, name };
    // What distinguishes it from others of its name: its key, else its arguments, else nothing.
    const digest = key === undefined && args !== undefined ? host.digestArguments(args) : undefined;
    if (key !== undefined) recorded.key = key;
    if (digest !== undefined) recorded.args = digest;
    if (operation !== undefined) recorded.operation = toRecorded(operation);
    if (completed.options.sensitive === true) recorded.sensitive = true;
    this.#issue(recorded);
    this.#pending.set(id, {
      kind: 'step',
      id,
      command: completed,
      requestedAtMs: clock.nowMs(),
      failedAttempts: 0,
      interruptions: 0,
      cutOffs: 0,
      wasTried: false,
      retryAtMs: 0,
      lastHeartbeat: undefined,
      future,
    });
  }

  #beginSleep(command: Extract<DurableCommand, { kind: 'sleep' }>, id: CommandId, future: Future<unknown>): void {
    const dueAtMs = this.#options.host.recordedDueAtMs(id) ?? command.dueAtMs;
    this.#issue({ kind: 'sleep', id, name: command.name, dueAtMs });
    this.#pending.set(id, { kind: 'sleep', id, command, dueAtMs, future });
    if (command.owner === undefined) return;
    const others = this.#sleepsOfOwner.get(command.owner);
    if (others === undefined) this.#sleepsOfOwner.set(command.owner, new Set([id]));
    else others.add(id);
  }

  #beginReceive(name: string, id: CommandId, future: Future<unknown>): void {
    this.#issue({ kind: 'receive', id, name });
    if (this.signals.count(name) > 0) {
      future.setResult(undefined);
      return;
    }
    this.#pending.set(id, { kind: 'receive', id, name, future });
    this.signals.wait(name, id);
  }
}

/** The defaults are for the bodies of the author's steps. */
function withDefaults(command: StepCommand, defaults: StepDefaults | undefined): StepCommand {
  if (defaults === undefined || command.isTransaction === true) return command;
  return { ...command, options: { ...defaults, ...command.options } };
}

function withRunId(operation: Operation, newRunId: () => string): AddressedOperation {
  return operation.kind === 'invoke' ? operation : { ...operation, runId: operation.runId ?? newRunId() };
}

function toRecorded(operation: AddressedOperation): RecordedOperation {
  if (operation.kind === 'invoke') return { kind: operation.kind, functionName: operation.functionName };
  const { kind, runId } = operation;
  const onParentClose = kind === 'start-child' ? operation.onParentClose : 'cancel';
  return onParentClose === 'cancel' ? { kind, runId } : { kind, runId, onParentClose };
}

/** Cancelling it withdraws its command. */
class CommandFuture extends Future<unknown> {
  readonly #commands: PendingCommands;
  readonly #id: CommandId;

  constructor(commands: PendingCommands, id: CommandId) {
    super();
    this.#commands = commands;
    this.#id = id;
  }

  override cancel(message = ''): boolean {
    const cancelled = super.cancel(message);
    if (cancelled) this.#commands.withdraw(this.#id);
    return cancelled;
  }
}
