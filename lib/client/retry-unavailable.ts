/** Tries again when the store did not answer: what was asked for may or may not have happened, so it must be repeatable. */
import type { Clock } from '../ports/clock.ts';
import { delay } from '../ports/delay.ts';
import { StoreUnavailableError } from '../ports/world-errors.ts';

const ATTEMPTS = 5;
const FIRST_DELAY_MS = 50;

/** What an operation knows about the attempts before it. */
export interface Attempt {
  /** An earlier attempt got no answer: it may have happened. */
  readonly isRepeat: boolean;
}

/** Five attempts within about a second; then the last StoreUnavailableError. */
export async function retryUnavailable<T>(clock: Clock, operation: (attempt: Attempt) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation({ isRepeat: attempt > 1 });
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || attempt === ATTEMPTS) throw error;
      // Half of the delay is drawn by chance, so that callers who failed together do not come back together.
      await delay(clock, FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
    }
  }
}
