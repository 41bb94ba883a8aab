/**
 * Keeps a turn's lease alive while it goes on (operation 13), and learns by it what was accepted meanwhile.
 *
 * Not its job: to stop the turn. It says that the lease is lost, and the turn looks before everything it does outside.
 * Nothing in the table relies on that, nor on this clock: a worker whose clock is wrong finds its writes refused.
 */
import type { Clock } from '../ports/clock.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';
import type { Logger } from '../core/logger.ts';

export interface LeaseRenewer {
  /**
   * Nothing outside may begin when it is over (I7). Within the lease this worker's clock says so. After it the table
   * does: a replay that kept this worker from renewing may have taken longer than the lease, and nobody else the run.
   */
  isOurs(): Promise<boolean>;
  stop(): void;
}

export interface LeaseRenewerOptions {
  readonly runId: string;
  readonly epoch: number;
  readonly leaseMs: number;
  /** When the lease that was taken ends. */
  readonly expiresAtMs: number;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called after each renewal with the time when it was sent, and once without an item when the lease is lost. */
  onRenewal(run: RunItem | undefined, askedAtMs: number): void;
}

/** Renews after each third of the lease. */
export function startLeaseRenewer(keeping: LeaseRenewerOptions): LeaseRenewer {
  const { runId, epoch, leaseMs, store, clock, log } = keeping;
  let expiresAtMs = keeping.expiresAtMs;
  let stopped = false;
  let lost = false;
  let cancelNext = (): void => undefined;

  const scheduleNext = (): void => {
    cancelNext = clock.callAt(clock.nowMs() + leaseMs / 3, () => void renew());
  };

  const ask = async (): Promise<boolean> => {
    const askedAtMs = clock.nowMs();
    const wantedMs = askedAtMs + leaseMs;
    try {
      const renewal = await store.renew(runId, { epoch, expiresAtMs: wantedMs });
      if (stopped) return false;
      lost ||= renewal.kind === 'lost';
      if (renewal.kind === 'renewed') expiresAtMs = Math.max(expiresAtMs, wantedMs);
      keeping.onRenewal(renewal.kind === 'renewed' ? renewal.run : undefined, askedAtMs);
      return !lost;
    } catch (error) {
      // The lease runs on for two more tries; after that it counts as lost until the table says that it is not.
      log.warn('a lease was not renewed', { runId, epoch, error });
      return false;
    }
  };

  const renew = async (): Promise<void> => {
    await ask();
    if (!stopped && !lost) scheduleNext();
  };

  scheduleNext();
  return {
    isOurs: async () => !lost && (clock.nowMs() < expiresAtMs || (await ask())),
    stop: () => {
      stopped = true;
      cancelNext();
    },
  };
}
