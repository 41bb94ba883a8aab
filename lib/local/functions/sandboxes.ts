/**
 * The sandboxes of one function: those that are there, a new one when it is needed, none that idles for long.
 *
 * How many there may be, and who gets one, is for `lambda.ts` to say.
 */
import type { Clock } from '../../ports/clock.ts';
import type { FunctionResource } from '../resources.ts';
import { ProcessReaper } from '../net/process-reaper.ts';
import type { FunctionEvent } from '../function-event.ts';
import { Sandbox } from './sandbox.ts';
import { sandboxEnvironment } from './environment.ts';
import { createTaskFolder, type TaskFolder } from './task-folder.ts';

/** Lambda does not say how long; it is some minutes. */
const IDLE_MS = 10 * 60_000;

export interface SandboxesOptions {
  readonly function: FunctionResource;
  readonly region: string;
  /** The file of aws-lambda-ric. */
  readonly runtimeClient: string;
  readonly environment: () => Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** For the end of what idles: one whose timers may be leapt over. Default: the same. */
  readonly idleClock?: Clock;
  readonly report: (event: FunctionEvent) => void;
}

/** What they all are made from. */
interface Ground {
  readonly folder: TaskFolder;
  readonly keeper: ProcessReaper;
}

export class Sandboxes {
  readonly #options: SandboxesOptions;
  /** Oldest use first. */
  readonly #all = new Set<Sandbox>();
  /** Those that somebody has: since they were started or taken, until they are released. */
  readonly #taken = new Set<Sandbox>();
  readonly #idleTimers = new Map<Sandbox, () => void>();
  #ground: Promise<Ground> | undefined;

  constructor(options: SandboxesOptions) {
    this.#options = options;
  }

  /** Those that were not told to end. */
  list(): { readonly sandbox: Sandbox; readonly isBusy: boolean }[] {
    const living = [...this.#all].filter((sandbox) => !sandbox.isEnding());
    return living.map((sandbox) => ({ sandbox, isBusy: this.#taken.has(sandbox) }));
  }

  /** The one that was used last. */
  takeIdle(version: string): Sandbox | undefined {
    const sandbox = this.#idle().findLast((each) => each.version === version && each.isReady());
    if (!sandbox) return undefined;
    this.#cancelIdle(sandbox);
    this.#taken.add(sandbox);
    return sandbox;
  }

  /** The process has started; its code is not loaded yet. It is taken. */
  async start(version: string, initTimeoutMs: number): Promise<Sandbox> {
    this.#ground ??= this.#prepare();
    const { folder, keeper } = await this.#ground;
    const { runtimeClient, clock, report } = this.#options;
    const { memoryMb, timeoutMs } = this.#options.function;
    const sandbox = await Sandbox.start({
      version,
      parameters: [...memoryParameters(memoryMb), '--require', folder.bootstrapFile, runtimeClient],
      cwd: folder.task,
      environment: sandboxEnvironment({ ...this.#options, version, folder, extra: this.#options.environment() }),
      memoryMb,
      timeoutMs,
      initTimeoutMs,
      clock,
      report,
    });
    if (sandbox.pid !== 0) keeper.add(sandbox.pid);
    this.#all.add(sandbox);
    this.#taken.add(sandbox);
    void sandbox.ended.then(() => {
      this.#cancelIdle(sandbox);
      this.#all.delete(sandbox);
      this.#taken.delete(sandbox);
      keeper.delete(sandbox.pid);
    });
    return sandbox;
  }

  /** It is not used any more: it ends after a while, unless it is taken before. */
  release(sandbox: Sandbox): void {
    this.#taken.delete(sandbox);
    if (!this.#all.delete(sandbox)) return;
    this.#all.add(sandbox);
    const clock = this.#options.idleClock ?? this.#options.clock;
    this.#idleTimers.set(
      sandbox,
      clock.callAt(clock.nowMs() + IDLE_MS, () => sandbox.kill('idle')),
    );
  }

  killOldestIdle(): void {
    this.#idle()[0]?.kill('idle');
  }

  killIdle(): void {
    for (const sandbox of this.#idle()) sandbox.kill('stopped');
  }

  killAll(): void {
    for (const sandbox of this.#all) sandbox.kill('stopped');
  }

  /** When all were killed: deletes what they were made from. */
  async end(): Promise<void> {
    await Promise.all([...this.#all].map((sandbox) => sandbox.ended));
    const ground = await this.#ground?.catch(() => undefined);
    await ground?.keeper.end();
  }

  #idle(): Sandbox[] {
    return this.list().flatMap(({ sandbox, isBusy }) => (isBusy ? [] : [sandbox]));
  }

  async #prepare(): Promise<Ground> {
    const folder = await createTaskFolder(this.#options.function.codePath);
    return { folder, keeper: new ProcessReaper(folder.root) };
  }

  #cancelIdle(sandbox: Sandbox): void {
    this.#idleTimers.get(sandbox)?.();
    this.#idleTimers.delete(sandbox);
  }
}

/** What node is told about its memory, as Lambda's own runtime tells it. */
function memoryParameters(memoryMb: number): string[] {
  const newSpaceMb = Math.floor(memoryMb / 10);
  const semiSpaceMb = Math.floor(newSpaceMb / 2);
  return ['--expose-gc', `--max-semi-space-size=${semiSpaceMb}`, `--max-old-space-size=${memoryMb - newSpaceMb}`];
}
