/**
 * One execution environment: a process under a runtime client, and its Runtime API.
 *
 * It loads the code, and takes one invocation at a time, or several if the function says so. An isolated process is
 * frozen in between. The sandbox ends a process that takes too long or holds too much. Whether there is a sandbox, and
 * for what, is for `function.ts` to say.
 *
 * 1. Frozen is an isolated process that asks for the next invocation and has none.
 * 2. An invocation is over when its result was posted and an isolated process asks for the next one, or when the process
 *    ends.
 * 3. A process that has to end takes nothing more.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../ports/clock.ts';
import type { ExportedWorkflow } from '../cloud-event.ts';
import type { FunctionEvent } from '../function-event.ts';
import type { FunctionResource } from '../resources.ts';
import { clockOffsetMs, offsetHeader } from '../time/clock-offset.ts';
import type { Invocation } from './invocation.ts';
import { LogTail } from './log-tail.ts';
import { RuntimeApi, responseLimitBytes } from './runtime-api.ts';
import * as errors from './sandbox-error.ts';
import { SandboxProcess } from './sandbox-process.ts';
import { createTraceId } from './trace-id.ts';

export interface SandboxOptions {
  readonly version: string;
  /** For node. */
  readonly parameters: readonly string[];
  readonly cwd: string;
  /** All but the address of the Runtime API. */
  readonly environment: Readonly<Record<string, string>>;
  readonly function: Pick<FunctionResource, 'memoryMb' | 'timeoutMs' | 'isolation'>;
  /** The time to load the code. */
  readonly initTimeoutMs: number;
  readonly clock: Clock;
  readonly report: (event: FunctionEvent) => void;
}

export interface InvocationRequest {
  readonly requestId: string;
  readonly payload: string;
  readonly functionArn: string;
  /** Less than the function's timeout if some of it is over. */
  readonly timeLeftMs: number;
}

export type InitResult =
  /** The code is loaded. lull's own runtime client says which workflows it has. */
  | { readonly kind: 'ready'; readonly workflows: readonly ExportedWorkflow[] }
  /** The code is not loaded, and this is what Lambda says of it. */
  | { readonly kind: 'failed'; readonly payloadFor: (requestId: string) => string };

/** Why it has to end. `killed`: or it ended on its own. */
export type EndCause = 'idle' | 'stopped' | 'killed' | 'timed out' | 'out of memory' | 'init failed';

export interface SandboxEnd extends errors.ProcessEnd {
  readonly cause: EndCause;
}

/** An invocation that goes on. */
interface Current {
  readonly request: InvocationRequest;
  readonly startedMs: number;
  readonly settle: (invocation: Invocation) => void;
  readonly timer: NodeJS.Timeout;
  /** The result that the process posted. */
  posted?: { readonly kind: 'response' | 'error'; readonly payload: string };
}

export class Sandbox {
  readonly version: string;
  readonly pid: number;
  readonly init: Promise<InitResult>;
  /** How and why the process ended, when its invocations are settled. */
  readonly ended: Promise<SandboxEnd>;
  readonly #options: SandboxOptions;
  readonly #api: RuntimeApi;
  readonly #process: SandboxProcess;
  readonly #startedMs = performance.now();
  readonly #initTimer: NodeJS.Timeout;
  readonly #log = new LogTail();
  /** Undefined once the code is loaded, or cannot be. */
  #endInit: ((end: InitResult) => void) | undefined;
  #initError: string | undefined;
  #workflows: readonly ExportedWorkflow[] = [];
  /** Until an invocation has reported it. */
  #initMs: number | undefined;
  #cause: EndCause | undefined;
  /** By their request ids. */
  readonly #current = new Map<string, Current>();

  /** Starts the process, which begins to load the code: see `init`. */
  static async start(options: SandboxOptions): Promise<Sandbox> {
    return new Sandbox(options, await RuntimeApi.start());
  }

  private constructor(options: SandboxOptions, api: RuntimeApi) {
    this.#options = options;
    this.#api = api;
    api.serve({
      onNext: () => void this.#takeNext(),
      onResponse: (requestId, body) => this.#takePost(requestId, 'response', body),
      onError: (requestId, body) => this.#takePost(requestId, 'error', body),
      onInitError: (body) => this.#takeInitError(body),
      onWorkflows: (body) => {
        this.#workflows = JSON.parse(body) as ExportedWorkflow[];
      },
    });
    this.version = options.version;
    this.init = new Promise((resolve) => (this.#endInit = resolve));
    this.#initTimer = setTimeout(() => this.kill('timed out'), options.initTimeoutMs);
    const { memoryMb } = options.function;
    this.#process = new SandboxProcess({
      parameters: options.parameters,
      cwd: options.cwd,
      environment: { ...options.environment, AWS_LAMBDA_RUNTIME_API: api.address },
      memoryMb: this.#isIsolated() ? memoryMb : undefined,
      onLine: (stream, line) => this.#takeLine(stream, line),
      onMemoryExceeded: () => this.kill('out of memory'),
    });
    this.pid = this.#process.pid;
    options.report({ kind: 'sandbox-started', pid: this.pid, version: this.version });
    this.ended = this.#process.ended.then((end) => this.#onExit(end));
  }

  /** It can take an invocation, if it may. */
  isReady(): boolean {
    if (this.#cause !== undefined || this.#endInit) return false;
    return !this.#isIsolated() || this.#process.isFrozen();
  }

  /** Its process has to end, or has ended. */
  isEnding(): boolean {
    return this.#cause !== undefined;
  }

  /** To be called when it is ready. */
  invoke(request: InvocationRequest): Promise<Invocation> {
    const { requestId, payload, timeLeftMs } = request;
    this.#log.clear();
    this.#options.report({ kind: 'invocation-started', requestId, pid: this.pid, version: this.version });
    return new Promise((settle) => {
      const timer = setTimeout(() => this.kill('timed out'), timeLeftMs);
      this.#current.set(requestId, { request, settle, timer, startedMs: performance.now() });
      if (this.#isIsolated()) this.#process.thaw();
      this.#api.giveNext(this.#headersOf(request), payload);
    });
  }

  /** The end of what the last invocation logged, or the code while it was loaded. */
  logTail(): string {
    return this.#log.text();
  }

  /** Ends it with SIGKILL, whatever it does. */
  kill(cause: EndCause): void {
    this.#cause ??= cause;
    this.#process.kill();
  }

  #isIsolated(): boolean {
    return this.#options.function.isolation === 'lambda';
  }

  #headersOf({ requestId, functionArn, timeLeftMs }: InvocationRequest): Record<string, string> {
    const { clock } = this.#options;
    const nowMs = clock.nowMs();
    return {
      'lambda-runtime-aws-request-id': requestId,
      'lambda-runtime-deadline-ms': String(Math.round(nowMs + timeLeftMs)),
      'lambda-runtime-invoked-function-arn': functionArn,
      'lambda-runtime-trace-id': createTraceId(nowMs),
      [offsetHeader]: String(clockOffsetMs(clock)),
    };
  }

  async #takeNext(): Promise<void> {
    if (this.#isIsolated()) this.#process.freeze();
    if (this.#endInit) {
      this.#initMs = performance.now() - this.#startedMs;
      clearTimeout(this.#initTimer);
      this.#endInit({ kind: 'ready', workflows: this.#workflows });
      this.#endInit = undefined;
      return;
    }
    if (!this.#isIsolated()) return;
    for (const current of [...this.#current.values()]) await this.#finishPosted(current);
  }

  #takePost(requestId: string, kind: 'response' | 'error', body: string | undefined): boolean {
    const current = this.#current.get(requestId);
    if (!current || current.posted) return false;
    current.posted =
      body === undefined
        ? { kind: 'error', payload: errors.responseTooLargeError(responseLimitBytes) }
        : { kind, payload: body };
    if (!this.#isIsolated()) void this.#finishPosted(current);
    return true;
  }

  async #finishPosted(current: Current): Promise<void> {
    if (!current.posted) return;
    clearTimeout(current.timer);
    await setImmediate(); // lines that it wrote before are on their way
    await setImmediate();
    this.#finish(current, current.posted.kind === 'response' ? 'success' : 'error', current.posted.payload);
  }

  #takeInitError(body: string): void {
    if (!this.#endInit) return;
    this.#initError = body;
    this.kill('init failed');
  }

  #takeLine(stream: 'stdout' | 'stderr', line: string): void {
    const [requestId] = this.#current.size === 1 ? this.#current.keys() : [];
    this.#log.add(line);
    this.#options.report({
      kind: 'output',
      pid: this.pid,
      stream,
      line,
      ...(requestId !== undefined && { requestId }),
    });
  }

  /** Does nothing for an invocation whose process has ended already: its caller has the result. */
  #finish(current: Current, status: 'success' | 'error' | 'timeout', payload: string): void {
    if (!this.#current.delete(current.request.requestId)) return;
    clearTimeout(current.timer);
    const maxMemoryMb = this.#isIsolated() ? this.#process.peakMb() : undefined;
    this.#options.report({
      kind: 'invocation-ended',
      requestId: current.request.requestId,
      pid: this.pid,
      status,
      ...(status !== 'success' && { errorType: errors.errorTypeOf(payload) }),
      durationMs: performance.now() - current.startedMs,
      ...(this.#initMs !== undefined && { initMs: this.#initMs }),
      memoryMb: this.#options.function.memoryMb,
      ...(maxMemoryMb !== undefined && { maxMemoryMb }),
    });
    this.#initMs = undefined;
    if (status === 'success') current.settle({ kind: 'succeeded', payload });
    else current.settle({ kind: 'failed', error: 'Unhandled', payload, logTail: this.logTail() });
  }

  /** The process has ended: its invocations are settled, and so is its init. */
  async #onExit(end: errors.ProcessEnd): Promise<SandboxEnd> {
    const cause = (this.#cause ??= 'killed');
    clearTimeout(this.#initTimer);
    await this.#api.stop();
    const { report } = this.#options;
    const payloadFor = (requestId: string): string => this.#initError ?? this.#endError(requestId, end);
    if (this.#endInit) {
      const tookMs = performance.now() - this.#startedMs;
      report({ kind: 'init-failed', pid: this.pid, errorType: errors.errorTypeOf(payloadFor('')), tookMs });
      this.#endInit({ kind: 'failed', payloadFor });
      this.#endInit = undefined;
    }
    for (const current of [...this.#current.values()]) {
      const { posted, request } = current;
      if (posted) this.#finish(current, posted.kind === 'response' ? 'success' : 'error', posted.payload);
      else {
        const status = this.#cause === 'timed out' ? 'timeout' : 'error';
        this.#finish(current, status, this.#endError(request.requestId, end));
      }
    }
    const how = cause === 'killed' ? errors.describeEnd(end) : cause;
    report({ kind: 'sandbox-ended', pid: this.pid, how });
    return { ...end, cause };
  }

  #endError(requestId: string, end: errors.ProcessEnd): string {
    if (this.#cause === 'timed out') return errors.timeoutError(requestId, this.#options.function.timeoutMs);
    if (this.#cause === 'out of memory') return errors.outOfMemoryError(requestId);
    return errors.exitError(requestId, end);
  }
}
