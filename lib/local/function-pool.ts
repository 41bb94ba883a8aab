/**
 * The processes of one function: so many of them, a dead one replaced, all of them exchanged when there is new code.
 *
 * An event is given to one process once. What happens to an event whose process died is for the caller to say.
 */
import type { FunctionName } from './host-protocol.ts';
import type { CloudEvent, ExportedWorkflow } from './cloud-event.ts';
import { FunctionProcess } from './function-process.ts';
import { InvocationError } from './invocation-error.ts';

const RESTART_DELAY_MS = 1000;

export interface FunctionPoolOptions {
  readonly name: FunctionName;
  readonly processes: number;
  /** Events that one process works on at a time: 1, as in Lambda, unless they mostly wait. */
  readonly eventsPerProcess: number;
  readonly timeoutMs: number;
  readonly report: (notice: CloudEvent) => void;
}

/** What a process of the function is made from. */
export interface Deployment {
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export class FunctionPool {
  readonly #options: FunctionPoolOptions;
  /** Those of the newest code, and those that still have something to end. */
  readonly #processes = new Set<FunctionProcess>();
  readonly #waiting: (() => void)[] = [];
  #deployment: Deployment | undefined;
  #listener: () => void = () => undefined;
  #stopped = false;

  constructor(options: FunctionPoolOptions) {
    this.#options = options;
  }

  /**
   * Exchanges the code: new processes for new events, while the old ones end what they have begun. Gives the
   * workflows in it. If it cannot be loaded this rejects with an InvocationError, and the code before stays.
   */
  async deploy(deployment: Deployment): Promise<readonly ExportedWorkflow[]> {
    this.#checkNotStopped();
    const first = this.#start(deployment);
    const workflows = await first.loaded.catch((error: unknown) => {
      this.#checkNotStopped();
      this.#processes.delete(first);
      first.kill();
      throw error;
    });
    this.#checkNotStopped();
    for (const process of this.#processes) if (process !== first) process.retire();
    this.#deployment = deployment;
    for (let count = 1; count < this.#options.processes; count += 1) this.#start(deployment);
    return workflows;
  }

  /** Events that could begin now. */
  free(): number {
    let free = 0;
    for (const process of this.#processes) {
      if (process.isReady()) free += this.#options.eventsPerProcess - process.activeEvents();
    }
    return Math.max(0, free - this.#waiting.length);
  }

  /** Calls the one listener whenever an event could begin. It may be called in vain. */
  onFree(listener: () => void): void {
    this.#listener = listener;
  }

  /** Waits for its turn. Rejects with an InvocationError. */
  async invoke(event: unknown): Promise<unknown> {
    let process = this.#leastBusy();
    while (!process) {
      this.#checkNotStopped();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      process = this.#leastBusy();
    }
    try {
      return await process.invoke(event, this.#options.timeoutMs);
    } catch (error) {
      this.#reportFailure(error as InvocationError);
      throw error;
    } finally {
      this.#announceFree();
    }
  }

  /** Those that take events, oldest first. */
  processes(): { readonly pid: number; readonly busy: boolean }[] {
    return [...this.#processes]
      .filter((process) => process.isReady())
      .map((process) => ({ pid: process.pid, busy: process.activeEvents() > 0 }));
  }

  /** SIGKILL for that process; false if there is none. */
  kill(pid: number): boolean {
    for (const process of this.#processes) {
      if (process.pid !== pid) continue;
      process.kill();
      return true;
    }
    return false;
  }

  /** Lets the processes end what they do, for `graceMs` at most. Those who wait for their turn are turned away. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    for (const wake of this.#waiting.splice(0)) wake();
    const processes = [...this.#processes];
    for (const process of processes) process.retire();
    const timer = setTimeout(() => processes.forEach((process) => process.kill('stopped')), graceMs);
    await Promise.all(processes.map((process) => process.ended));
    clearTimeout(timer);
  }

  /** After a stop there are no processes but those that `stop` waits for. */
  #checkNotStopped(): void {
    if (this.#stopped) throw new InvocationError('stopped', 'the local cloud was stopped');
  }

  #start(deployment: Deployment): FunctionProcess {
    const { name, report } = this.#options;
    const process: FunctionProcess = new FunctionProcess({
      name,
      file: deployment.file,
      env: deployment.env,
      onOutput: (line, pid) => report({ kind: 'output', function: name, pid, line }),
      onEnd: (how) => this.#bury(process, deployment, how),
    });
    this.#processes.add(process);
    process.loaded.then(
      () => this.#announceFree(),
      () => process.kill(),
    );
    return process;
  }

  /** A process ended. One that was not meant to is replaced, at once if it had worked before. */
  #bury(process: FunctionProcess, deployment: Deployment, how: string): void {
    const wasMine = this.#processes.delete(process);
    if (!wasMine || process.isRetiring() || this.#stopped) return;
    const { name, report } = this.#options;
    report({ kind: 'process-ended', function: name, pid: process.pid, how });
    const restart = (): void => {
      if (!this.#stopped && this.#deployment === deployment) this.#start(deployment);
    };
    process.loaded.then(restart, () => setTimeout(restart, RESTART_DELAY_MS).unref());
  }

  /** That a process ended is told once, however many events it had. */
  #reportFailure({ failure, message }: InvocationError): void {
    if (failure === 'died' || failure === 'timed-out' || failure === 'stopped') return;
    const { name, report } = this.#options;
    report({ kind: 'invocation-failed', function: name, reason: message });
  }

  #leastBusy(): FunctionProcess | undefined {
    let best: FunctionProcess | undefined;
    for (const process of this.#processes) {
      if (!process.isReady() || process.activeEvents() >= this.#options.eventsPerProcess) continue;
      if (!best || process.activeEvents() < best.activeEvents()) best = process;
    }
    return best;
  }

  /** Those who waited come first; who finds no place waits again. */
  #announceFree(): void {
    for (const wake of this.#waiting.splice(0)) wake();
    queueMicrotask(this.#listener);
  }
}
