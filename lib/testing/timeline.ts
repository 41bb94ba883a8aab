/**
 * Moves the cloud through time: does all that can be done now, then jumps to when the next thing is due.
 *
 * Several may wait for something at once: they take turns, one step in time each, so that a caller whose condition
 * is met goes on before the clock moves further.
 */
import type { Cloud } from './cloud.ts';
import { pauseReally, promisesToGoOn, turnOfTheLoop } from './real-time.ts';

/** When nothing will ever happen by itself, a test that does several things at once gets this long to do its part. */
const PATIENCE_MS = 100;

/** After so many steps in time the event loop turns, so that a test that never ends can be stopped. */
const STEPS_BETWEEN_TURNS = 200;

export class Timeline {
  readonly #cloud: Cloud;
  #last: Promise<unknown> = Promise.resolve();
  #steps = 0;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Until nothing goes on any more without the clock. */
  settle(): Promise<void> {
    return this.#alone(() => this.#settle());
  }

  /** Until `atMs`, with all that is due on the way, each at its time. */
  async advanceTo(atMs: number): Promise<void> {
    let hasArrived = false;
    while (!hasArrived) {
      hasArrived = await this.#alone(async () => {
        await this.#settle();
        const nextMs = this.#cloud.nextAtMs();
        if (nextMs !== undefined && nextMs <= atMs) this.#cloud.clock.moveTo(nextMs);
        else this.#cloud.clock.moveTo(atMs);
        await this.#settle();
        return this.#cloud.clock.nowMs() >= atMs;
      });
    }
  }

  /**
   * Until something is so, jumping on and on. `too-late` when it is not by `limitMs`, `stuck` when nothing is due any
   * more that could make it so.
   */
  async until(isSo: () => Promise<boolean>, limitMs = Infinity): Promise<'so' | 'too-late' | 'stuck'> {
    for (;;) {
      const step = await this.#alone(async () => {
        await this.#settle();
        if (await isSo()) return 'so';
        const nextMs = this.#cloud.nextAtMs();
        if (limitMs <= (nextMs ?? limitMs) && limitMs !== Infinity) {
          this.#cloud.clock.moveTo(limitMs);
          await this.#settle();
          return (await isSo()) ? 'so' : 'too-late';
        }
        if (nextMs === undefined) return 'nothing-is-due';
        this.#cloud.clock.moveTo(nextMs);
        return 'moved';
      });
      if (step === 'moved') continue;
      if (step !== 'nothing-is-due') return step;
      if (!(await this.#othersAreActive())) return 'stuck';
    }
  }

  async #settle(): Promise<void> {
    const cloud = this.#cloud;
    this.#steps += 1;
    if (this.#steps % STEPS_BETWEEN_TURNS === 0) await turnOfTheLoop();
    for (;;) {
      cloud.throwFailure();
      const { count } = cloud.progress;
      const hasBegun = await cloud.beginDue();
      await promisesToGoOn();
      if (hasBegun || cloud.progress.count !== count) continue;
      if (cloud.callsInFlight > 0) {
        await cloud.progress.next();
        continue;
      }
      if (await cloud.bodies.mayBeActive()) continue;
      if (cloud.sweepIfDue()) continue;
      const repeats = cloud.callers.takeRepeats();
      if (repeats.length === 0) return;
      for (const repeat of repeats) await repeat();
    }
  }

  async #othersAreActive(): Promise<boolean> {
    const { count } = this.#cloud.progress;
    await Promise.race([this.#cloud.progress.next(), pauseReally(PATIENCE_MS)]);
    return this.#cloud.progress.count !== count;
  }

  /** One after the other, in the order of asking. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
