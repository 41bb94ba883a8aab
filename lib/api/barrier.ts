/** asyncio's `Barrier`. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import { BrokenBarrierError, WorkflowCodeError } from '../core/errors.ts';
import { Condition } from './condition.ts';
import { RunBound } from './run-bound.ts';

type State = 'filling' | 'draining' | 'resetting' | 'broken';

/**
 * Blocks tasks until a number of them wait, then lets all of them go on (asyncio's `Barrier`). It can be used again and
 * again: a task that comes while the last ones leave belongs to the next round.
 *
 * @example
 * ```ts
 * const barrier = new Barrier(2);
 * const member = function* (duration: string) {
 *   yield* sleep(duration);
 *   yield* barrier.wait();
 *   return now().getTime();
 * };
 * const [a, b] = yield* gather([member('1s'), member('3s')]);
 * b - a; // => 0
 * ```
 */
export class Barrier extends RunBound {
  readonly parties: number;
  /** The lock under which the fields below change; the tasks that wait are notified of each change. */
  readonly #changed = new Condition();
  #state: State = 'filling';
  /** Tasks inside: those that wait, and while it drains those that have not left yet. */
  #count = 0;

  /** `parties`: how many tasks have to come, a whole number of one or more. */
  constructor(parties: number) {
    super();
    if (!Number.isSafeInteger(parties) || parties < 1) {
      throw new WorkflowCodeError(
        'INVALID_ARGUMENT',
        `a Barrier cannot have ${describeValue(parties)} parties: give a whole number, one or more`,
      );
    }
    this.parties = parties;
  }

  /** How many tasks wait for the others. */
  get nWaiting(): number {
    return this.#state === 'filling' ? this.#count : 0;
  }

  get broken(): boolean {
    return this.#state === 'broken';
  }

  /**
   * Waits for the others. Each task gets a number of its own, from 0 in the order in which they came.
   * BrokenBarrierError if the barrier is reset or aborted meanwhile, or was aborted before.
   */
  wait(): Awaitable<number> {
    return this.lazy('barrier.wait()', 'wait');
  }

  /** Empties it: tasks that wait get a BrokenBarrierError. An aborted barrier can be used again after it. */
  reset(): Awaitable<void> {
    return this.lazy('barrier.reset()', 'reset');
  }

  /** Breaks it: tasks that wait, and those that come before it is reset, get a BrokenBarrierError. */
  abort(): Awaitable<void> {
    return this.lazy('barrier.abort()', 'abort');
  }

  protected override begin(method: string, argument: unknown): Coroutine<unknown> {
    if (method === 'wait' || method === 'reset' || method === 'abort') return this.#inLock(method);
    return super.begin(method, argument);
  }

  *#inLock(method: 'wait' | 'reset' | 'abort'): Coroutine<number | undefined> {
    yield* this.#changed.acquire();
    try {
      if (method === 'wait') return yield* this.#wait();
      if (method === 'abort') this.#change('broken');
      else this.#change(this.#count > 0 ? 'resetting' : 'filling');
      return undefined;
    } finally {
      this.#changed.release();
    }
  }

  *#wait(): Coroutine<number> {
    while (this.#state === 'draining' || this.#state === 'resetting') yield* this.#changed.wait();
    if (this.broken) throw new BrokenBarrierError('Barrier aborted');
    const index = this.#count;
    this.#count += 1;
    try {
      if (this.#count === this.parties) this.#change('draining');
      else yield* this.#waitForOthers();
      return index;
    } finally {
      this.#count -= 1;
      if (this.#count === 0) this.#change(this.broken ? 'broken' : 'filling');
    }
  }

  *#waitForOthers(): Coroutine<void> {
    while (this.#state === 'filling') yield* this.#changed.wait();
    if (this.#state !== 'draining') throw new BrokenBarrierError('Abort or reset of barrier');
  }

  #change(state: State): void {
    this.#state = state;
    this.#changed.notifyAll();
  }
}
