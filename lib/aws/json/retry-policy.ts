/**
 * How often a request is sent again, and when. The quota is that of the AWS SDK's standard mode: each further try takes
 * from it, and successes give back. So while a service fails altogether, a client asks it once for each request, and does
 * not make its trouble several times as large.
 */
import { isThrottling, type SdkError } from '../sdk-error.ts';

export interface RetryPolicy {
  /** For one request. */
  begin(): Tries;
}

export interface Tries {
  /** Waits until the request may be sent again, and gives true; gives false at once if it may not. */
  mayGoOn(error: SdkError): Promise<boolean>;
  succeeded(): void;
}

const QUOTA = 500;
const COST = 14;
const COST_AFTER_THROTTLING = 5;
/** Of a request that succeeds at once. */
const GAIN = 1;

const FIRST_PAUSE_MS = 25;
const FIRST_PAUSE_AFTER_THROTTLING_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/** For all requests of a client together. */
export function createRetryPolicy(maxAttempts: number): RetryPolicy {
  let quota = QUOTA;
  return {
    begin: () => {
      let attempts = 1;
      let gain = GAIN;
      return {
        mayGoOn: async (error) => {
          const isThrottled = isThrottling(error);
          const cost = isThrottled ? COST_AFTER_THROTTLING : COST;
          if (attempts >= maxAttempts || cost > quota) return false;
          quota -= cost;
          gain = cost;
          await pause(attempts, isThrottled ? FIRST_PAUSE_AFTER_THROTTLING_MS : FIRST_PAUSE_MS);
          attempts += 1;
          return true;
        },
        succeeded: () => {
          quota = Math.min(QUOTA, quota + gain);
        },
      };
    },
  };
}

/** Drawn from all of the interval, so that those who failed together do not come back together. */
function pause(attempts: number, firstMs: number): Promise<void> {
  const ms = Math.random() * Math.min(LONGEST_PAUSE_MS, firstMs * 2 ** (attempts - 1));
  return new Promise((resolve) => setTimeout(resolve, ms));
}
