/**
 * One execution environment: a process under aws-lambda-ric, and its Runtime API.
 *
 * It loads the code, takes one invocation at a time, and is frozen in between. It ends a process that takes too long or
 * holds too much. Whether there is one, and for what, is for `lambda.ts` to say.
 *
 * 1. Frozen is a process that asks for the next invocation and has none.
 * 2. An invocation is over when the process asks for the next one, or ends.
 * 3. A process that was told to end takes nothing more.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../ports/clock.ts';
import { clockOffsetMs, offsetHeader } from '../time/clock-offset.ts';
import type { Invocation } from './invocation.ts';
import type { FunctionEvent } from '../function-event.ts';
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
  readonly memoryMb: number;
  /** The function's. */
  readonly timeoutMs: number;
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

/** The code is loaded; or it is not, and this is what Lambda says of it. */
export type InitEnd =
  { readonly kind: 'ready' } | { readonly kind: 'failed'; readonly payloadFor: (requestId: string) => string };

/** Why it was told to end. `killed`: or it ended on its own. */
type Cause = 'idle' | 'stopped' | 'killed' | 'timed out' | 'out of memory' | 'init failed';

/** The invocation that goes on. */
interface Current {
  readonly request: InvocationRequest;
  readonly startedMs: number;
  readonly settle: (invocation: Invocation) => void;
  readonly timer: NodeJS.Timeout;
  /** What the process posted. */
  posted?: { readonly kind: 'response' | 'error'; readonly payload: string };
}

export class Sandbox {
  readonly version: string;
  readonly pid: number;
  readonly init: Promise<InitEnd>;
  readonly ended: Promise<void>;
  readonly #options: SandboxOptions;
  readonly #api: RuntimeApi;
  readonly #process: SandboxProcess;
  readonly #startedMs = performance.now();
  readonly #initTimer: NodeJS.Timeout;
  readonly #log = new LogTail();
  #endInit: ((end: InitEnd) => void) | undefined;
  #initError: string | undefined;
  /** Until an invocation has told it. */
  #initMs: number | undefined;
  #cause: Cause | undefined;
  #current: Current | undefined;

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
    });
    this.version = options.version;
    this.init = new Promise((resolve) => (this.#endInit = resolve));
    this.#initTimer = setTimeout(() => this.kill('timed out'), options.initTimeoutMs);
    this.#process = new SandboxProcess({
      parameters: options.parameters,
      cwd: options.cwd,
      environment: { ...options.environment, AWS_LAMBDA_RUNTIME_API: api.address },
      memoryMb: options.memoryMb,
      onLine: (stream, line) => this.#takeLine(stream, line),
      onMemoryExceeded: () => this.kill('out of memory'),
    });
    this.pid = this.#process.pid;
    options.report({ kind: 'sandbox-started', pid: this.pid, version: this.version });
    this.ended = this.#process.ended.then((end) => this.#bury(end));
  }

  /** It waits for an invocation. */
  isReady(): boolean {
    return this.#process.isFrozen() && this.#cause === undefined;
  }

  /** Its process was told to end, or has. */
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
      this.#current = { request, settle, timer, startedMs: performance.now() };
      this.#process.thaw();
      this.#api.giveNext(this.#headersOf(request), payload);
    });
  }

  /** The end of what the last invocation logged, or the code while it was loaded. */
  logTail(): string {
    return this.#log.text();
  }

  /** Ends it with SIGKILL, whatever it does. */
  kill(cause: Cause): void {
    this.#cause ??= cause;
    this.#process.kill();
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
    this.#process.freeze();
    if (this.#endInit) {
      this.#initMs = performance.now() - this.#startedMs;
      clearTimeout(this.#initTimer);
      this.#endInit({ kind: 'ready' });
      this.#endInit = undefined;
      return;
    }
    const current = this.#current;
    if (!current?.posted) return;
    clearTimeout(current.timer);
    await setImmediate(); // lines that it wrote before are on their way
    await setImmediate();
    this.#finish(current, current.posted.kind === 'response' ? 'success' : 'error', current.posted.payload);
  }

  #takePost(requestId: string, kind: 'response' | 'error', body: string | undefined): boolean {
    const current = this.#current;
    if (current?.request.requestId !== requestId || current.posted) return false;
    current.posted =
      body === undefined
        ? { kind: 'error', payload: errors.responseTooLargeError(responseLimitBytes) }
        : { kind, payload: body };
    return true;
  }

  #takeInitError(body: string): void {
    if (!this.#endInit) return;
    this.#initError = body;
    this.kill('init failed');
  }

  #takeLine(stream: 'stdout' | 'stderr', line: string): void {
    const requestId = this.#current?.request.requestId;
    this.#log.add(line);
    this.#options.report({
      kind: 'output',
      pid: this.pid,
      stream,
      line,
      ...(requestId !== undefined && { requestId }),
    });
  }

  /** Of an invocation whose process has ended already this does nothing: it was told to whoever waits. */
  #finish(current: Current, status: 'success' | 'error' | 'timeout', payload: string): void {
    if (this.#current !== current) return;
    this.#current = undefined;
    clearTimeout(current.timer);
    const maxMemoryMb = this.#process.peakMb();
    this.#options.report({
      kind: 'invocation-ended',
      requestId: current.request.requestId,
      pid: this.pid,
      status,
      ...(status !== 'success' && { errorType: errors.errorTypeOf(payload) }),
      durationMs: performance.now() - current.startedMs,
      ...(this.#initMs !== undefined && { initMs: this.#initMs }),
      memoryMb: this.#options.memoryMb,
      ...(maxMemoryMb !== undefined && { maxMemoryMb }),
    });
    this.#initMs = undefined;
    if (status === 'success') current.settle({ kind: 'succeeded', payload });
    else current.settle({ kind: 'failed', error: 'Unhandled', payload, logTail: this.logTail() });
  }

  /** The process has ended: whoever waits for it is told. */
  async #bury(end: errors.ProcessEnd): Promise<void> {
    this.#cause ??= 'killed';
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
    const current = this.#current;
    if (current?.posted) {
      this.#finish(current, current.posted.kind === 'response' ? 'success' : 'error', current.posted.payload);
    } else if (current) {
      const status = this.#cause === 'timed out' ? 'timeout' : 'error';
      this.#finish(current, status, this.#endError(current.request.requestId, end));
    }
    const how = this.#cause === 'killed' ? errors.describeEnd(end) : this.#cause;
    report({ kind: 'sandbox-ended', pid: this.pid, how });
  }

  #endError(requestId: string, end: errors.ProcessEnd): string {
    if (this.#cause === 'timed out') return errors.timeoutError(requestId, this.#options.timeoutMs);
    if (this.#cause === 'out of memory') return errors.outOfMemoryError(requestId);
    return errors.exitError(requestId, end);
  }
}
