/**
 * The process of a sandbox: frozen and killed together with all that it started, its lines read, its memory watched.
 *
 * What it is asked to do, and what it means that it ended, is for `sandbox.ts` to say.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { readProcessMemory } from './process-memory.ts';
import type { ProcessEnd } from './sandbox-error.ts';

const MEMORY_LOOK_MS = 50;
/** How long the last lines of a process that ended are waited for. */
const LAST_LINES_MS = 200;

export interface SandboxProcessOptions {
  /** For node. */
  readonly parameters: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Undefined: it may hold as much as it likes. */
  readonly memoryMb: number | undefined;
  onLine(stream: 'stdout' | 'stderr', line: string): void;
  /** It holds more than it may. It is watched only while it is not frozen. */
  onMemoryExceeded(): void;
}

export class SandboxProcess {
  /** The id of its process group too. 0 if it could not be started. */
  readonly pid: number;
  /** When its last lines are read. */
  readonly ended: Promise<ProcessEnd>;
  readonly #options: SandboxProcessOptions;
  readonly #child: ChildProcess;
  #isFrozen = false;
  #hasEnded = false;
  #peakMb: number | undefined;
  #memoryLooks: NodeJS.Timeout | undefined;

  constructor(options: SandboxProcessOptions) {
    this.#options = options;
    this.#child = spawn(process.execPath, options.parameters, {
      cwd: options.cwd,
      env: { ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a process group of its own; and Ctrl-C in a terminal does not reach it
    });
    this.pid = this.#child.pid ?? 0;
    this.#readLines('stdout');
    this.#readLines('stderr');
    this.#watchMemory();
    this.ended = this.#awaitEnd();
  }

  isFrozen(): boolean {
    return this.#isFrozen && !this.#hasEnded;
  }

  /** Everything in it stands still: the function's timers, and the processes that it started. */
  freeze(): void {
    this.#isFrozen = true;
    this.#lookAtMemory();
    clearInterval(this.#memoryLooks);
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#isFrozen = false;
    this.#signal('SIGCONT');
    this.#watchMemory();
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  /** The most that it was ever seen to hold; undefined where the system does not tell. */
  peakMb(): number | undefined {
    this.#lookAtMemory();
    return this.#peakMb;
  }

  async #awaitEnd(): Promise<ProcessEnd> {
    const closed = once(this.#child, 'close');
    const end = await new Promise<ProcessEnd>((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
      this.#child.on('error', (error) => {
        if (this.pid !== 0) return; // its exit is what counts
        this.#options.onLine('stderr', `the process could not be started: ${error.message}`);
        resolve({ code: 127, signal: null });
      });
    });
    this.#hasEnded = true;
    clearInterval(this.#memoryLooks);
    this.kill(); // what it started goes too
    await Promise.race([closed, setTimeout(LAST_LINES_MS, undefined, { ref: false })]);
    return end;
  }

  #readLines(stream: 'stdout' | 'stderr'): void {
    const input = this.#child[stream];
    if (!input) return;
    createInterface({ input, crlfDelay: Infinity }).on('line', (line) => this.#options.onLine(stream, line));
  }

  #watchMemory(): void {
    const { memoryMb } = this.#options;
    clearInterval(this.#memoryLooks);
    if (memoryMb === undefined) return;
    this.#memoryLooks = setInterval(() => {
      const residentMb = this.#lookAtMemory();
      if (residentMb !== undefined && residentMb > memoryMb) this.#options.onMemoryExceeded();
    }, MEMORY_LOOK_MS);
  }

  #lookAtMemory(): number | undefined {
    const memory = this.pid === 0 ? undefined : readProcessMemory(this.pid);
    if (memory) this.#peakMb = Math.max(this.#peakMb ?? 0, memory.peakMb);
    return memory?.residentMb;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.pid === 0) return;
    try {
      if (process.platform === 'win32') this.#child.kill(signal);
      else process.kill(-this.pid, signal);
    } catch {
      // it has just gone, and all that it started
    }
  }
}
