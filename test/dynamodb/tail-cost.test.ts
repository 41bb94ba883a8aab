/** What turns cost whose last record goes with the release or the finish, in write units, counted over whole runs. */
import { signal, sleep, step, timeout, workflow, type Coroutine } from 'lull';
import { createTestEngine, type TestEngine } from 'lull/testing';
import { afterAll, expect, test } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { itemBytes } from '../../lib/dynamodb/item-size.ts';
import { toRunItem } from '../../lib/dynamodb/stored-run.ts';
import { meterWrites } from '../../lib/dynamodb/write-meter.ts';
import { runItemBytes } from '../../lib/ports/tail.ts';
import { newRun } from '../store/samples.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const client = server.newClient();
const writes = meterWrites(client);
afterAll(async () => {
  client.destroy();
  await server.close();
});

const note = signal<number>('note');
const ROUNDS = 12;

/** What so many rounds cost, for each of them. */
async function perRound(round: () => Coroutine<unknown>, act: (engine: TestEngine, id: string) => Promise<void>) {
  const cost = async (rounds: number): Promise<number> => {
    const flow = workflow('flow', function* () {
      for (let index = 0; index < rounds; index += 1) yield* round();
    });
    const store = createDynamodbStore({ tableName: await server.newTable(), client });
    const engine = createTestEngine({ workflows: [flow], store, checkReplay: false });
    writes.length = 0;
    const run = await engine.start(flow, undefined, { id: 'flow-of-some-rounds' });
    for (let index = 0; index < rounds; index += 1) await act(engine, run.id);
    await run.result();
    await engine.settle();
    return writes.reduce((sum, { total }) => sum + total, 0);
  };
  return ((await cost(ROUNDS)) - (await cost(0))) / ROUNDS;
}

test('a sleep and its wake cost four units, and a part of one for records', async () => {
  const units = await perRound(
    function* () {
      yield* sleep('1h');
    },
    async (engine) => engine.advance('1h'),
  );
  expect(units).toBeGreaterThanOrEqual(4);
  expect(units).toBeLessThanOrEqual(4.5);
});

test('a signal costs five units, and a part of one for records', async () => {
  const units = await perRound(
    function* () {
      yield* note.receive();
    },
    async (engine, id) => {
      await engine.client.run(id).signal(note, 1);
      await engine.settle();
    },
  );
  expect(units).toBeGreaterThanOrEqual(4.5);
  expect(units).toBeLessThanOrEqual(5.5);
});

test('a signal beside a timer costs seven units, and a part of one for records', async () => {
  const units = await perRound(
    function* () {
      yield* timeout('30 days', note.receive());
    },
    async (engine, id) => {
      await engine.client.run(id).signal(note, 1);
      await engine.settle();
    },
  );
  expect(units).toBeGreaterThanOrEqual(6);
  expect(units).toBeLessThanOrEqual(7.6);
});

test('a run that does nothing costs 7, and one of three steps 10', async () => {
  const cost = async (steps: number): Promise<number> => {
    const flow = workflow('flow', function* () {
      for (let index = 0; index < steps; index += 1) yield* step('step', () => index);
    });
    const store = createDynamodbStore({ tableName: await server.newTable(), client });
    const engine = createTestEngine({ workflows: [flow], store, checkReplay: false });
    writes.length = 0;
    await engine.run(flow);
    return writes.reduce((sum, { total }) => sum + total, 0);
  };
  expect([await cost(0), await cost(3)]).toEqual([7, 10]);
});

test('the size of a run item is estimated well enough to keep it within a unit', () => {
  const runs = [
    newRun(),
    newRun({ deadlineAtMs: Date.now(), attributes: { customer: 'c1', region: 'eu' }, scheduledAtMs: Date.now() }),
    newRun({ startedBy: { runId: 'parent', step: 'x'.repeat(22), isParent: true }, workflow: 'w'.repeat(60) }),
  ];
  for (const run of runs) {
    const off =
      runItemBytes({ ...run, status: 'suspended', epoch: 1, wakes: 0, inboxIds: [] }) - itemBytes(toRunItem(run));
    expect(Math.abs(off)).toBeLessThanOrEqual(80);
  }
});
