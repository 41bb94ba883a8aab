/** Operations of a Store that give page after page: each page is a request of its own. */
import type { StoreOperation } from './store.ts';

export function isListing(
  operation: string,
): operation is Extract<StoreOperation, 'listDue' | 'listHeld' | 'listPools'> {
  return operation === 'listDue' || operation === 'listHeld' || operation === 'listPools';
}
