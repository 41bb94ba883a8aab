import { callback, signal, step, workflow } from 'lull';
import { Client } from 'lull/client';
import { afterAll, expect, test } from 'vitest';
import { createRunOperations } from '../../lib/client/run-operations.ts';
import { createRegistry } from '../../lib/core/workflow-registry.ts';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { meterWrites } from '../../lib/dynamodb/write-meter.ts';
import { createEngine } from '../../lib/engine/engine.ts';
import { createTestIds } from '../../lib/testing/test-ids.ts';
import { VirtualClock } from '../../lib/testing/virtual-clock.ts';
import { START_MS } from '../engine/small-cloud.ts';
import { silent } from '../testing/silent.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const dynamodb = server.newClient();
const writes = meterWrites(dynamodb);
const store = createDynamodbStore({ tableName: await server.newTable(), client: dynamodb });
const ids = createTestIds(store);

const decided = signal<string>('decided');
const bySignal = workflow('by-signal', function* () {
  yield* step('mail', () => 'x'.repeat(120));
  return yield* decided.receive();
});
const byCallback = workflow('by-callback', function* () {
  const decision = callback<string>('decided');
  yield* step('mail', () => decision.token);
  return yield* decision;
});

const workflows = [bySignal, byCallback];
const wakes = { send: () => Promise.resolve() };
const clock = new VirtualClock(START_MS);
const client = new Client({ workflows, store, wakes, clock, ids, log: silent });
const outside = { registry: createRegistry(workflows), store, wakes, clock, log: silent };
const engine = createEngine({
  ...outside,
  operations: createRunOperations({ ...outside, ids }),
  ...{ newNonce: () => ids.nonce(), newSeed: ({ runId }) => `seed of ${runId}`, random: () => 0.5 },
});

afterAll(async () => {
  dynamodb.destroy();
  await server.close();
});

/** The units of a run from its start to its end, which somebody outside brings about. */
async function unitsOf(flow: (typeof workflows)[number], decide: (runId: string) => Promise<unknown>): Promise<number> {
  writes.length = 0;
  const { id } = await client.start(flow as never);
  await engine.takeTurn({ runId: id, deadlineAtMs: Infinity });
  await decide(id);
  expect(await engine.takeTurn({ runId: id, deadlineAtMs: Infinity })).toMatchObject({ kind: 'ended' });
  return writes.reduce((sum, { total }) => sum + total, 0);
}

test('a callback costs what a signal with an idempotency key costs, which is no letter', async () => {
  const letter = await unitsOf(bySignal, (id) => client.run(id).signal(decided, 'yes'));
  const signalled = await unitsOf(bySignal, (id) => client.run(id).signal(decided, 'yes', { idempotencyKey: 'k' }));
  const calledBack = await unitsOf(byCallback, async (id) => {
    const records = await store.loadRecords(id, 0);
    const [mail] = records.flatMap(({ entries }) => entries).filter(({ kind }) => kind === 'step-completed');
    await client.completeCallback((mail as unknown as { value: string }).value, 'yes');
  });
  expect([letter, signalled, calledBack]).toEqual([13, 16, 16]);
});
