/**
 * Real time plus an offset. It goes on as the machine's clock does, and it can be moved forward: what becomes due on the
 * way is called back in order of time.
 */
import { least } from '../../core/least.ts';
import type { Clock } from '../../ports/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
  /** A move of the clock stops there. */
  readonly isStop: boolean;
}

/** What `setTimeout` can wait for at most; it takes a longer delay for 1 ms. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

export class MovableClock implements Clock {
  #offsetMs = 0;
  /** In the order in which they were asked for. */
  readonly #timers = new Set<Timer>();
  #alarm: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #onMove: (offsetMs: number) => void;

  /**
   * The same clock, for timers that come round again and again: a move leaps over them. Those that it leaps over are
   * called back once it stops.
   */
  readonly coalescingTimers: Clock = {
    nowMs: () => this.nowMs(),
    callAt: (atMs, callback) => this.#add({ atMs, callback, isStop: false }),
  };

  /** `onMove` is called with how far it is ahead of the machine's clock, before any timer sees the new time. */
  constructor(onMove: (offsetMs: number) => void = () => undefined) {
    this.#onMove = onMove;
  }

  nowMs(): number {
    return Date.now() + this.#offsetMs;
  }

  callAt(atMs: number, callback: () => void): () => void {
    return this.#add({ atMs, callback, isStop: true });
  }

  /** When the next timer is due that must not be leapt over; undefined if there is none. */
  nextStopMs(): number | undefined {
    return least([...this.#timers].filter((timer) => timer.isStop).map((timer) => timer.atMs));
  }

  /** Moves it by so much, and calls back what has become due: the earliest first, at the new time all of them. */
  advance(byMs: number): void {
    this.#offsetMs += byMs;
    this.#onMove(this.#offsetMs);
    this.#fire();
  }

  /** No timer calls back after this. */
  close(): void {
    this.#isClosed = true;
    this.#timers.clear();
    clearTimeout(this.#alarm);
  }

  #add(timer: Timer): () => void {
    if (this.#isClosed) return () => undefined;
    this.#timers.add(timer);
    this.#setAlarm();
    return () => {
      this.#timers.delete(timer);
      this.#setAlarm();
    };
  }

  /** A timer that is set meanwhile fires soon after: a callback that asks for now makes no loop. */
  #fire(): void {
    const nowMs = this.nowMs();
    const due = [...this.#timers].filter((timer) => timer.atMs <= nowMs).sort((a, b) => a.atMs - b.atMs);
    for (const timer of due) if (this.#timers.delete(timer)) timer.callback();
    this.#setAlarm();
  }

  /** One real timer, for the next of them. */
  #setAlarm(): void {
    clearTimeout(this.#alarm);
    const nextMs = least([...this.#timers].map(({ atMs }) => atMs));
    if (nextMs === undefined) return;
    const delayMs = Math.min(Math.max(0, nextMs - this.nowMs()), LONGEST_DELAY_MS);
    this.#alarm = setTimeout(() => this.#fire(), delayMs);
  }
}
