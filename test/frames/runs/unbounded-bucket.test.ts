/**
 * What a run with an unbounded history has in table and bucket beside its journal, encrypted: it is read with a new key when all
 * is encrypted anew, and all of it goes with the run, whether that is deleted or purged.
 */
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { random, sleep, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBareStore, createSealedItems } from '../../../lib/dynamodb/create-bare-store.ts';
import { createLocalKey } from '../../../lib/encryption/local-key.ts';
import { Reencryption } from '../../../lib/encryption/reencrypt.ts';
import { MemoryPayloadStore } from '../../../lib/memory/memory-payload-store.ts';
import type { PayloadKey } from '../../../lib/ports/payload-key.ts';
import { startTableServer, type TableServer } from '../../dynamodb/table-server.ts';
import { silent } from '../../testing/silent.ts';

let server: TableServer;
beforeAll(async () => {
  server = await startTableServer();
});
afterAll(() => server.close());

/** No text of it can be made shorter, so that archives, and bases, are objects of the bucket. */
const noise = (): string => Array.from({ length: 9_000 }, () => random().toString(36).slice(2)).join('');

const daily = workflow('daily', { history: 'unbounded', retention: '1 day' }, function* (days: number) {
  const kept: string[] = [];
  for (let day = 0; day < days; day += 1) {
    const text = noise();
    kept[day % 2] = yield* step('read', () => text);
    yield* sleep('1 day');
  }
  return kept.length;
});

async function open() {
  const payloads = new MemoryPayloadStore();
  const [tableName, client] = [await server.newTable(), server.newClient()];
  const options = { tableName, client, payloads };
  const store = createBareStore(options);
  const engineWith = (payloadKey: PayloadKey, now?: Date) =>
    createTestEngine({ workflows: [daily], frames: true, store, payloadKey, log: silent, ...(now && { now }) });
  const itemsOf = async (runId: string): Promise<unknown[]> => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
    return Items.filter((item) => JSON.stringify(item).includes(runId));
  };
  return { payloads, store, items: createSealedItems(options), engineWith, itemsOf };
}

it('is encrypted anew, in table and bucket, and is read without the key before', async () => {
  const [former, key] = [createLocalKey('former'), createLocalKey('key')];
  const { payloads, store, items, engineWith } = await open();
  const engine = engineWith(former);
  const run = await engine.start(daily, 6);
  await engine.advance('3 days');
  const history = await engine.history(run);
  expect((await store.readRun(run.id))?.base).toHaveProperty('archive');
  expect(payloads.texts.size).toBeGreaterThan(2);
  const before = new Set(payloads.texts.values());

  const both: PayloadKey = {
    ...key,
    own: key,
    unwrap: (wrapped, context) => key.unwrap(wrapped, context).catch(() => former.unwrap(wrapped, context)),
  };
  const nowMs = (): number => engine.now().getTime();
  const rotation = new Reencryption({ store, items, key: both, table: 'test', nowMs });
  for await (const { unreadable } of rotation.pass()) expect(unreadable).toBe(0);
  await rotation.deleteLeft();
  await rotation.renewDigestKey();
  expect([...payloads.texts.values()].filter((text) => before.has(text))).toEqual([]);

  const later = engineWith(key, engine.now());
  expect(await later.history(later.client.run(run.id))).toEqual(history);
  expect(await later.client.run(run.id).exportHistory()).toHaveProperty('links');
  await later.advance('84 hours'); // it has ended, and is not purged yet
  expect(await later.client.run(run.id).describe()).toMatchObject({ status: 'completed', result: 2 });
});

it.each(['deleted', 'purged'])('goes when the run is %s', async (how) => {
  const { payloads, engineWith, itemsOf } = await open();
  const engine = engineWith(createLocalKey('key'));
  const run = await engine.start(daily, 4);
  await run.result();
  expect(payloads.texts.size).toBeGreaterThan(2);
  expect((await engine.history(run)).filter(({ kind }) => kind === 'step-completed')).toHaveLength(4);
  if (how === 'deleted') await engine.client.run(run.id).delete();
  await engine.advance('2 days');
  expect([...payloads.texts.keys()]).toEqual([]);
  expect(await itemsOf(run.id)).toEqual([]);
});
