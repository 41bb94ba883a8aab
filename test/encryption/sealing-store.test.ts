import { afterAll, beforeAll, describe } from 'vitest';
import { createDynamodbStore, type TableStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { sealingStore } from '../../lib/encryption/sealing-store.ts';
import { MemoryPayloadStore } from '../../lib/memory/memory-payload-store.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { createTestKey } from '../../lib/testing/index.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { describeStoreContract } from '../store/contract.ts';
import type { OwnTable } from '../store/transact-contract.ts';

// Whoever uses a store does not see whether it encrypts: the contract is the same, limits included. Encrypted, a message is too
// large for a run item.

describe.each([true, false])('in memory, with a bucket: %s', (hasBucket) => {
  const memory = new MemoryStore({ payloadBucket: hasBucket });
  const store = sealingStore(memory, { key: createTestKey(), table: 'memory' });
  const table = memory.tables.table('own');
  const openTable = async (): Promise<OwnTable> => ({ name: 'own', get: (id) => table.get({ id }) });
  describeStoreContract(async () => store, { hasBucket, openTable, takesLetters: false });
});

describe('on DynamoDB', async () => {
  const server = await startTableServer();
  const client = server.newTableClient();
  const sdk = server.newClient();
  afterAll(async () => {
    client.destroy();
    sdk.destroy();
    await server.close();
  });
  const openTable = (): Promise<OwnTable> => server.newOwnTable();

  describe.each([
    ["lull's own client, with a bucket", true],
    ['the client of the AWS SDK, without one', false],
  ])('%s', (_how, hasBucket) => {
    let store: TableStore;
    beforeAll(async () => {
      store = createDynamodbStore({
        tableName: await server.newTable(),
        client: hasBucket ? client : sdk,
        payloads: hasBucket ? new MemoryPayloadStore() : undefined,
        payloadKey: createTestKey(),
      });
    });
    describeStoreContract(async () => store, { hasBucket, openTable, takesLetters: false });
  });
});
