/**
 * Many runs listed, counted, and stopped after a dry run: exact while others start and end beside it, and when it is
 * interrupted halfway and begun again. In memory with ten thousand runs, in the table with some hundreds.
 */
import { afterAll, expect, it } from 'vitest';
import { workflow } from '../../lib/api/workflow.ts';
import { Client } from '../../lib/client/client.ts';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { MemoryWakeQueue } from '../../lib/memory/memory-wake-queue.ts';
import type { Store } from '../../lib/ports/store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { collect, endRun, JumpingClock, KeptLog } from './client-world.ts';

const server = await startTableServer();
const dynamodb = server.newClient();
const tableName = await server.newTable();
afterAll(async () => {
  dynamodb.destroy();
  await server.close();
});

const order = workflow('order', function* () {});

it.each<[string, number, () => Store]>([
  ['in memory', 10_000, () => new MemoryStore()],
  ['in the table', 300, () => createDynamodbStore({ tableName, client: dynamodb })],
])('many runs %s are stopped by a filter: %i of them', { timeout: 300_000 }, async (_where, count, openStore) => {
  const store = openStore();
  const clock = new JumpingClock();
  const wakes = new MemoryWakeQueue(clock);
  const client = new Client({ store, wakes, clock, log: new KeptLog(), workflows: [order] });
  const start = async (id: string, customer: string): Promise<void> => {
    await client.start(order, undefined, { id, attributes: { customer } });
    clock.pass(1);
  };
  for (let index = 0; index < count; index += 1) await start(`o-${index}`, index % 2 === 0 ? 'even' : 'odd');

  const filter = { workflow: 'order', attributes: { customer: 'even' } };
  expect(await client.count({ workflow: 'order' })).toBe(count);
  expect(await client.count(filter)).toBe(count / 2);
  const dry = await collect(client.cancelAll(filter, { dryRun: true }));
  expect(dry.map(({ id }) => id)).toEqual((await collect(client.list(filter))).map(({ id }) => id));
  expect(dry.filter(({ done }) => done)).toEqual([]);

  // Beside it a new run starts for each twentieth, and the oldest ones end.
  const asked: string[] = [];
  const endedBeside = new Set<string>();
  let beside = 0;
  const goOn = async (stopsAt: number): Promise<void> => {
    for await (const { id, done, error } of client.cancelAll(filter)) {
      expect([done, error]).toEqual([true, undefined]);
      asked.push(id);
      if (asked.length === stopsAt) return;
      if (asked.length % 20 !== 0) continue;
      await start(`new-${beside}`, 'even');
      const oldest = `o-${beside * 2}`;
      beside += 1;
      if (asked.includes(oldest)) continue;
      endedBeside.add(oldest);
      await endRun(store, oldest, { status: 'completed', value: 1 });
    }
  };
  await goOn(count / 5); // ten at a time are asked: at a multiple of that all are reported
  const startedBefore = beside;
  for (const id of asked) await endRun(store, id, { status: 'cancelled', value: 'c' }); // as their workers do
  await goOn(Infinity);

  const expected = dry.map(({ id }) => id).filter((id) => !endedBeside.has(id));
  const old = asked.filter((id) => id.startsWith('o-'));
  expect(new Set(old).size).toBe(old.length);
  expect(old.toSorted()).toEqual(expected.toSorted());
  // Begun again, it also finds those that were started before that, and none that were started since.
  const started = asked.filter((id) => id.startsWith('new-')).toSorted();
  expect(started).toEqual(Array.from({ length: startedBefore }, (_, index) => `new-${index}`).toSorted());
  expect(endedBeside.size).toBeGreaterThan(3);

  // Each was asked once, and no other one.
  const others = (await collect(client.list({ workflow: 'order', status: 'pending' }))).map(({ id }) => id);
  const inboxes = await Promise.all(
    others.map(async (id) => [id, (await store.readRun(id))!.inboxIds.length] as const),
  );
  for (const [id, length] of inboxes) expect([id, length]).toEqual([id, asked.includes(id) ? 1 : 0]);
});
