/** The time by which requests to a service are signed: this machine's, unless the service has said that it is wrong. */
import type { SdkError } from '../sdk-error.ts';
import type { Answer } from './post.ts';

export interface ServiceClock {
  nowMs(): number;
  /** Whether the request failed because the clock was wrong, and it is right now. */
  isMended(error: SdkError, answer: Answer): boolean;
}

export function createServiceClock(): ServiceClock {
  /** What to add to this machine's clock. */
  let skewMs = 0;
  return {
    nowMs: () => Date.now() + skewMs,
    isMended: ({ name }, { headers }) => {
      if (!SKEWED.has(name) || headers.date === undefined) return false;
      const foundMs = Date.parse(headers.date) - Date.now();
      if (Number.isNaN(foundMs) || Math.abs(foundMs - skewMs) < LEAST_SKEW_MS) return false;
      skewMs = foundMs;
      return true;
    },
  };
}

/** Names under which services refuse a request whose time is not theirs. */
const SKEWED: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

/** Services take a request that is up to five minutes off, or fifteen. */
const LEAST_SKEW_MS = 4 * 60_000;
