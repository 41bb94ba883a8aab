/**
 * The sandboxes of one function: those that exist, and new ones when they are asked for. A sandbox that idles for long
 * ends, unless the function has provisioned ones.
 *
 * How many there may be, and which event gets one, is for `function.ts` to say.
 */
import { join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { FunctionEvent } from '../function-event.ts';
import { ProcessReaper } from '../net/process-reaper.ts';
import type { FunctionResource } from '../resources.ts';
import { processEnvironment, sandboxEnvironment } from './environment.ts';
import { findRic } from './find-ric.ts';
import { Sandbox } from './sandbox.ts';
import { createTaskFolder, type TaskFolder } from './task-folder.ts';

/** Lambda does not say how long; it is some minutes. */
const IDLE_MS = 10 * 60_000;

export interface SandboxesOptions {
  readonly region: string;
  readonly environment: () => Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** For the end of idle sandboxes: a clock whose timers may be leapt over. Default: the same. */
  readonly idleClock?: Clock;
  readonly report: (event: FunctionEvent) => void;
}

/** What all sandboxes of the function share. A folder is made for isolated ones. */
interface SandboxBase {
  readonly folder?: TaskFolder;
  readonly reaper: ProcessReaper;
}

export class Sandboxes {
  readonly #options: SandboxesOptions;
  /** Oldest use first. */
  readonly #all = new Set<Sandbox>();
  /** How many invocations have each sandbox: since it was started or taken, until it is released. */
  readonly #taken = new Map<Sandbox, number>();
  /** Those that take no further invocations, and end with their last one. */
  readonly #retiring = new Set<Sandbox>();
  readonly #idleTimers = new Map<Sandbox, () => void>();
  #base: Promise<SandboxBase> | undefined;

  constructor(options: SandboxesOptions) {
    this.#options = options;
  }

  /** Those that were not told to end, and may take invocations. */
  list(): { readonly sandbox: Sandbox; readonly isBusy: boolean }[] {
    const living = [...this.#all].filter((sandbox) => !sandbox.isEnding() && !this.#retiring.has(sandbox));
    return living.map((sandbox) => ({ sandbox, isBusy: this.#taken.has(sandbox) }));
  }

  /** The sandbox with the fewest invocations; of equal ones the one that was used last. */
  takeFree(version: string, eventsAtATime: number): Sandbox | undefined {
    let best: Sandbox | undefined;
    for (const { sandbox } of this.list()) {
      const taken = this.#taken.get(sandbox) ?? 0;
      if (sandbox.version !== version || !sandbox.isReady() || taken >= eventsAtATime) continue;
      if (!best || taken <= (this.#taken.get(best) ?? 0)) best = sandbox;
    }
    if (best) this.#take(best);
    return best;
  }

  /** How many invocations could begin in sandboxes that are ready. */
  freeInvocations(eventsAtATime: number): number {
    return this.list()
      .filter(({ sandbox }) => sandbox.isReady())
      .reduce((sum, { sandbox }) => sum + eventsAtATime - (this.#taken.get(sandbox) ?? 0), 0);
  }

  /** The process has started; its code is not loaded yet. The sandbox is taken. */
  async start(made: FunctionResource, version: string, initTimeoutMs: number): Promise<Sandbox> {
    this.#base ??= this.#prepare(made);
    const { folder, reaper } = await this.#base;
    const { clock, report } = this.#options;
    const sandbox = await Sandbox.start({
      ...this.#commandOf(made, version, folder),
      ...{ version, function: made, initTimeoutMs, clock, report },
    });
    if (sandbox.pid !== 0) reaper.add(sandbox.pid);
    this.#all.add(sandbox);
    this.#take(sandbox);
    void sandbox.ended.then(() => {
      this.#cancelIdle(sandbox);
      for (const sandboxes of [this.#all, this.#taken, this.#retiring]) sandboxes.delete(sandbox);
      reaper.delete(sandbox.pid);
    });
    return sandbox;
  }

  /** An invocation is over. The sandbox ends after a while, unless it is taken before. */
  release(sandbox: Sandbox, mayEnd: boolean): void {
    const taken = (this.#taken.get(sandbox) ?? 1) - 1;
    if (taken > 0) this.#taken.set(sandbox, taken);
    else this.#taken.delete(sandbox);
    if (this.#retiring.has(sandbox) && taken <= 0) sandbox.kill('idle');
    if (!this.#all.delete(sandbox)) return;
    this.#all.add(sandbox);
    if (!mayEnd) return;
    const clock = this.#options.idleClock ?? this.#options.clock;
    this.#idleTimers.set(
      sandbox,
      clock.callAt(clock.nowMs() + IDLE_MS, () => sandbox.kill('idle')),
    );
  }

  /** It ends when its invocations are over. */
  retire(sandbox: Sandbox): void {
    this.#retiring.add(sandbox);
    if (!this.#taken.has(sandbox)) sandbox.kill('idle');
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
    const base = await this.#base?.catch(() => undefined);
    await base?.reaper.end();
  }

  #take(sandbox: Sandbox): void {
    this.#cancelIdle(sandbox);
    this.#taken.set(sandbox, (this.#taken.get(sandbox) ?? 0) + 1);
  }

  #idle(): Sandbox[] {
    return this.list().flatMap(({ sandbox, isBusy }) => (isBusy ? [] : [sandbox]));
  }

  async #prepare(made: FunctionResource): Promise<SandboxBase> {
    if (made.isolation === 'process') return { reaper: new ProcessReaper() };
    const folder = await createTaskFolder(made.codePath);
    return { folder, reaper: new ProcessReaper(folder.root) };
  }

  #commandOf(
    made: FunctionResource,
    version: string,
    folder: TaskFolder | undefined,
  ): { readonly parameters: string[]; readonly cwd: string; readonly environment: Record<string, string> } {
    const { environment, region, clock } = this.#options;
    const extra = environment();
    if (!folder) {
      const parameters = ['--enable-source-maps', join(made.codePath, 'index.mjs')];
      return { parameters, cwd: process.cwd(), environment: processEnvironment({ function: made, region, extra }) };
    }
    return {
      parameters: [...memoryParameters(made.memoryMb), '--require', folder.bootstrapFile, findRic()],
      cwd: folder.task,
      environment: sandboxEnvironment({ function: made, version, region, clock, folder, extra }),
    };
  }

  #cancelIdle(sandbox: Sandbox): void {
    this.#idleTimers.get(sandbox)?.();
    this.#idleTimers.delete(sandbox);
  }
}

/** Node's options for its memory, as Lambda's own runtime sets them. */
function memoryParameters(memoryMb: number): string[] {
  const newSpaceMb = Math.floor(memoryMb / 10);
  const semiSpaceMb = Math.floor(newSpaceMb / 2);
  return ['--expose-gc', `--max-semi-space-size=${semiSpaceMb}`, `--max-old-space-size=${memoryMb - newSpaceMb}`];
}
