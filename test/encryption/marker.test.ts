// Each value of an author's and of a caller's has a marker in it: nowhere in a table, a bucket or on the way to them is it to
// be found.
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { MemoryPayloadStore } from '../../lib/memory/memory-payload-store.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { createTestEngine, createTestKey } from '../../lib/testing/index.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { MARKER, playEverything, workflows } from './everything.ts';

const server = await startTableServer();
const client = server.newClient();
afterAll(async () => {
  client.destroy();
  await server.close();
});

/** The texts around each marker, to say which place was forgotten. */
function findMarkers(text: string): string[] {
  const found = [...text.matchAll(new RegExp(`.{0,200}${MARKER}.{0,60}`, 'g'))].map(([around]) => around);
  const base64 = Buffer.from(MARKER).toString('base64').slice(0, -4);
  return text.includes(base64) ? [...found, 'the marker in base64'] : found;
}

const PLACES = [
  'answer of an update',
  'argument of an update',
  'cause',
  'details of a heartbeat',
  'error of a step',
  'error of an attempt',
  'input',
  'input of a cancelled run',
  'input of a child',
  'input of a failing run',
  'input of a fork',
  'input of a link',
  'large result of a step',
  'payload of a signal',
  'reason to cancel',
  'reason to terminate',
  'refusal of an update',
  'refuse',
  'result',
  'result of a child',
  'result of a step',
  'result of a transaction',
  'status',
  'step of an update',
  'undo data',
  'value of a callback',
];

const COMPLETED = { text: `${MARKER} input of a link`, result: `${MARKER} result` };

describe('the marker', () => {
  it('is where it is looked for, if there is no payload key: so the test finds what is forgotten', async () => {
    const written: string[] = [];
    const store = aroundStore(new MemoryStore(), ({ args }, go) => {
      written.push(JSON.stringify(args));
      return go();
    });
    const engine = createTestEngine({ workflows, store, tables: { ledger: ['id'] }, log: SILENT });
    expect(await playEverything(engine)).toMatchObject(COMPLETED);
    const marked = [...written.join('\n').matchAll(new RegExp(`${MARKER} ([a-z ]+)`, 'g'))].map(
      ([, place = '']) => place,
    );
    expect([...new Set(marked.map((place) => place.replace(/ x+$/, '').trim()))].sort()).toEqual(PLACES);
  });

  it('is nowhere in what a store is given in memory', async () => {
    const written: string[] = [];
    const memory = new MemoryStore();
    const store = aroundStore(memory, ({ operation, args }, go) => {
      written.push(`${operation} ${JSON.stringify(args)}`);
      return go();
    });
    const engine = createTestEngine({
      workflows,
      store,
      payloadKey: createTestKey(),
      tables: { ledger: ['id'] },
      log: SILENT,
    });
    expect(await playEverything(engine)).toMatchObject(COMPLETED);
    expect(written.length).toBeGreaterThan(100);
    expect(findMarkers(written.join('\n'))).toEqual([]);
  });

  it('is nowhere in a table, nor in a bucket', async () => {
    const tableName = await server.newTable();
    await server.newOwnTable('ledger');
    const payloads = new MemoryPayloadStore();
    const store = createDynamodbStore({ tableName, client, payloads, payloadKey: createTestKey() });
    const engine = createTestEngine({ workflows, store, log: SILENT, settings: { maxInlineBytes: 256 } });
    expect(await playEverything(engine)).toMatchObject(COMPLETED);
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
    const items = Items.map((item) => JSON.stringify(item, (_name, value: unknown) => readable(value)));
    expect(items.length).toBeGreaterThan(50);
    expect(findMarkers([...items, ...payloads.texts.values()].join('\n'))).toEqual([]);
    expect((await store.readRun('first'))?.attributes).toEqual({ customer: 'readable', size: 'small' });
  });
});

/** Bytes as text, in which a marker in clear would be seen. */
function readable(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
}

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
