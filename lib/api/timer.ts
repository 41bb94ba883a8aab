/** A time at which an object is notified: what time limits are made of (asyncio's `call_at`). */
import type { Future } from '../core/future.ts';
import { ADD_WATCHER } from '../core/future.ts';
import type { Fireable, Watcher } from '../core/job.ts';
import { currentLoop } from '../core/loop.ts';
import type { Task } from '../core/task.ts';

/** An object that sets timers. */
export interface TimerTarget {
  timerDue(): void;
}

export interface TimerOptions {
  /** The timer's name in the journal: the call that sets it. */
  readonly name: string;
  readonly dueAtMs: number;
  /**
   * A timer that is due already when it is set issues no command: it fires `soon` (`call_soon`), or in the
   * `next-round`, after everything that is ready (`call_later(0, ...)`).
   */
  readonly ifDue: 'soon' | 'next-round';
  /** Timers of one owner that are due at the same moment fire together. */
  readonly owner?: Task<unknown>;
}

export class Timer implements Watcher, Fireable {
  readonly #target: TimerTarget;
  /** The future of the timer's command; undefined if it was due when it was set. */
  readonly #command: Future<unknown> | undefined;
  /** Set by `cancel`: a timer whose job is in the ready queue already does not fire any more. */
  #isCancelled = false;

  /** Sets the timer. */
  constructor(target: TimerTarget, { name, dueAtMs, ifDue, owner }: TimerOptions) {
    const { clock, commands, ready } = currentLoop(name);
    this.#target = target;
    if (dueAtMs > clock.nowMs()) {
      this.#command = commands.begin({ kind: 'sleep', name, dueAtMs, owner });
      this.#command[ADD_WATCHER](this);
    } else if (ifDue === 'soon') {
      ready.enqueue({ kind: 'fire', timer: this });
    } else {
      ready.enqueueNextRound({ kind: 'fire', timer: this });
    }
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#command?.cancel();
  }

  futureDone(): void {
    this.fire();
  }

  fire(): void {
    if (!this.#isCancelled) this.#target.timerDue();
  }
}
