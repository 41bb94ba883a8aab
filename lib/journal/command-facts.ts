/**
 * What a journal tells of the commands that have not ended: since when, which attempts have failed, when the next one comes.
 *
 * Fed entry by entry, from the first or from the midst. Not its job: to know which commands the code has withdrawn since,
 * which only a replay can tell.
 */
import type { Encoded } from '../core/encoded.ts';
import { isRecordedCommand, type CommandId, type JournalEntry, type RecordedCommand } from './event.ts';

/** A command without an end in the journal. */
export interface OpenCommand {
  readonly command: RecordedCommand;
  /** The time of the event that led to it. Undefined if the journal was not read from there. */
  readonly askedAtMs: number | undefined;
  /** Of a step: attempts that ended in an error. */
  failedAttempts: number;
  /** Of a step: attempts that a lost worker or the end of an invocation has cut off. */
  cutOffAttempts: number;
  /** Of a step: no attempt before this time; 0 if at once. */
  retryAtMs: number;
  /** Of a step: what the last attempt that failed has thrown. */
  lastError: Encoded | undefined;
  /** Of a step or a callback: its last heartbeat that is recorded. */
  lastHeartbeat: { readonly atMs: number; readonly details: Encoded } | undefined;
}

/** The number of the attempt that is made, or comes next, from 1: as `StepContext.attempt` has it. */
export function attemptOf({ failedAttempts, cutOffAttempts }: OpenCommand): number {
  return failedAttempts + cutOffAttempts + 1;
}

export class OpenCommands {
  readonly #open = new Map<CommandId, OpenCommand>();
  /** Steps: a run that is tried again may go on with them. */
  readonly #ended = new Map<CommandId, RecordedCommand>();
  #atMs: number | undefined;

  /** The time of the last event that was fed. */
  get atMs(): number | undefined {
    return this.#atMs;
  }

  /** In the order in which the code asked for them. */
  all(): OpenCommand[] {
    return [...this.#open.values()];
  }

  get(id: CommandId): OpenCommand | undefined {
    return this.#open.get(id);
  }

  feed(entry: JournalEntry): void {
    if (isRecordedCommand(entry)) {
      this.#open.set(entry.id, begun(entry, this.#atMs));
      return;
    }
    if (entry.kind === 'patched' || entry.kind === 'write') return;
    this.#atMs = entry.atMs;
    switch (entry.kind) {
      case 'step-completed':
      case 'step-failed':
      case 'sleep-completed':
      case 'callback-completed':
      case 'callback-failed':
        this.#end(entry.id);
        break;
      case 'retried':
      case 'forked':
        this.#tryAgain(entry.atMs);
        break;
      case 'signal-received':
        this.#endReceive(entry.name);
        break;
      case 'step-retrying':
        this.#change(entry.id, { failedAttempts: entry.attempt, retryAtMs: entry.retryAtMs, lastError: entry.error });
        break;
      case 'step-heartbeat':
      case 'callback-heartbeat':
        this.#change(entry.id, { lastHeartbeat: { atMs: entry.atMs, details: entry.details } });
        break;
      case 'step-interrupted':
        this.#cutOff(entry.id);
        break;
      case 'taken-over':
        this.#lose(entry.atMs, entry.begun);
        break;
      default:
        break;
    }
  }

  #end(id: CommandId): void {
    const open = this.#open.get(id);
    this.#open.delete(id);
    if (open?.command.kind === 'step') this.#ended.set(id, open.command);
  }

  /** Steps that had ended may go on; all have their attempts anew. */
  #tryAgain(atMs: number): void {
    for (const [id, { command, askedAtMs }] of this.#open) this.#open.set(id, begun(command, askedAtMs));
    for (const [id, command] of this.#ended) this.#open.set(id, begun(command, atMs));
    this.#ended.clear();
  }

  #change(id: CommandId, changes: Partial<Omit<OpenCommand, 'command' | 'askedAtMs'>>): void {
    const open = this.#open.get(id);
    if (open !== undefined) Object.assign(open, changes);
  }

  #cutOff(id: CommandId): void {
    const open = this.#open.get(id);
    if (open !== undefined) open.cutOffAttempts += 1;
  }

  /** As the scheduler counts it: an attempt that was still to come was not lost. */
  #lose(atMs: number, begun: readonly CommandId[] | undefined): void {
    for (const [id, open] of this.#open) {
      if (open.command.kind !== 'step' || open.retryAtMs > atMs) continue;
      if (begun === undefined || begun.includes(id)) open.cutOffAttempts += 1;
    }
  }

  /** The receive of that name that waits longest takes the signal. */
  #endReceive(name: string): void {
    for (const [id, { command }] of this.#open) {
      if (command.kind !== 'receive' || command.name !== name) continue;
      this.#open.delete(id);
      return;
    }
  }
}

function begun(command: RecordedCommand, askedAtMs: number | undefined): OpenCommand {
  return {
    command,
    askedAtMs,
    failedAttempts: 0,
    cutOffAttempts: 0,
    retryAtMs: 0,
    lastError: undefined,
    lastHeartbeat: undefined,
  };
}
