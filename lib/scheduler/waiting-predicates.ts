/**
 * The tasks that wait until a predicate holds, in the order in which they began to wait.
 *
 * The predicates are asked in that order after each round of the loop, and once for each event. The first task whose
 * predicate holds is called; right before its code goes on, the predicate is asked again, and if it holds no more the
 * task waits on in its place. After one has gone on, the next is asked when the run is at rest: by then the code of the
 * first has done what it waited for, also where a race or another task is between the two.
 */
import { Future } from '../core/future.ts';
import type { Predicates, WaitingPredicate } from '../core/loop.ts';
import { ask } from '../core/plain-answer.ts';
import type { CoroutineTask } from './coroutine-task.ts';
import type { TaskRegistry } from './task-registry.ts';

interface Waiter extends WaitingPredicate {
  /** The author's code. */
  readonly predicate: () => unknown;
  readonly task: CoroutineTask<unknown> | undefined;
  called: Future<void>;
  failure: { readonly error: unknown } | undefined;
}

export class WaitingPredicates implements Predicates {
  readonly #tasks: TaskRegistry;
  /** In the order of waiting. */
  readonly #line = new Set<Waiter>();
  /** Its predicate held, and its task has not gone on yet. Set by `#ask`, cleared by `leave` and `waitOn`. */
  #called: Waiter | undefined;
  /** A task has gone on since the run was last at rest. */
  #hasGoneOn = false;
  /** The predicates were asked since the last event was delivered. */
  #isAsked = false;

  constructor(tasks: TaskRegistry) {
    this.#tasks = tasks;
  }

  mayGoOnAtOnce(): boolean {
    return this.#line.size === 0 && !this.#hasGoneOn;
  }

  wentOn(): void {
    this.#hasGoneOn = true;
  }

  join(predicate: () => unknown): WaitingPredicate {
    const task = this.#tasks.current();
    const waiter: Waiter = { predicate, task, called: new Future<void>(), failure: undefined };
    this.#line.add(waiter);
    return waiter;
  }

  waitOn(waiter: Waiter): void {
    waiter.called = new Future<void>();
    if (this.#called === waiter) this.#called = undefined;
  }

  leave(waiter: Waiter): void {
    this.#line.delete(waiter);
    if (this.#called === waiter) this.#called = undefined;
  }

  clear(): void {
    this.#line.clear();
    this.#called = undefined;
  }

  /** An event was delivered, which may have changed something though no job is ready: a signal that was buffered. */
  eventDelivered(): void {
    this.#isAsked = false;
  }

  roundEnded(): void {
    if (this.#line.size > 0 && !this.#hasGoneOn) this.#ask();
  }

  /** No job is ready; says whether a task is called now. */
  callAtRest(): boolean {
    const isAsked = this.#isAsked && !this.#hasGoneOn;
    this.#hasGoneOn = false;
    return !isAsked && this.#line.size > 0 && this.#ask();
  }

  #ask(): boolean {
    this.#isAsked = true;
    if (this.#called !== undefined) return false;
    for (const waiter of this.#line) {
      // A task that was cancelled is in line until its code has gone on.
      if (waiter.called.done() || !this.#holds(waiter)) continue;
      this.#called = waiter;
      waiter.called.setResult();
      return true;
    }
    return false;
  }

  /** Asks in the name of the task. A predicate that throws is one that holds: its task goes on with the error. */
  #holds(waiter: Waiter): boolean {
    const { predicate, task } = waiter;
    if (task !== undefined) this.#tasks.enter(task);
    try {
      return Boolean(ask(predicate, 'waitUntil()'));
    } catch (error) {
      waiter.failure = { error };
      return true;
    } finally {
      this.#tasks.leave();
    }
  }
}
