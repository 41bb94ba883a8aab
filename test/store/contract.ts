/** The contract of the store port: every implementation passes the same suite. */
import type { Store } from '../../lib/ports/store.ts';
import { describeLeases } from './lease-contract.ts';

/** Declares the suite. The store may hold other runs already, and may be shared by all tests of it. */
export function describeStoreContract(openStore: () => Promise<Store>): void {
  describeLeases(openStore);
}
