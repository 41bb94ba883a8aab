/**
 * The functions through which a run uses its host: the log, the codec, and what only the driver of a replay knows.
 *
 * All functions of the host that the scheduler keeps are behind this object. Everything else that it keeps is data, but
 * for the author's own code. So a run can be stored, and restored with another host.
 */
import type { Coroutine } from '../core/awaitable.ts';
import type { Encoded } from '../core/encoded.ts';
import type { RunLog, Values } from '../core/loop.ts';
import type { LogLevel } from '../core/logger.ts';
import type { CommandId } from '../journal/event.ts';
import { invariant } from '../core/invariant.ts';
import type { CallbackHost, CallbackRecord, LackOfCallSites, LiveRunOptions } from './live-run.ts';

export class RunHost implements RunLog, Values {
  readonly #options: LiveRunOptions;
  /** Whether the run remembers where its code made what it has not awaited. */
  readonly keepsCallSites: boolean;
  #lacksCallSites = false;
  #linesWritten = 0;

  constructor(options: LiveRunOptions) {
    this.#options = options;
    this.keepsCallSites = options.keepsCallSites ?? true;
  }

  /** Makes the coroutine of the workflow's body. */
  body(): Coroutine<unknown> {
    const { body } = this.#options; // so that the author's code is not called with the options as `this`
    return body();
  }

  write(level: LogLevel, values: readonly unknown[]): void {
    if (this.#lacksCallSites) return;
    this.#linesWritten += 1;
    this.#options.log(level, values);
  }

  /** A message is about to say where something was made. Without its place, nothing of what follows is to be seen. */
  needCallSites(): void {
    this.#lacksCallSites = !this.keepsCallSites;
  }

  beginDelivery(): void {
    if (!this.#lacksCallSites) this.#linesWritten = 0;
  }

  lackOfCallSites(): LackOfCallSites | undefined {
    return this.#lacksCallSites ? { linesWritten: this.#linesWritten } : undefined;
  }

  decode(encoded: Encoded): unknown {
    return this.#options.decode(encoded);
  }

  nextInput(input: unknown): Encoded {
    const { nextInput } = this.#options;
    invariant(nextInput !== undefined, 'this host has no next link');
    return nextInput(input);
  }

  encode(value: unknown, what: string): Encoded {
    return this.#options.encode(value, what);
  }

  encodeToKeep(value: unknown, what: string): Encoded {
    const { encodeToKeep } = this.#options;
    invariant(encodeToKeep !== undefined, 'this host keeps nothing');
    return encodeToKeep(value, what);
  }

  encodeError(thrown: unknown, what: string): Encoded {
    return this.#options.encodeError(thrown, what);
  }

  /** The id of a run that the step of that position starts, where the code gave none. */
  newRunId(id: CommandId): string {
    return this.#options.newRunId(id);
  }

  digestArguments(args: readonly unknown[]): string | undefined {
    return this.#options.digestArguments(args);
  }

  checkResult(value: unknown): void {
    this.#options.checkResult?.(value);
  }

  recordedDueAtMs(id: CommandId): number | undefined {
    return this.#options.recordedDueAtMs(id);
  }

  /** Whether the journal has that patch. */
  isRecordedPatch(patch: string): boolean {
    return this.#options.recordedPatches?.has(patch) ?? false;
  }

  callbackToken(claims: Parameters<CallbackHost['token']>[0]): string {
    return this.#callbacks().token(claims);
  }

  recordedCallback(id: CommandId): CallbackRecord | undefined {
    return this.#callbacks().recorded(id);
  }

  publicUrl(): string | undefined {
    return this.#callbacks().publicUrl;
  }

  #callbacks(): CallbackHost {
    const { callbacks } = this.#options;
    invariant(callbacks !== undefined, 'this host has no callbacks');
    return callbacks;
  }

  isReplaying(): boolean {
    return this.#options.isReplaying?.() ?? false;
  }
}
