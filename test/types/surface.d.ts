/* eslint-disable @typescript-eslint/no-explicit-any -- as it was designed */
/**
 * The public surface of `lull` for coroutines, as it was designed: the yardstick of surface.test-d.ts. Programs are
 * written against these signatures, so a change here is a change for everybody.
 */
import type { Command } from 'lull';

// ---- words
export type Coroutine<T> = Generator<Command, T, any>;
export interface Awaitable<T> {
  [Symbol.iterator](): { next(...value: any[]): IteratorResult<Command, T> };
}
export type Duration =
  number | string | { days?: number; hours?: number; minutes?: number; seconds?: number; milliseconds?: number };
export type Result<A> = A extends Awaitable<infer T> ? T : never;

export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

// ---- workflows
export interface WorkflowOptions<In, I = In> {
  input?: StandardSchemaV1<In, I>;
  timeout?: Duration;
  retention?: Duration;
  steps?: StepDefaults;
  pool?: Pool;
  key?: (input: I) => string;
  priority?: (input: I) => number;
}
export interface Workflow<In, R, I = In> {
  (input: I): Coroutine<R>;
  readonly name: string;
}
export function workflow<I = void, R = unknown>(name: string, body: (input: I) => Coroutine<R>): Workflow<I, R>;
export function workflow<In, I = In, R = unknown>(
  name: string,
  options: WorkflowOptions<In, I>,
  body: (input: I) => Coroutine<R>,
): Workflow<In, R, I>;

// ---- steps
export interface RetryPolicy {
  maxAttempts?: number;
  firstDelay?: Duration;
  factor?: number;
  maxDelay?: Duration;
  jitter?: number;
  retryIf?(error: unknown): boolean;
}
export interface Rate {
  limit: number;
  per: Duration;
}
export interface PoolLimits {
  concurrency?: number;
  concurrencyPerKey?: number;
  rate?: Rate;
  ratePerKey?: Rate;
}
export interface Pool {
  readonly name: string;
}
export declare function pool(name: string, limits: PoolLimits): Pool;
export interface StepDefaults {
  retry?: RetryPolicy | false;
  timeout?: Duration;
  totalTimeout?: Duration;
  heartbeatTimeout?: Duration;
  atMostOnce?: boolean;
  readOnly?: boolean;
  sensitive?: boolean;
  pool?: Pool;
  priority?: number;
}
export interface StepOptions<T = unknown> extends StepDefaults {
  key?: string;
  undo?(this: void, result: T): Awaitable<unknown> | Promise<unknown> | void;
}
export interface DefinedStepOptions<A extends unknown[], T = unknown> extends StepDefaults {
  key?: string | ((...args: A) => string);
  undo?(this: void, result: T): Awaitable<unknown> | Promise<unknown> | void;
}
export interface Stream<T, In = T> {
  readonly name: string;
  readonly '~gives'?: T;
  write(value: In): Awaitable<void>;
}
export function stream<T, In = T>(name: string, options?: { schema?: StandardSchemaV1<In, T> }): Stream<T, In>;
export interface StepContext {
  readonly runId: string;
  readonly stepId: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  heartbeat(details?: unknown): void;
  readonly lastHeartbeat: unknown;
  write<In>(stream: Stream<unknown, In>, value: In): void;
  readonly log: Logger;
  remainingMs(): number;
}
export function step<T>(name: string, body: (context: StepContext) => T | Promise<T>): Awaitable<T>;
export function step<T>(
  name: string,
  options: NoInfer<StepOptions<T>>,
  body: (context: StepContext) => T | Promise<T>,
): Awaitable<T>;
export function defineStep<A extends unknown[], T>(
  name: string,
  body: (...args: A) => T | Promise<T>,
): (...args: A) => Awaitable<T>;
export function defineStep<A extends unknown[], T>(
  name: string,
  options: NoInfer<DefinedStepOptions<A, T>>,
  body: (...args: A) => T | Promise<T>,
): (...args: A) => Awaitable<T>;
export function stepContext(): StepContext;

// ---- time
export function sleep(duration: Duration): Awaitable<void>;
export function sleep<T>(duration: Duration, result: T): Awaitable<T>;
export function sleepUntil(date: Date | string): Awaitable<void>;

// ---- tasks
export interface Task<T> extends Awaitable<T> {
  readonly id: string;
  readonly name: string;
  done(): boolean;
  cancelled(): boolean;
  result(): T;
  exception(): Error | undefined;
  cancel(message?: string): boolean;
  cancelling(): number;
  uncancel(): number;
  addDoneCallback(callback: (task: Task<T>) => void): void;
  removeDoneCallback(callback: (task: Task<T>) => void): number;
}
export function createTask<T>(awaitable: Awaitable<T>, options?: { name?: string }): Task<T>;
export function currentTask(): Task<unknown>;
export function allTasks(): Set<Task<unknown>>;

export class Future<T> implements Awaitable<T> {
  constructor();
  [Symbol.iterator](): { next(...value: any[]): IteratorResult<Command, T> };
  setResult(result: T): void;
  setException(error: Error): void;
  done(): boolean;
  result(): T;
  exception(): Error | undefined;
  cancel(message?: string): boolean;
  cancelled(): boolean;
  addDoneCallback(callback: (future: Future<T>) => void): void;
  removeDoneCallback(callback: (future: Future<T>) => void): number;
}

// ---- combinators
type Tuple = readonly unknown[] | [];
type Record_ = { readonly [key: string]: unknown };
type AwaitablesOf<T> = { readonly [K in keyof T]: Awaitable<T[K]> };
type Results<T> = { -readonly [K in keyof T]: T[K] };
type Settled<T> = { -readonly [K in keyof T]: T[K] | Error };

export function gather<T extends Tuple>(
  awaitables: AwaitablesOf<T>,
  options?: { returnExceptions?: false; limit?: number },
): Awaitable<Results<T>>;
export function gather<T extends Record_>(
  awaitables: AwaitablesOf<T>,
  options?: { returnExceptions?: false; limit?: number },
): Awaitable<Results<T>>;
export function gather<T extends Tuple>(
  awaitables: AwaitablesOf<T>,
  options: { returnExceptions: boolean; limit?: number },
): Awaitable<Settled<T>>;
export function gather<T extends Record_>(
  awaitables: AwaitablesOf<T>,
  options: { returnExceptions: boolean; limit?: number },
): Awaitable<Settled<T>>;

export function race<T extends Tuple>(awaitables: AwaitablesOf<T>): Awaitable<T[number]>;
export function race<T extends Record_>(
  awaitables: AwaitablesOf<T>,
): Awaitable<{ [K in keyof T]: { key: K; value: T[K] } }[keyof T]>;

export function wait<A extends Task<unknown> | Future<unknown>>(
  tasks: Iterable<A>,
  options?: { returnWhen?: 'FIRST_COMPLETED' | 'FIRST_EXCEPTION' | 'ALL_COMPLETED'; timeout?: Duration },
): Awaitable<{ done: Set<A>; pending: Set<A> }>;
export function asCompleted<T extends Tuple>(
  awaitables: AwaitablesOf<T>,
  options?: { timeout?: Duration },
): Iterable<Awaitable<T[number]>>;
export function asCompleted<A extends Awaitable<unknown>>(
  awaitables: Iterable<A>,
  options?: { timeout?: Duration },
): Iterable<Awaitable<Result<A>>>;
export function waitFor<T>(awaitable: Awaitable<T>, timeout: Duration | null): Awaitable<T>;

export interface TimeoutScope {
  when(): Date | null;
  expired(): boolean;
  reschedule(date: Date | null): void;
}
export function timeout<T>(duration: Duration | null, body: (scope: TimeoutScope) => Coroutine<T>): Awaitable<T>;
export function timeout<T>(duration: Duration | null, awaitable: Awaitable<T>): Awaitable<T>;

export function shield<T>(awaitable: Awaitable<T>): Awaitable<T>;

export interface TaskGroup {
  createTask<T>(awaitable: Awaitable<T>, options?: { name?: string }): Task<T>;
}
export function taskGroup<T>(body: (group: TaskGroup) => Coroutine<T>): Awaitable<T>;

// ---- queues
export class Queue<T> {
  constructor(maxsize?: number);
  readonly maxsize: number;
  put(item: T): Awaitable<void>;
  get(): Awaitable<T>;
  putNowait(item: T): void;
  getNowait(): T;
  qsize(): number;
  empty(): boolean;
  full(): boolean;
  taskDone(): void;
  join(): Awaitable<void>;
  shutdown(immediate?: boolean): void;
}
export class LifoQueue<T> extends Queue<T> {}
export class PriorityQueue<T> extends Queue<T> {
  constructor(maxsize?: number, options?: { compare?: (a: T, b: T) => number });
}

// ---- locks
export class Lock {
  acquire(): Awaitable<true>;
  release(): void;
  locked(): boolean;
  with<T>(body: () => Coroutine<T>): Awaitable<T>;
}
export class Semaphore {
  constructor(value?: number);
  acquire(): Awaitable<true>;
  release(): void;
  locked(): boolean;
  with<T>(body: () => Coroutine<T>): Awaitable<T>;
}
export class BoundedSemaphore extends Semaphore {}
export class Condition {
  constructor(lock?: Lock);
  acquire(): Awaitable<true>;
  release(): void;
  locked(): boolean;
  with<T>(body: () => Coroutine<T>): Awaitable<T>;
  wait(): Awaitable<true>;
  waitFor<T>(predicate: () => T): Awaitable<T>;
  notify(n?: number): void;
  notifyAll(): void;
}
export class Event {
  wait(): Awaitable<true>;
  set(): void;
  clear(): void;
  isSet(): boolean;
}
export class Barrier {
  constructor(parties: number);
  wait(): Awaitable<number>;
  reset(): Awaitable<void>;
  abort(): Awaitable<void>;
  readonly parties: number;
  readonly nWaiting: number;
  readonly broken: boolean;
}

// ---- blocks
export function retry<T>(policy: RetryPolicy, body: (attempt: number) => Coroutine<T>): Awaitable<T>;
export interface Saga {
  onFailure(undo: () => Coroutine<unknown>): void;
}
export function saga<T>(body: (saga: Saga) => Coroutine<T>): Awaitable<T>;

// ---- the run and what comes from outside
export interface Update<I, R> {
  readonly name: string;
  handle(handler: { validate?(input: I): void; run: (input: I) => Coroutine<R> }): void;
}
export interface Query<T, A = void> {
  readonly name: string;
  handle(answer: (args: A) => T): void;
}
export interface Signal<T> {
  readonly name: string;
  receive(): Awaitable<T>;
  receiveNowait(): T;
  pending(): number;
}
export function update<I, R>(name: string, options?: { schema?: StandardSchemaV1<any, I> }): Update<I, R>;
export function query<T, A = void>(name: string): Query<T, A>;
export function signal<T>(name: string, options?: { schema?: StandardSchemaV1<any, T> }): Signal<T>;
export function now(): Date;
export function random(): number;
export function uuid(): string;
export function runInfo(): {
  readonly id: string;
  readonly workflow: string;
  readonly version: string;
  readonly startedAt: Date;
  readonly attempt: number;
};
export interface Logger {
  debug(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}
export const log: Logger;

// ---- errors
export class LullError extends Error {
  readonly code: string;
}
export class CancelledError extends LullError {
  constructor(message?: string);
}
export class TimeoutError extends LullError {
  constructor(message?: string);
}
export class InvalidStateError extends LullError {}
export class QueueEmpty extends LullError {}
export class QueueFull extends LullError {}
export class QueueShutDown extends LullError {}
export class BrokenBarrierError extends LullError {}
export class ExceptionGroup extends AggregateError {
  readonly code: string;
}
export class StepFailedError extends LullError {
  readonly step: string;
  readonly attempts: number;
}
export class NonRetryableError extends LullError {
  constructor(message?: string, options?: { cause?: unknown });
}
export class RetryAfterError extends LullError {
  constructor(duration: Duration, message?: string, options?: { cause?: unknown });
}
export class NondeterminismError extends LullError {}
export class UnserializableValueError extends LullError {}
export function isCancelled(error: unknown): error is CancelledError;
export function registerError(errorClass: new (...args: never[]) => Error): void;
export function registerClass<T, D>(
  constructor: new (...args: never[]) => T,
  options: { name: string; toData: (value: T) => D; fromData: (data: D) => T },
): void;
