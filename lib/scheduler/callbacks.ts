/**
 * The callbacks of a run: their commands, and what came for them, also before the run asked.
 *
 * A token can be out before its command is recorded (it was logged, and the worker died): what comes then is kept until
 * the code asks for that callback. What comes for one that is done, or that the code has left, changes nothing.
 */
import type { CallbackCommand } from '../core/command.ts';
import type { BegunCallback, Callbacks as LoopCallbacks, CallbackTarget } from '../core/loop.ts';
import type { CommandId } from '../journal/event.ts';
import type { PendingCommands } from './pending-commands.ts';
import type { RunHost } from './run-host.ts';

export type CallbackEnd =
  { readonly kind: 'completed'; readonly value: unknown } | { readonly kind: 'failed'; readonly error: unknown };

/** What is known of a callback for which the code has not asked yet. */
interface Early {
  readonly name: string;
  end?: CallbackEnd;
  heartbeat?: { readonly details: unknown };
}

export class Callbacks implements LoopCallbacks {
  readonly #commands: PendingCommands;
  readonly #host: RunHost;
  readonly #early = new Map<CommandId, Early>();

  constructor(commands: PendingCommands, host: RunHost) {
    this.#commands = commands;
    this.#host = host;
  }

  begin(command: CallbackCommand, target: CallbackTarget): BegunCallback {
    const begun = this.#commands.beginCallback(command, target);
    if (begun.kind === 'refused') return { kind: 'refused', future: begun.future };
    const { id, future, recorded } = begun;
    this.#takeEarly(id, command.name, target);
    const { name } = command;
    const { expiresAtMs, hasSchema } = recorded;
    const token = this.#host.callbackToken({ id, name, expiresAtMs, hasSchema });
    return { kind: 'begun', future, token, publicUrl: recorded.publicUrl };
  }

  end(id: CommandId, name: string, end: CallbackEnd): void {
    const pending = this.#commands.pending.get(id);
    if (pending?.kind === 'callback' && pending.name === name) settle(this.#commands, id, end);
    else if (id > this.#commands.lastId) this.#earlyOf(id, name).end ??= end;
  }

  heartbeat(id: CommandId, name: string, details: unknown): void {
    const pending = this.#commands.pending.get(id);
    if (pending?.kind === 'callback' && pending.name === name) pending.target.heartbeat(details);
    else if (id > this.#commands.lastId) this.#earlyOf(id, name).heartbeat = { details };
  }

  #earlyOf(id: CommandId, name: string): Early {
    const there = this.#early.get(id);
    if (there?.name === name) return there;
    const early = { name };
    this.#early.set(id, early);
    return early;
  }

  #takeEarly(id: CommandId, name: string, target: CallbackTarget): void {
    const early = this.#early.get(id);
    this.#early.delete(id);
    if (early?.name !== name) return;
    if (early.heartbeat !== undefined) target.heartbeat(early.heartbeat.details);
    if (early.end !== undefined) settle(this.#commands, id, early.end);
  }
}

function settle(commands: PendingCommands, id: CommandId, end: CallbackEnd): void {
  const future = commands.end('callback', id);
  if (end.kind === 'completed') future.setResult(end.value);
  else future.setException(end.error as Error);
}
