/**
 * The durable commands of a run: numbered as they are asked for, pending until their event comes or they are withdrawn.
 *
 * Positions count from 1 and are never given twice: replay compares them (I8). A command is withdrawn by cancelling
 * its future; its position stays taken.
 */
import type { DurableCommand, StepCommand } from '../core/command.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { Future } from '../core/future.ts';
import { invariant } from '../core/invariant.ts';
import type { RunLimits } from '../core/run-limits.ts';
import type { StepDefaults } from '../core/step.ts';
import type { CommandId, RecordedCommand } from '../journal/event.ts';
import { CountLimit } from './count-limit.ts';
import type { Pending } from './live-run.ts';
import type { SignalBuffer } from './signal-buffer.ts';

export interface PendingCommandsOptions {
  readonly nowMs: () => number;
  readonly signals: SignalBuffer;
  readonly stepDefaults: StepDefaults | undefined;
  readonly limits: RunLimits;
  recordedDueAtMs(id: CommandId): number | undefined;
  digestArguments(args: readonly unknown[]): string | undefined;
  /** How many random numbers were drawn since it was asked last. */
  takeDraws(): number;
}

type PendingOf<K extends Pending['kind']> = Extract<Pending, { kind: K }>;

/** A pending command and the future of whoever waits for it. */
type Entry<P extends Pending> = P & { readonly future: Future<unknown> };

export class PendingCommands {
  readonly #options: PendingCommandsOptions;
  readonly #pending = new Map<CommandId, Entry<Pending>>();
  /** The sleeps that are pending, of those that have an owner. */
  readonly #ofOwner = new WeakMap<object, Set<CommandId>>();
  readonly #pendingLimit: CountLimit;
  readonly #askedLimit: CountLimit;
  #asked: RecordedCommand[] = [];
  #lastId: CommandId = 0;

  constructor(options: PendingCommandsOptions) {
    this.#options = options;
    this.#pendingLimit = new CountLimit(options.limits.maxPendingCommands);
    this.#askedLimit = new CountLimit(options.limits.maxPendingCommands);
  }

  get pending(): ReadonlyMap<CommandId, Pending> {
    return this.#pending;
  }

  /** What was asked for since the last time, in order. */
  takeIssued(): RecordedCommand[] {
    const asked = this.#asked;
    this.#asked = [];
    return asked;
  }

  /** Beyond the limit it is the future that fails: its awaiter gets the error, and no position is given. */
  begin(command: DurableCommand): Future<unknown> {
    if (!this.#pendingLimit.admits(this.#pending.size) || !this.#askedLimit.admits(this.#asked.length)) {
      const refused = new Future<unknown>();
      refused.setException(this.#tooMany(command));
      return refused;
    }
    this.#lastId += 1;
    const id = this.#lastId;
    const future = new CommandFuture(() => this.#remove(id));
    switch (command.kind) {
      case 'step':
        this.#beginStep(command, this.#lastId, future);
        break;
      case 'sleep':
        this.#beginSleep(command, this.#lastId, future);
        break;
      case 'receive':
        this.#beginReceive(command.name, this.#lastId, future);
        break;
    }
    return future;
  }

  /** The command that an event is about; it stays pending. */
  find<K extends Pending['kind']>(kind: K, id: CommandId): PendingOf<K> {
    return this.#entry(kind, id);
  }

  /** The future of the command that an event ends: it is pending no more. */
  end(kind: Pending['kind'], id: CommandId): Future<unknown> {
    const { future } = this.#entry(kind, id);
    this.#remove(id);
    return future;
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
    return [...(this.#ofOwner.get(owner) ?? [])].filter((id) => this.find('sleep', id).dueAtMs === dueAtMs);
  }

  /** All that is still pending is withdrawn: the run is over. */
  clear(): void {
    this.#pending.clear();
  }

  #remove(id: CommandId): void {
    const entry = this.#pending.get(id);
    this.#pending.delete(id);
    if (entry?.kind === 'sleep' && entry.command.owner !== undefined)
      this.#ofOwner.get(entry.command.owner)?.delete(id);
  }

  #tooMany({ kind, name }: DurableCommand): WorkflowCodeError {
    const { maxPendingCommands } = this.#options.limits;
    return new WorkflowCodeError(
      'TOO_MANY_COMMANDS',
      `${kind} "${name}" was not begun: ${this.#pending.size} steps, timers and receives are pending, ` +
        `${this.#asked.length} were asked for since the last event, and the limit of each is ${maxPendingCommands} ` +
        `(maxPendingCommands). Do less at once, as gather with a limit does, or give each part of the work a run of its own`,
    );
  }

  #entry<K extends Pending['kind']>(kind: K, id: CommandId): Entry<PendingOf<K>> {
    const entry = this.#pending.get(id);
    invariant(entry !== undefined, `an event came for command #${id}, a ${kind}, which is not pending`);
    invariant(entry.kind === kind, `an event of a ${kind} came for command #${id}, which is a ${entry.kind}`);
    return entry as Entry<PendingOf<K>>;
  }

  #ask(command: RecordedCommand): void {
    const draws = this.#options.takeDraws();
    this.#asked.push(draws === 0 ? command : { ...command, draws });
  }

  /** What tells a step from others of its name: its key, else its arguments, else nothing. */
  #identityOf({ key, args }: StepCommand): { key?: string; args?: string } {
    if (key !== undefined) return { key };
    const digest = args === undefined ? undefined : this.#options.digestArguments(args);
    return digest === undefined ? {} : { args: digest };
  }

  #beginStep(command: StepCommand, id: CommandId, future: Future<unknown>): void {
    const { stepDefaults, nowMs } = this.#options;
    this.#ask({ kind: 'step', id, name: command.name, ...this.#identityOf(command) });
    this.#pending.set(id, {
      kind: 'step',
      id,
      command: stepDefaults === undefined ? command : { ...command, options: { ...stepDefaults, ...command.options } },
      requestedAtMs: nowMs(),
      failedAttempts: 0,
      interruptions: 0,
      cutOffs: 0,
      retryAtMs: 0,
      lastHeartbeat: undefined,
      future,
    });
  }

  #beginSleep(command: Extract<DurableCommand, { kind: 'sleep' }>, id: CommandId, future: Future<unknown>): void {
    const dueAtMs = this.#options.recordedDueAtMs(id) ?? command.dueAtMs;
    this.#ask({ kind: 'sleep', id, name: command.name, dueAtMs });
    this.#pending.set(id, { kind: 'sleep', id, command, dueAtMs, future });
    if (command.owner === undefined) return;
    const others = this.#ofOwner.get(command.owner);
    if (others === undefined) this.#ofOwner.set(command.owner, new Set([id]));
    else others.add(id);
  }

  #beginReceive(name: string, id: CommandId, future: Future<unknown>): void {
    const { signals } = this.#options;
    this.#ask({ kind: 'receive', id, name });
    if (signals.count(name) > 0) {
      future.setResult(undefined);
      return;
    }
    this.#pending.set(id, { kind: 'receive', id, name, future });
    signals.wait(name, {
      future,
      wake: () => this.end('receive', id).setResult(undefined),
    });
  }
}

/** Cancelling it withdraws its command. */
class CommandFuture extends Future<unknown> {
  readonly #withdraw: () => void;

  constructor(withdraw: () => void) {
    super();
    this.#withdraw = withdraw;
  }

  override cancel(message = ''): boolean {
    const cancelled = super.cancel(message);
    if (cancelled) this.#withdraw();
    return cancelled;
  }
}
