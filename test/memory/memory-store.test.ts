import { describe } from 'vitest';
import { describeStoreContract } from '../store/contract.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import type { OwnTable } from '../store/transact-contract.ts';

describe('with a bucket', () => declare(new MemoryStore(), true));

describe('without one', () => declare(new MemoryStore({ payloadBucket: false }), false));

function declare(store: MemoryStore, hasBucket: boolean): void {
  const table = store.tables.table('own');
  const openTable = async (): Promise<OwnTable> => ({ name: 'own', get: (id) => table.get({ id }) });
  describeStoreContract(async () => store, { hasBucket, openTable });
}
