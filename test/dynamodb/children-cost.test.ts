/** What children cost, in write units, counted over whole runs: docs/children.md says so. */
import { child, gather, getRun, signal, startRun, workflow } from 'lull';
import { createTestEngine, type TestEngine } from 'lull/testing';
import { afterAll, expect, test } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { meterWrites } from '../../lib/dynamodb/write-meter.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const client = server.newClient();
const writes = meterWrites(client);
afterAll(async () => {
  client.destroy();
  await server.close();
});

const word = signal<string>('word');
const nothing = workflow('nothing', function* () {});
const listens = workflow('listens', function* () {
  yield* word.receive();
});
const startsOne = workflow('starts-one', function* () {
  yield* startRun(nothing);
});
const signalsOne = workflow('signals-one', function* () {
  yield* getRun('listener').signal(word, 'hello');
});
const hasOne = workflow('has-one', function* () {
  yield* child(nothing);
});
const hasTen = workflow('has-ten', function* () {
  yield* gather(Array.from({ length: 10 }, () => child(nothing)));
});

async function units(scenario: (engine: TestEngine) => Promise<unknown>): Promise<number> {
  const store = createDynamodbStore({ tableName: await server.newTable(), client });
  const workflows = [nothing, listens, startsOne, signalsOne, hasOne, hasTen];
  const engine = createTestEngine({ workflows, store, checkReplay: false }); // it would read too
  writes.length = 0;
  await scenario(engine);
  await engine.settle();
  return writes.reduce((sum, { total }) => sum + total, 0);
}

test('a child costs what a start and a signal from one run to another cost together, less two: its end is a letter', async () => {
  const own = await units((engine) => engine.run(nothing));
  const start = (await units((engine) => engine.run(startsOne))) - own;
  const listening = await units(async (engine) => {
    await engine.start(listens, undefined, { id: 'listener' });
    await engine.settle();
  });
  const both = await units(async (engine) => {
    await engine.start(listens, undefined, { id: 'listener' });
    await engine.settle();
    await engine.run(signalsOne);
  });
  const one = (await units((engine) => engine.run(hasOne))) - own;
  // The signal makes the listening run end (3), where it was released before (2): only the release belongs to a signal.
  const signal = both - listening - own - 3 + 2;
  expect({ own, start, signal, one }).toEqual({ own: 7, start: 8, signal: 9, one: 14 });
});

test('children side by side share the records of their parent', async () => {
  const own = await units((engine) => engine.run(nothing));
  expect((await units((engine) => engine.run(hasTen))) - own).toBeLessThanOrEqual(150);
});
