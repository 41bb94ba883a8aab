/** How often a transaction that met another request is tried again. */
import type { RetryPolicy } from '../step.ts';

/** About 40 s in all. Each further attempt is an entry of the journal, so there is an end to it. */
export const TRANSACTION_RETRY: RetryPolicy = {
  maxAttempts: 12,
  firstDelay: '50ms',
  factor: 2,
  maxDelay: '10s',
  jitter: 0.5,
  retryIf: (error) => (error as { readonly code?: unknown }).code === 'TRANSACTION_CONFLICT',
};
