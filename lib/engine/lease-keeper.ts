/**
 * Keeps a turn's lease alive while it goes on, and learns by it what was accepted meanwhile.
 *
 * Not its job: to stop the turn. It says that the lease is lost, and the turn looks before everything it does outside.
 * Nothing in the table relies on that, nor on this clock: a worker whose clock is wrong finds its writes refused.
 */
import type { Clock } from '../ports/clock.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';
import type { Logger } from '../core/logger.ts';

export interface LeaseKeeper {
  /** By this worker's clock: nothing outside may begin when it is over (I7). */
  held(): boolean;
  stop(): void;
}

export interface LeaseKeeping {
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
export function keepLease(keeping: LeaseKeeping): LeaseKeeper {
  const { runId, epoch, leaseMs, store, clock, log } = keeping;
  let expiresAtMs = keeping.expiresAtMs;
  let stopped = false;
  let lost = false;
  let cancelNext = (): void => undefined;

  const scheduleNext = (): void => {
    cancelNext = clock.callAt(clock.nowMs() + leaseMs / 3, () => void renew());
  };

  const renew = async (): Promise<void> => {
    const askedAtMs = clock.nowMs();
    const wantedMs = askedAtMs + leaseMs;
    try {
      const renewal = await store.renew(runId, { epoch, expiresAtMs: wantedMs });
      if (stopped) return;
      if (renewal.kind === 'lost') {
        lost = true;
        keeping.onRenewal(undefined, askedAtMs);
        return;
      }
      expiresAtMs = wantedMs;
      keeping.onRenewal(renewal.run, askedAtMs);
    } catch (error) {
      // The lease runs on for two more tries; after that `held` is false by the clock.
      log.warn('a lease was not renewed', { runId, epoch, error });
    }
    if (!stopped) scheduleNext();
  };

  scheduleNext();
  return {
    held: () => !lost && clock.nowMs() < expiresAtMs,
    stop: () => {
      stopped = true;
      cancelNext();
    },
  };
}
