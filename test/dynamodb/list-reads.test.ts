/** How many run items a page of a list reads: as many as it shows, where the index knows what is asked for. */
import { afterAll, expect, test } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { createdRun, finishing, START_MS, taking } from '../store/samples.ts';
import { aroundEachRequest } from './client-faults.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const tableName = await server.newTable();
const client = server.newClient();
let read = 0;
aroundEachRequest(client, (command, input, send) => {
  const tables = Object.values((input['RequestItems'] ?? {}) as Record<string, { readonly Keys?: readonly unknown[] }>);
  if (command === 'BatchGetItemCommand') for (const { Keys = [] } of tables) read += Keys.length;
  return send();
});
const store = createDynamodbStore({ tableName, client });

afterAll(async () => {
  client.destroy();
  await server.close();
});

const workflow = 'many';
await Promise.all(
  Array.from({ length: 30 }, async (_, index) => {
    const { runId } = await createdRun(store, { workflow, createdAtMs: START_MS + index });
    await store.take(runId, taking('worker-1'));
    await store.finish(runId, finishing({ status: 'failed' }));
  }),
);

test.each([{}, { statuses: ['failed', 'cancelled'] as const }])(
  'a page of closed runs, asked for by %o',
  async (filter) => {
    read = 0;
    const { runs } = await store.listRuns({ workflows: [workflow], limit: 5, ...filter });
    expect(runs).toHaveLength(5);
    expect(read).toBe(5);
  },
);
