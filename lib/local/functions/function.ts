/**
 * One Lambda function on this machine, all its versions and aliases: invoked as AWS would invoke it.
 *
 * Each invocation gets a sandbox for its time. Sandboxes are made when they are needed, unless the function has
 * provisioned ones. Beyond what the template reserves an invocation is throttled; beyond what this machine bears, or
 * is provisioned, it waits. Permissions are not checked here.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { invariant } from '../../core/invariant.ts';
import type { Clock } from '../../ports/clock.ts';
import { CloudError } from '../cloud-error.ts';
import type { FunctionResource } from '../resources.ts';
import { EventQueue, type FailedEvent } from './event-queue.ts';
import type { Acceptance, Invocation, InvokeOptions, Refusal } from './invocation.ts';
import type { FunctionEvent } from '../function-event.ts';
import type { CloudEvent, ExportedWorkflow } from '../cloud-event.ts';
import { isNodeOf } from './node-version.ts';
import { findRic } from './find-ric.ts';
import { ProvisionedSandboxes } from './provisioned-sandboxes.ts';
import { readRuntimeError } from './runtime-error.ts';
import type { InvocationRequest, Sandbox } from './sandbox.ts';
import { errorTypeOf } from './sandbox-error.ts';
import { Sandboxes } from './sandboxes.ts';

const REQUEST_LIMIT_BYTES = 6_291_456;
const ASYNC_REQUEST_LIMIT_BYTES = 1_048_576;
const INIT_TIMEOUT_MS = 10_000;
/** What one machine bears. */
const DEFAULT_MAX_SANDBOXES = 20;

export interface FunctionOptions {
  readonly function: FunctionResource;
  readonly region: string;
  /** May be ahead of the machine's clock: the function's `Date` is too. */
  readonly clock: Clock;
  /** For the end of sandboxes that idle: one whose timers may be leapt over. Default: the same. */
  readonly idleClock?: Clock;
  /** For each new sandbox: where the services are, and credentials. Rules over the template's variables. */
  readonly environment: () => Readonly<Record<string, string>>;
  readonly report: (event: CloudEvent) => void;
  /** An asynchronous invocation is given up: what the function's on-failure destination would get. */
  readonly onEventFailed?: (failed: FailedEvent) => void;
  /** On this machine, whatever the template reserves. 20 by default. */
  readonly maxSandboxes?: number;
  /** Lambda's 10 s by default. */
  readonly initTimeoutMs?: number;
}

export interface LocalFunction {
  readonly function: FunctionResource;
  /**
   * Exchanges the code of a function that has provisioned sandboxes, and starts these. Returns the workflows in it. Rejects
   * with a CloudError if it cannot be loaded; the code before stays in place then.
   */
  deploy(made: FunctionResource): Promise<readonly ExportedWorkflow[]>;
  /** Returns the result. Rejects only if this machine cannot start a process. */
  invoke(payload: string, options?: InvokeOptions): Promise<Invocation>;
  /** Lambda's invocation type `Event`: in line, and tried again if it fails. */
  invokeLater(payload: string, options?: InvokeOptions): Acceptance;
  /** `qualifier` is the version: `$LATEST`, `3`. */
  sandboxes(): { readonly pid: number; readonly busy: boolean; readonly qualifier: string }[];
  /** A provisioned sandbox is free. */
  hasRoom(): boolean;
  /** Calls back whenever a provisioned sandbox may be free. */
  onRoom(listener: () => void): void;
  /** Those that go on, or wait for a sandbox. */
  activeInvocations(): number;
  /** SIGKILL for that sandbox, or for one that is busy, or for any. Returns its pid; undefined if there is none. */
  kill(pid?: number): number | undefined;
  /** Takes nothing more, and ends all sandboxes: those that are busy after `graceMs` at the latest. */
  stop(graceMs: number): Promise<void>;
}

/** Throws a CloudError if this machine cannot run it. Nothing is started before it is deployed or invoked. */
export function createFunction(options: FunctionOptions): LocalFunction {
  const { codePath, name, isolation } = options.function;
  if (isolation === 'lambda') {
    if (process.platform === 'win32') {
      throw new CloudError(
        'NOT_SUPPORTED',
        'Windows cannot freeze a process: run the stack on Linux, on macOS or in WSL',
      );
    }
    findRic();
  }
  if (!existsSync(codePath)) {
    throw new CloudError('ASSET_NOT_FOUND', `there is no folder ${codePath}, the code of ${name}: synthesize again`);
  }
  return new ProcessFunction(options);
}

class ProcessFunction implements LocalFunction {
  readonly function: FunctionResource;
  readonly #options: FunctionOptions;
  readonly #sandboxes: Sandboxes;
  readonly #provisioned: ProvisionedSandboxes | undefined;
  readonly #events: EventQueue;
  readonly #maxSandboxes: number;
  /** Invocations that go on. */
  readonly #active = new Set<Promise<unknown>>();
  /** Invocations for which this machine has no sandbox yet. */
  #waiting = 0;
  /** Wake invocations that wait for a provisioned sandbox. */
  readonly #waiters: (() => void)[] = [];
  #onRoom: () => void = () => undefined;
  #isStopped = false;
  #isOver = false;

  constructor(options: FunctionOptions) {
    this.function = options.function;
    this.#options = options;
    const { maxRetryAttempts, runtime, provisioned, isolation } = options.function;
    this.#maxSandboxes = options.maxSandboxes ?? DEFAULT_MAX_SANDBOXES;
    const report = (event: FunctionEvent): void => this.#report(event);
    this.#sandboxes = new Sandboxes({ ...options, report });
    this.#provisioned =
      provisioned === undefined
        ? undefined
        : new ProvisionedSandboxes({
            ...{ sandboxes: this.#sandboxes, count: provisioned, clock: options.idleClock ?? options.clock },
            onFree: () => this.#announceFree(),
            onLost: (pid, how) => options.report({ kind: 'process-ended', function: this.function.name, pid, how }),
          });
    this.#events = new EventQueue({
      maxRetryAttempts,
      clock: options.clock,
      report,
      onFailed: (failed) => options.onEventFailed?.(failed),
      invoke: ({ payload, qualifier, requestId }) => this.#invoke(payload, qualifier, requestId),
    });
    if (isolation === 'lambda' && !isNodeOf(runtime)) {
      this.#report({ kind: 'node-differs', runtime, node: process.version });
    }
  }

  deploy(made: FunctionResource): Promise<readonly ExportedWorkflow[]> {
    invariant(this.#provisioned, 'only a function with provisioned sandboxes is deployed');
    return this.#provisioned.deploy(made);
  }

  hasRoom(): boolean {
    return this.#sandboxes.freeInvocations(this.function.eventsAtATime ?? 1) > this.#waiters.length;
  }

  onRoom(listener: () => void): void {
    this.#onRoom = listener;
  }

  async invoke(payload: string, { qualifier }: InvokeOptions = {}): Promise<Invocation> {
    return this.#refuse(payload, qualifier, REQUEST_LIMIT_BYTES) ?? this.#invoke(payload, qualifier, randomUUID());
  }

  invokeLater(payload: string, { qualifier }: InvokeOptions = {}): Acceptance {
    const refusal = this.#refuse(payload, qualifier, ASYNC_REQUEST_LIMIT_BYTES);
    return refusal ?? { kind: 'accepted', requestId: this.#events.add(payload, qualifier) };
  }

  sandboxes(): { readonly pid: number; readonly busy: boolean; readonly qualifier: string }[] {
    return this.#sandboxes
      .list()
      .filter(({ sandbox }) => !this.#provisioned || sandbox.isReady())
      .map(({ sandbox, isBusy }) => ({ pid: sandbox.pid, busy: isBusy, qualifier: sandbox.version }));
  }

  activeInvocations(): number {
    return this.#active.size + this.#waiting;
  }

  kill(pid?: number): number | undefined {
    const all = this.#sandboxes.list();
    const found =
      pid === undefined
        ? (all.find(({ isBusy }) => isBusy) ?? all.at(-1))
        : all.find(({ sandbox }) => sandbox.pid === pid);
    found?.sandbox.kill('killed');
    return found?.sandbox.pid;
  }

  async stop(graceMs: number): Promise<void> {
    this.#isStopped = true;
    this.#provisioned?.stop();
    this.#events.stop();
    for (const wake of this.#waiters.splice(0)) wake();
    this.#sandboxes.killIdle();
    const grace = new AbortController();
    const wait = setTimeout(graceMs, undefined, { signal: grace.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(this.#active), wait]);
    grace.abort();
    this.#isOver = true;
    this.#sandboxes.killAll();
    await Promise.allSettled(this.#active);
    await this.#sandboxes.end();
  }

  /** Undefined: Lambda takes such a request. */
  #refuse(payload: string, qualifier: string | undefined, limitBytes: number): Refusal | undefined {
    if (this.#isStopped) return stopped();
    if (this.#versionOf(qualifier) === undefined) {
      const message = `Function not found: ${this.#arnOf(qualifier)}`;
      return { kind: 'refused', error: 'ResourceNotFoundException', statusCode: 404, message };
    }
    if (Buffer.byteLength(payload) > limitBytes) {
      const message = `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`;
      return { kind: 'refused', error: 'RequestTooLargeException', statusCode: 413, message };
    }
    if (!isJson(payload)) {
      const message = 'Could not parse request body into json: the payload is no JSON text';
      return { kind: 'refused', error: 'InvalidRequestContentException', statusCode: 400, message };
    }
    return undefined;
  }

  async #invoke(payload: string, qualifier: string | undefined, requestId: string): Promise<Invocation> {
    if (this.activeInvocations() >= (this.function.reservedConcurrency ?? Infinity)) {
      this.#report({ kind: 'throttled' });
      return { kind: 'throttled' };
    }
    const request = { requestId, payload, functionArn: this.#arnOf(qualifier) };
    const version = this.#versionOf(qualifier) ?? '$LATEST';
    // No wait from the end of this one to the place among the active: of several that wait, the first finds it free.
    this.#waiting += 1;
    let sandbox = this.#takeProvisioned(version);
    while (!sandbox && this.#isFull()) {
      await this.#nextChange();
      sandbox = this.#takeProvisioned(version);
    }
    this.#waiting -= 1;
    if (this.#isStopped && !sandbox) return stopped();
    const invocation = sandbox
      ? this.#invokeIn(sandbox, request, this.function.timeoutMs)
      : this.#run(request, version);
    this.#active.add(invocation);
    try {
      return await invocation;
    } finally {
      this.#active.delete(invocation);
      this.#announceFree();
    }
  }

  #takeProvisioned(version: string): Sandbox | undefined {
    if (!this.#provisioned || this.#isStopped) return undefined;
    return this.#sandboxes.takeFree(version, this.function.eventsAtATime ?? 1);
  }

  /** No further invocation may begin. A provisioned function says so by having no free sandbox. */
  #isFull(): boolean {
    return this.#provisioned ? !this.#isStopped : this.#active.size >= this.#maxSandboxes;
  }

  /** An invocation that waits may be able to begin. */
  #nextChange(): Promise<unknown> {
    if (!this.#provisioned) return Promise.race(this.#active).catch(() => undefined);
    return new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /** Invocations that wait come first. One that finds no sandbox waits again. */
  #announceFree(): void {
    for (const wake of this.#waiters.splice(0)) wake();
    queueMicrotask(this.#onRoom);
  }

  async #run(request: Request, version: string): Promise<Invocation> {
    const { timeoutMs } = this.function;
    const warm = this.#sandboxes.takeFree(version, this.function.eventsAtATime ?? 1);
    if (warm) return this.#invokeIn(warm, request, timeoutMs);
    if (this.#sandboxes.list().length >= this.#maxSandboxes) this.#sandboxes.killOldestIdle();
    const first = await this.#start(version, this.#options.initTimeoutMs ?? INIT_TIMEOUT_MS);
    const firstInit = await first.init;
    if (firstInit.kind === 'ready') return this.#invokeIn(first, request, timeoutMs);
    if (this.#isOver) return stopped();
    return this.#initAgain(request, version);
  }

  /** As Lambda does after an init that failed: once more, in the time of the invocation. */
  async #initAgain(request: Request, version: string): Promise<Invocation> {
    const { requestId } = request;
    const { timeoutMs, memoryMb } = this.function;
    const startedMs = performance.now();
    const sandbox = await this.#start(version, timeoutMs);
    const init = await sandbox.init;
    const durationMs = performance.now() - startedMs;
    if (init.kind === 'ready') return this.#invokeIn(sandbox, request, Math.max(0, timeoutMs - durationMs));
    const payload = init.payloadFor(requestId);
    const errorType = errorTypeOf(payload);
    const { pid } = sandbox;
    this.#report({ kind: 'invocation-started', requestId, pid, version });
    this.#report({ kind: 'invocation-ended', requestId, pid, status: 'error', errorType, durationMs, memoryMb });
    return { kind: 'failed', error: 'Unhandled', payload, logTail: sandbox.logTail() };
  }

  async #start(version: string, initTimeoutMs: number): Promise<Sandbox> {
    const sandbox = await this.#sandboxes.start(this.function, version, initTimeoutMs);
    if (this.#isOver) sandbox.kill('stopped');
    return sandbox;
  }

  async #invokeIn(sandbox: Sandbox, request: Request, timeLeftMs: number): Promise<Invocation> {
    const invocation = await sandbox.invoke({ ...request, timeLeftMs });
    this.#sandboxes.release(sandbox, !this.#provisioned);
    if (this.function.isolation === 'process' && invocation.kind === 'failed') this.#reportFailure(invocation.payload);
    return invocation;
  }

  /** Undefined: there is no such version or alias. */
  #versionOf(qualifier: string | undefined): string | undefined {
    if (qualifier === undefined || qualifier === '$LATEST') return '$LATEST';
    return this.function.qualifiers.find(({ name }) => name === qualifier)?.version;
  }

  #arnOf(qualifier: string | undefined): string {
    return qualifier === undefined ? this.function.arn : `${this.function.arn}:${qualifier}`;
  }

  /** That a process ended, or took too long, has an event of its own: `process-ended`. */
  #reportFailure(payload: string): void {
    const { errorType, text } = readRuntimeError(payload);
    if (errorType === 'Runtime.ExitError' || errorType === 'Sandbox.Timedout') return;
    this.#options.report({ kind: 'invocation-failed', function: this.function.name, reason: text });
  }

  /** Of a function that is not isolated: only what it prints. Its sandboxes and invocations are no news. */
  #report(event: FunctionEvent): void {
    if (this.function.isolation === 'process' && event.kind !== 'output') return;
    this.#options.report({ function: this.function.name, ...event });
  }
}

type Request = Omit<InvocationRequest, 'timeLeftMs'>;

function isJson(payload: string): boolean {
  try {
    JSON.parse(payload);
    return true;
  } catch {
    return false;
  }
}

function stopped(): Refusal {
  return { kind: 'refused', error: 'ServiceException', statusCode: 503, message: 'the function was stopped' };
}
