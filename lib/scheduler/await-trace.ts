/**
 * Remembers for each task of a run in which calls it is, at which lines of the author's code, and since when it waits: for
 * those who look at a run. A run that only goes on has none.
 *
 * Not its job: to decide anything. A run with it does what it does without it (I4).
 */
import type { Coroutine } from '../core/awaitable.ts';
import { authorsLines, captureCalls, type CallSite, describeCallSite } from '../core/call-site.ts';
import type { Command } from '../core/command.ts';
import type { Future } from '../core/future.ts';
import type { Awaits, RunClock } from '../core/loop.ts';
import { SecretValues } from '../core/secret-values.ts';
import type { TaskFrame } from '../core/task-frame.ts';
import type { TaskState, WaitedFor } from '../core/task-state.ts';
import type { CommandId } from '../journal/event.ts';
import { CoroutineTask } from './coroutine-task.ts';
import type { Pending } from './live-run.ts';
import { framesOf } from './task-frames.ts';

/** A call that can be awaited, and where it was made. */
interface MadeCall {
  readonly what: string;
  readonly where: CallSite | undefined;
}

interface Traced {
  readonly parent: CoroutineTask<unknown> | undefined;
  /** The calls that its code is in, the outermost first. */
  readonly calls: (MadeCall | undefined)[];
  /** Where it has awaited something last. */
  place: CallSite | undefined;
  /** Undefined while it does not wait. */
  waiter: Future<unknown> | undefined;
  sinceMs: number;
}

/** What futures of the run belong to. */
export interface KnownFutures {
  readonly commands: ReadonlyMap<Future<unknown>, CommandId>;
  /** Those that are done when the run of that id has ended. */
  readonly runs: ReadonlyMap<Future<unknown>, string>;
  readonly pending: ReadonlyMap<CommandId, Pending>;
}

export class AwaitTrace implements Awaits {
  readonly #clock: RunClock;
  readonly #tasks: { current(): CoroutineTask<unknown> | undefined };
  readonly #made = new WeakMap<object, MadeCall>();
  readonly #secrets = new SecretValues();
  readonly #parts = new WeakMap<Future<unknown>, Iterable<Future<unknown>>>();
  /** By task; of one that has ended it is freed with it. */
  readonly #traced = new WeakMap<CoroutineTask<unknown>, Traced>();

  constructor(clock: RunClock, tasks: { current(): CoroutineTask<unknown> | undefined }) {
    this.#clock = clock;
    this.#tasks = tasks;
  }

  made(awaitable: object, what: string, where: CallSite | undefined): void {
    this.#made.set(awaitable, { what, where });
  }

  *during<T>(awaitable: object, coroutine: Coroutine<T>): Coroutine<T> {
    const traced = this.#current();
    if (traced === undefined) return yield* coroutine;
    const call = this.#made.get(awaitable);
    traced.calls.push(call);
    traced.place = captureCalls();
    try {
      return yield* coroutine;
    } finally {
      traced.calls.pop();
    }
  }

  awaited(): void {
    const traced = this.#current();
    if (traced !== undefined) traced.place = captureCalls();
  }

  /** What sensitive steps were given. */
  asked(command: Command): void {
    if (command.kind === 'step' && command.options.sensitive === true) this.#secrets.add(command.args);
  }

  /** Of these tasks, with what must not be shown besides. */
  framesOf(tasks: readonly CoroutineTask<unknown>[], results: readonly unknown[]): Map<string, readonly TaskFrame[]> {
    for (const result of results) this.#secrets.add(result);
    return new Map(tasks.map((task) => [task.id, framesOf(task.coroutine(), this.#secrets)]));
  }

  dependsOn(future: Future<unknown>, parts: Iterable<Future<unknown>>): void {
    this.#parts.set(future, parts);
  }

  taskCreated(task: CoroutineTask<unknown>, parent: CoroutineTask<unknown> | undefined): void {
    this.#traced.set(task, { parent, calls: [], place: undefined, waiter: undefined, sinceMs: this.#clock.nowMs() });
  }

  taskWaits(task: CoroutineTask<unknown>, waiter: Future<unknown>): void {
    const traced = this.#traced.get(task);
    if (traced !== undefined) Object.assign(traced, { waiter, sinceMs: this.#clock.nowMs() });
  }

  /** It has waited since the last event at the latest. Which code created it, and in which calls it is, is not known. */
  taskRestored(task: CoroutineTask<unknown>): void {
    this.taskCreated(task, undefined);
    const waiter = task.waiter();
    if (waiter !== undefined) this.taskWaits(task, waiter);
  }

  /** Of tasks that are alive, in the order in which they were created. */
  statesOf(tasks: readonly CoroutineTask<unknown>[], known: KnownFutures): TaskState[] {
    const limits = new Map<object, number[]>();
    for (const pending of known.pending.values()) {
      if (pending.kind !== 'sleep' || pending.command.owner === undefined) continue;
      limits.set(pending.command.owner, [...(limits.get(pending.command.owner) ?? []), pending.id]);
    }
    return tasks.map((task) => ({ ...this.#stateOf(task, known), limits: limits.get(task) ?? [] }));
  }

  #current(): Traced | undefined {
    const task = this.#tasks.current();
    return task && this.#traced.get(task);
  }

  #stateOf(task: CoroutineTask<unknown>, known: KnownFutures): Omit<TaskState, 'limits'> {
    const { id, name } = task;
    const traced = this.#traced.get(task);
    const waiter = traced?.waiter;
    return {
      id,
      name,
      parentId: traced?.parent?.id,
      sinceMs: waiter === undefined || waiter.done() ? undefined : traced?.sinceMs,
      waitsFor: waiter === undefined ? [] : this.#resolve(waiter, known),
      calls: (traced?.calls ?? []).flatMap((call) => (call === undefined ? [] : [call.what])),
      lines: linesOf(traced) ?? linesOfFrames(task),
    };
  }

  #resolve(future: Future<unknown>, known: KnownFutures): WaitedFor[] {
    if (future.done()) return [];
    if (future instanceof CoroutineTask) return [{ kind: 'task', id: future.id }];
    const id = known.commands.get(future);
    if (id !== undefined) return [{ kind: 'command', id }];
    const runId = known.runs.get(future);
    if (runId !== undefined) return [{ kind: 'run', runId }];
    return Array.from(this.#parts.get(future) ?? []).flatMap((part) => this.#resolve(part, known));
  }
}

/** Where the stack cannot tell our code from the author's, the place of the innermost call is known all the same. */
function linesOf(traced: Traced | undefined): readonly string[] | undefined {
  const lines = traced?.place === undefined ? undefined : authorsLines(traced.place);
  if (lines !== undefined) return lines;
  const call = traced?.calls.at(-1);
  const line = call?.where && describeCallSite(call.where);
  return line === undefined ? undefined : [line];
}

/** Of compiled code. */
function linesOfFrames(task: CoroutineTask<unknown>): readonly string[] {
  return framesOf(task.coroutine(), new SecretValues()).flatMap(({ at }) => at ?? []);
}
