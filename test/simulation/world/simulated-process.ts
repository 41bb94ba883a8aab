/**
 * A process: a Lambda environment, a caller. It has a clock of its own that may be wrong, may stand still for a while
 * and go on as if nothing had been, and may die. What is dead hears nothing any more.
 */
import type { Clock } from '../../../lib/ports/clock.ts';
import type { Timeline } from './timeline.ts';

export class SimulatedProcess {
  readonly name: string;
  readonly clock: Clock;
  readonly #timeline: Timeline;
  readonly #onDeath: (() => void)[] = [];
  #isAlive = true;
  #frozenUntilMs = -Infinity;
  /** What its clock shows too much. */
  #offsetMs: number;

  constructor(name: string, timeline: Timeline, offsetMs = 0) {
    this.name = name;
    this.#timeline = timeline;
    this.#offsetMs = offsetMs;
    this.clock = {
      nowMs: () => Math.floor(timeline.nowMs + this.#offsetMs),
      callAt: (atMs, callback) => this.#callAt(atMs, callback),
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isFrozen(): boolean {
    return this.#timeline.nowMs < this.#frozenUntilMs;
  }

  /** When it can do anything: now, or when it thaws. */
  get goesOnAtMs(): number {
    return Math.max(this.#timeline.nowMs, this.#frozenUntilMs);
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** The clock is set: it jumps. */
  setOffset(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }

  freeze(forMs: number): void {
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.#timeline.nowMs + forMs);
  }

  die(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    for (const tell of this.#onDeath.splice(0)) tell();
  }

  /** In the middle of its own code, which goes on and reaches nothing any more. Others hear of it when the code is over. */
  dieInItsCode(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#timeline.after(0, () => {
      for (const tell of this.#onDeath.splice(0)) tell();
    });
  }

  onDeath(tell: () => void): void {
    this.#onDeath.push(tell);
  }

  /** Something reaches the process at that time: an answer, an end of waiting. */
  reachAt(atMs: number, action: () => void): () => void {
    let cancel = (): void => undefined;
    const arrive = (): void => {
      if (!this.#isAlive) return;
      if (this.isFrozen) cancel = this.#timeline.at(this.#frozenUntilMs, arrive);
      else action();
    };
    cancel = this.#timeline.at(atMs, arrive);
    return () => {
      cancel();
    };
  }

  /** As Node's timers: they count time that passes, and look at the clock when it is over. */
  #callAt(atMs: number, callback: () => void): () => void {
    let cancel = (): void => undefined;
    const wait = (): void => {
      const delayMs = Math.max(0, atMs - this.clock.nowMs());
      cancel = this.reachAt(this.#timeline.nowMs + delayMs, () => {
        if (this.clock.nowMs() < atMs) wait();
        else callback();
      });
    };
    wait();
    return () => {
      cancel();
    };
  }
}

/** An answer that does not come. */
export function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
