/** What a schedule costs, in write units: docs/schedules.md says so. */
import { workflow } from 'lull';
import type { ScheduleOverlap } from 'lull/client';
import { createTestEngine } from 'lull/testing';
import { afterAll, expect, it } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { meterWrites } from '../../lib/dynamodb/write-meter.ts';
import { startTableServer } from '../dynamodb/table-server.ts';

const server = await startTableServer();
const client = server.newClient();
const writes = meterWrites(client);
afterAll(async () => {
  client.destroy();
  await server.close();
});

const nothing = workflow('nothing', function* () {});

/** Of each time: what the schedule takes, less what its run does. */
async function unitsOfTimes(overlap: ScheduleOverlap, count: number): Promise<number[]> {
  const store = createDynamodbStore({ tableName: await server.newTable(), client });
  const engine = createTestEngine({ workflows: [nothing], store, now: new Date('2026-11-30T00:30:00Z') });
  const units = async (work: () => Promise<unknown>): Promise<number> => {
    writes.length = 0;
    await work();
    await engine.settle();
    return writes.reduce((sum, { total }) => sum + total, 0);
  };
  const own = await units(() => engine.run(nothing));
  await engine.schedules.create('s', { workflow: nothing, schedule: 'rate(1 hour)', overlap });
  await engine.settle();
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) times.push((await units(() => engine.advance('1 hour'))) - own);
  return times;
}

it('a time costs seven write units, and every twentieth eight more, since the schedule continues as new', async () => {
  // The first one has no run before it to look at.
  expect(await unitsOfTimes('skip', 21)).toEqual([6, ...Array<number>(18).fill(7), 15, 7]);
}, 120_000);

it('a time that does not look at the run before costs six', async () => {
  expect(await unitsOfTimes('allow', 2)).toEqual([6, 6]);
}, 60_000);
