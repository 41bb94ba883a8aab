import { describe } from 'vitest';
import { describeStoreContract } from '../store/contract.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';

describe('with a bucket', () => describeStoreContract(async () => new MemoryStore(), { hasBucket: true }));

describe('without one', () =>
  describeStoreContract(async () => new MemoryStore({ payloadBucket: false }), { hasBucket: false }));
