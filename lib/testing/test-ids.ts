/** Ids that are easy to read, and the same in each run of a test. */
import type { IdSource } from '../client/identifiers.ts';
import type { Store } from '../ports/store.ts';

export interface TestIds extends IdSource {
  nonce(): string;
}

/** Several engines on one store must not give an id twice. */
const counters = new WeakMap<Store, { runs: number; messages: number; turns: number }>();

/** `run-0001`, `message-1`, `turn-1`: numbered for each store. */
export function createTestIds(store: Store): TestIds {
  const counter = counters.get(store) ?? { runs: 0, messages: 0, turns: 0 };
  counters.set(store, counter);
  return {
    runId: () => `run-${String((counter.runs += 1)).padStart(4, '0')}`,
    messageId: () => `message-${(counter.messages += 1)}`,
    nonce: () => `turn-${(counter.turns += 1)}`,
  };
}
