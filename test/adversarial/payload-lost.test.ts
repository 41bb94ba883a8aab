/** Suspicion: a payload that was lost or changed in the bucket is taken for something else, or ends the run (I8). */
import { signal, sleep, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { afterAll, expect, test } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { MemoryPayloadStore } from '../../lib/memory/memory-payload-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { silent } from '../testing/silent.ts';

const server = await startTableServer();
const client = server.newTableClient();

afterAll(async () => {
  client.destroy();
  await server.close();
});

const MB = 1024 * 1024;
const news = signal<string>('news');

/** Its input, a step's result, a signal and its own result are all too large for the table. */
const heavy = workflow('heavy', function* (input: string) {
  const made = yield* step('make', () => 'm'.repeat(MB));
  yield* sleep('1 day');
  const told = yield* news.receive();
  return [input.length, made, told.length];
});

async function startHeavy() {
  const payloads = new MemoryPayloadStore();
  const store = createDynamodbStore({ tableName: await server.newTable(), client, payloads });
  const engine = createTestEngine({ workflows: [heavy], store, log: silent });
  const run = await engine.client.start(heavy, 'i'.repeat(MB));
  await engine.settle();
  /** Without the input, which `describe` would read. */
  const readRun = () => store.readRun(run.id);
  return { payloads, engine, run, readRun };
}

/** The key of the payload that has the text. */
function keyOf(payloads: MemoryPayloadStore, part: string): string {
  return [...payloads.texts].find(([, text]) => text.includes(part))![0];
}

test('a run of large values goes through, on workers that start from nothing', async () => {
  const { payloads, engine, run } = await startHeavy();
  await engine.crash();
  await run.signal(news, 'n'.repeat(2 * MB));
  await engine.advance('1 day');
  await engine.crash();
  const [input, made, told] = (await run.result()) as [number, string, number];
  expect([input, made === 'm'.repeat(MB), told]).toEqual([MB, true, 2 * MB]);
  expect(payloads.texts.size).toBe(4); // the input, two records and the result: the message is gone
});

test.each([
  ['a record', 'mmm', /record \d cannot be read: object .+ is not in the bucket/],
  ['the input', 'iii', /the input of run .+ is not in the table, or not in its bucket/],
])('a run that lost %s is blocked until it is put back', async (_, part, reason) => {
  const { payloads, engine, run, readRun } = await startHeavy();
  const key = keyOf(payloads, part);
  const text = payloads.texts.get(key)!;
  await engine.crash();
  payloads.texts.delete(key);
  await run.signal(news, 'now');
  await engine.settle();
  expect((await readRun())?.blocked?.reason).toMatch(reason);
  payloads.texts.set(key, text);
  await engine.advance('2 days');
  expect((await run.result())[2]).toBe(3);
});

test.each([
  ['a record', 'mmm', /record \d cannot be read: object .+ was changed: its digest/],
  ['the input', 'iii', /value "input-.+" of run .+ cannot be read: object .+ was changed: its digest/],
])('a run of which somebody changed %s is blocked, and can be terminated', async (_, part, reason) => {
  const { payloads, engine, run, readRun } = await startHeavy();
  const key = keyOf(payloads, part);
  payloads.texts.set(key, payloads.texts.get(key)!.replace(part, 'xxx'));
  await engine.crash();
  await run.signal(news, 'now');
  await engine.settle();
  expect((await readRun())?.blocked?.reason).toMatch(reason);
  await run.terminate('damaged');
  await engine.settle();
  expect((await readRun())?.status).toBe('terminated');
});

test('a run that accepted a message whose payload is gone is blocked, and not told that there was none', async () => {
  const { payloads, engine, run } = await startHeavy();
  const before = new Set(payloads.texts.keys());
  await engine.advance('1 day');
  const worker = engine.client.run(run.id);
  // The bucket loses it before the worker reads it.
  const put = payloads.put.bind(payloads);
  payloads.put = async (key, text) => put(key, text.replaceAll('n', 'o'));
  await worker.signal(news, 'n'.repeat(MB));
  payloads.put = put;
  await engine.settle();
  expect([...payloads.texts.keys()].length).toBeGreaterThan(before.size);
  expect(await run.describe()).toMatchObject({
    status: 'blocked',
    blocked: { reason: expect.stringMatching(/missing from the table, or damaged in the bucket/) as string },
  });
});
