/**
 * Renews a turn's lease while the turn goes on, and learns from each answer which messages were accepted meanwhile.
 *
 * Not its job: to stop the turn. It says that the lease is lost, and the turn asks before everything it does outside.
 * Nothing in the table relies on that, nor on this clock: the writes of a worker whose clock is wrong are refused.
 *
 * Tested by: test/invariants/i7-takeover.test.ts
 */
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../ports/clock.ts';
import type { RunItem, RunShows } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';

export interface LeaseRenewerOptions {
  readonly runId: string;
  readonly epoch: number;
  readonly leaseMs: number;
  /** When the lease that was taken ends. */
  readonly expiresAtMs: number;
  /** False: the turn is still to create the run, and its lease with it. Another starter may have created one of that id. */
  readonly isInTable: () => boolean;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** What the run shows, to be written along; undefined if the item has it. */
  readonly shows: () => RunShows | undefined;
  /** Called after each renewal with the time when it was sent, and once without an item when the lease is lost. */
  readonly onRenewal: (run: RunItem | undefined, askedAtMs: number) => void;
}

/** Renews after each third of the lease. */
export class LeaseRenewer {
  readonly #options: LeaseRenewerOptions;
  /** As far as the table has confirmed it. */
  #expiresAtMs: number;
  #isStopped = false;
  /** The table has said so. */
  #isLost = false;
  #cancelNext = (): void => undefined;

  constructor(options: LeaseRenewerOptions) {
    this.#options = options;
    this.#expiresAtMs = options.expiresAtMs;
    this.#scheduleNext();
  }

  /**
   * Nothing outside may begin when it is false (I7). Within the lease this worker's clock decides. After it the table
   * does: a replay that kept this worker from renewing may have taken longer than the lease, while no other worker took
   * the run.
   */
  isOurs(): boolean | Promise<boolean> {
    return !this.#isLost && (this.#options.clock.nowMs() < this.#expiresAtMs || this.#renew());
  }

  /** As far as the table has confirmed it. */
  get expiresAtMs(): number {
    return this.#expiresAtMs;
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelNext();
  }

  #scheduleNext(): void {
    const { clock, leaseMs } = this.#options;
    this.#cancelNext = clock.callAt(clock.nowMs() + leaseMs / 3, () => void this.#renewAndScheduleNext());
  }

  async #renewAndScheduleNext(): Promise<void> {
    await this.#renew();
    if (!this.#isStopped && !this.#isLost) this.#scheduleNext();
  }

  async #renew(): Promise<boolean> {
    const { runId, epoch, leaseMs, store, clock, log, isInTable, shows, onRenewal } = this.#options;
    if (!isInTable()) return false;
    const askedAtMs = clock.nowMs();
    const expiresAtMs = askedAtMs + leaseMs;
    const shown = shows();
    try {
      const renewal = await store.renew(runId, { epoch, expiresAtMs, ...(shown && { shows: shown }) });
      if (this.#isStopped) return false;
      this.#isLost ||= renewal.kind === 'lost';
      if (renewal.kind === 'renewed') this.#expiresAtMs = Math.max(this.#expiresAtMs, expiresAtMs);
      onRenewal(renewal.kind === 'renewed' ? renewal.run : undefined, askedAtMs);
      return !this.#isLost;
    } catch (error) {
      // The lease runs on for two more tries; after that it counts as lost until the table says that it is not.
      log.warn('a lease was not renewed', { runId, epoch, error });
      return false;
    }
  }
}
