import { describeStoreContract } from '../store/contract.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';

describeStoreContract(async () => new MemoryStore());
