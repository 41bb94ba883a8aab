// A key is replaced: what the former one has encrypted is encrypted anew while runs go on, and then it is not needed any more.
import { ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import { createBareStore, createSealedItems } from '../../lib/dynamodb/create-bare-store.ts';
import type { TableAction, TableClient } from '../../lib/dynamodb/table-client.ts';
import { createLocalKey } from '../../lib/encryption/local-key.ts';
import { Reencryption, type Reencrypted } from '../../lib/encryption/reencrypt.ts';
import { sealingStore } from '../../lib/encryption/sealing-store.ts';
import { MemoryPayloadStore } from '../../lib/memory/memory-payload-store.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import type { JournalRecord } from '../../lib/journal/record.ts';
import type { PayloadKey, WrappedKey } from '../../lib/ports/payload-key.ts';
import type { SealedItem, StoreOfSealedItems } from '../../lib/ports/sealed-items.ts';
import type { NewRun, Store } from '../../lib/ports/store.ts';
import { createTestEngine } from '../../lib/testing/index.ts';
import { startTableServer, type TableServer } from '../dynamodb/table-server.ts';
import { playEverything, workflows } from './everything.ts';

const servers: TableServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
});

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const NOW_MS = Date.parse('2030-01-01T00:00:00Z');

/** `key` after `former`, as functions are given them. */
function after(former: PayloadKey, key: PayloadKey): PayloadKey {
  return {
    ...key,
    own: key,
    unwrap: (wrapped, context) => key.unwrap(wrapped, context).catch(() => former.unwrap(wrapped, context)),
  };
}

interface Place {
  readonly bare: Store;
  readonly items: StoreOfSealedItems;
  /** All that is stored, as text, in which what is encrypted is base64. */
  readonly texts: () => Promise<string>;
  /** The bucket, if it is one. */
  readonly payloads?: MemoryPayloadStore;
}

async function inMemory(): Promise<Place> {
  const bare = new MemoryStore();
  return { bare, items: bare, texts: async () => JSON.stringify(await listAll(bare)) };
}

async function onDynamodb(which: 'sdk' | 'twice'): Promise<Place> {
  // One for each: engines of the kit make the same tokens of transactions.
  const server = await startTableServer();
  servers.push(server);
  await server.newOwnTable('ledger');
  const [tableName, client] = [await server.newTable(), server.newClient()];
  const payloads = new MemoryPayloadStore();
  const options = { tableName, client: which === 'sdk' ? client : twice(server.newTableClient()), payloads };
  const texts = async (): Promise<string> => {
    const found: unknown[] = [];
    let ExclusiveStartKey: ScanCommandOutput['LastEvaluatedKey'];
    do {
      const page = await client.send(new ScanCommand({ TableName: tableName, ExclusiveStartKey }));
      found.push(...(page.Items ?? []));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    const readable = (_name: string, value: unknown): unknown =>
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
    return JSON.stringify([found, ...payloads.texts.values()], readable);
  };
  return { bare: createBareStore(options), items: createSealedItems(options), texts, payloads };
}

async function listAll(items: StoreOfSealedItems): Promise<SealedItem[]> {
  const found: SealedItem[] = [];
  let cursor: string | undefined;
  do {
    const page = await items.listSealed(cursor);
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

/** How often there is something that was encrypted under a data key that this key has made. */
async function countOf(key: PayloadKey, { items, texts }: Place): Promise<number> {
  const all = await texts();
  let count = 0;
  for (const { content } of await items.listDataKeys()) {
    const message = content.kind === 'message' ? content.message : undefined;
    const { by } = (message?.kind === 'signal' ? message.payload : {}) as unknown as WrappedKey;
    if (by !== key.name) continue;
    // The version of the format and the data key's id: nine bytes are twelve characters.
    const head = Buffer.from(`01${message?.id ?? ''}`, 'hex').toString('base64');
    count += all.split(head).length - 1;
  }
  return count;
}

/** Runs of all kinds, ended and under way, and what is on its way to them. */
async function fill({ bare }: Place, key: PayloadKey): Promise<void> {
  const engine = createTestEngine({
    ...{ workflows, store: bare, payloadKey: key, log: SILENT },
    ...(bare instanceof MemoryStore ? { tables: { ledger: ['id'] } } : {}),
    settings: { maxInlineBytes: 256 },
    now: new Date(NOW_MS),
  });
  await playEverything(engine);
  const store = open(bare, key);
  await store.putMessage('third', { kind: 'signal', id: 'later', name: 'later', payload: 'to come' });
  await store.putMessage('third', { kind: 'signal', id: 'large', name: 'large', payload: LARGE });
  await store.putMessage('third', { ...KEYED_MESSAGE, digest: 'one' });
  await store.putValue('schedule/nightly', 'last-run', 'nightly-1');
  await store.putValue('third', 'large', LARGE);
  const entries = [{ kind: 'step-completed', id: 1, value: 'x', atMs: 1 }] as unknown as JournalRecord['entries'];
  const written = [{ name: 'out#1', from: 1, values: ['a', 'b'] }];
  await store.putRecord('streaming', { number: 1, epoch: 1, nonce: 'n', entries }, 1, written);
  const first = { nonce: 'n', entries, then: { kind: 'rests', dueAtMs: undefined } } as const;
  await store.createRun({ ...NEW_RUN, firstTurn: first });
  const failed = await store.readRun('second');
  if (failed?.status !== 'failed') throw new Error('it is to have failed');
  await store.retryRun('second', {
    ...{ epoch: failed.epoch, purgeAtMs: failed.dueAtMs, retries: 5 },
    goesOnFrom: { kind: 'retry', number: 9, keeps: 0, reason: 'why it is tried again' },
  });
}

const NEW_RUN: NewRun = {
  ...{ runId: 'begun', workflow: 'helper', createdAtMs: NOW_MS, inputDigest: '2:x', dueAtMs: 0 },
  input: { kind: 'inline', value: 'input' },
};
const KEYED_MESSAGE = { kind: 'signal', id: 'k:paid', name: 'paid', payload: 'paid' } as const;
const LARGE = 'y'.repeat(300_000);

function open(bare: Store, key: PayloadKey): Store {
  return sealingStore(bare, { key, table: 'test', nowMs: () => NOW_MS });
}

/** All values there are, as a reader with this key has them. */
async function read({ bare }: Place, key: PayloadKey): Promise<unknown> {
  const store = open(bare, key);
  const runs = await Promise.all(
    ['first', 'second', 'third', 'fourth', 'begun'].map(async (runId) => {
      const run = await store.readRun(runId);
      const keys = [run?.input, run?.result].flatMap((stored) => (stored?.kind === 'item' ? [stored.key] : []));
      const records = await Promise.all([1, 2].map((link) => store.loadRecords(runId, 0, undefined, link)));
      return { run, records, values: await Promise.all(keys.map((each) => store.readValue(runId, each))) };
    }),
  );
  return {
    runs,
    messages: await store.loadMessages('third', ['later', 'large']),
    values: [await store.readValue('schedule/nightly', 'last-run'), await store.readValue('third', 'large')],
    stream: await store.readStream('streaming', 'out#1', 1),
    answer: await store.readAnswer('first', 'u:raise-1'),
  };
}

async function last(pass: AsyncIterable<Reencrypted>): Promise<Reencrypted> {
  let met: Reencrypted | undefined;
  for await (const each of pass) met = each;
  if (met === undefined) throw new Error('a pass has no page');
  return met;
}

function reencryption({ bare, items }: Place, key: PayloadKey): Reencryption {
  return new Reencryption({ store: bare, items, key, table: 'test', nowMs: () => NOW_MS + 60_000 });
}

describe.each([
  ['in memory', inMemory],
  ['on DynamoDB, with the client of the AWS SDK', () => onDynamodb('sdk')],
])('%s', (_where, openPlace) => {
  it('all that a former key has encrypted is encrypted anew, and is read without that key', async () => {
    const former = createLocalKey('former');
    const key = createLocalKey('key');
    const place = await openPlace();
    await fill(place, former);
    const before = await read(place, former);
    expect(JSON.stringify(before)).not.toContain('"sealed"');
    expect(new Set((await listAll(place.items)).map(({ content }) => content.kind))).toEqual(KINDS);
    const count = await countOf(former, place);
    expect(count).toBeGreaterThan(40);

    const rotation = reencryption(place, after(former, key));
    const counted = await last(rotation.pass({ isDry: true }));
    expect(counted).toMatchObject({ rewritten: 0, changed: 0, unreadable: 0, problems: [] });
    expect(counted.former).toBeGreaterThan(30);
    expect(await countOf(former, place)).toBe(count);

    const done = await last(rotation.pass());
    expect(done).toEqual({ ...counted, rewritten: counted.former });
    await rotation.deleteLeft();
    expect(await countOf(former, place)).toBe(0);
    expect(await countOf(key, place)).toBe(count);
    expect(await last(rotation.pass())).toEqual({ ...counted, former: 0 });

    expect(await rotation.isDigestKeyFormer()).toBe(true);
    expect(await rotation.renewDigestKey()).toBe(true);
    expect(await rotation.isDigestKeyFormer()).toBe(false);
    expect(await read(place, key)).toEqual(before);
    // A message that is sent again is known by its digest, which is made with the same secret as before.
    const again = (digest: string): Promise<unknown> =>
      open(place.bare, key).putMessage('third', { ...KEYED_MESSAGE, digest });
    expect([await again('one'), await again('other')]).toEqual([{ kind: 'put' }, { kind: 'differs' }]);
  });
});

describe('what this version does not know', () => {
  it('is said, and not left out', async () => {
    const place = await inMemory();
    const [former, key] = [createLocalKey('former'), createLocalKey('key')];
    await open(place.bare, former).createRun(NEW_RUN);
    const { items: found } = await place.items.listSealed();
    const [{ content, ...item }] = found as [SealedItem];
    const odd = { ...content, run: { ...(content as { run: object }).run, later: { $: 'sealed', v: 'AQ==' } } };
    const listSealed = async () => ({ items: [{ ...item, content: odd as SealedItem['content'] }] });
    const met = await last(
      reencryption({ ...place, items: { ...methodsOf(place.items), listSealed } }, after(former, key)).pass(),
    );
    expect(met).toMatchObject({ unreadable: 1, rewritten: 0 });
    expect(met.problems[0]).toContain('that this version of lull does not know');
  });
});

describe('while others write', () => {
  const former = createLocalKey('former');
  const key = createLocalKey('key');
  const both = after(former, key);

  it('what they have written since stays, and the next pass looks at it', async () => {
    const place = await inMemory();
    await fill(place, former);
    const writer = open(place.bare, former); // a worker from before the change
    let isFirst = true;
    const items: StoreOfSealedItems = {
      ...methodsOf(place.items),
      replaceSealed: async (item, content) => {
        if (content.kind === 'value' && content.key === 'large' && isFirst) {
          isFirst = false;
          await writer.putValue(item.runId, content.key, 'newer');
        }
        if (content.kind === 'message' && content.message.id === 'later') {
          await writer.deleteMessages(item.runId, [content.message.id]);
        }
        return place.items.replaceSealed(item, content);
      },
    };
    const rotation = reencryption({ ...place, items }, both);
    const met = await last(rotation.pass());
    expect([met.changed, met.former - met.rewritten]).toEqual([2, 2]);
    expect(await open(place.bare, both).readValue('third', 'large')).toBe('newer');
    expect(await last(rotation.pass())).toMatchObject({ former: 1, rewritten: 1, changed: 0 });
    expect(await last(rotation.pass())).toMatchObject({ former: 0 });
    expect(await open(place.bare, key).readValue('third', 'large')).toBe('newer');
    expect(await open(place.bare, key).loadMessages('third', ['later'])).toEqual([]);
  });

  it('a command that is killed has lost nothing, and another one does the rest', async () => {
    const place = await inMemory();
    await fill(place, former);
    const before = await read(place, former);
    let isLeft = 7;
    const dying: StoreOfSealedItems = {
      ...methodsOf(place.items),
      replaceSealed: (item, content) => {
        isLeft -= 1;
        return isLeft < 0 ? Promise.reject(new Error('killed')) : place.items.replaceSealed(item, content);
      },
    };
    await expect(last(reencryption({ ...place, items: dying }, both).pass())).rejects.toThrow('killed');
    expect(await read(place, both)).toEqual(before);
    expect(await countOf(key, place)).toBeGreaterThanOrEqual(7);
    await last(reencryption(place, both).pass());
    expect(await countOf(former, place)).toBe(0);
  });

  it("a request of lull's own client whose answer is lost, and that is sent again, loses no object of the bucket", async () => {
    const place = await onDynamodb('twice');
    await fill(place, former);
    const before = await read(place, former);
    const rotation = reencryption(place, both);
    await last(rotation.pass());
    await rotation.deleteLeft();
    expect(await read(place, both)).toEqual(before);
    expect(await last(rotation.pass())).toMatchObject({ former: 0, unreadable: 0 });
  });

  it('what cannot be decrypted is named, and stays as it is', async () => {
    const place = await onDynamodb('sdk');
    await open(place.bare, former).putValue('r', 'lost', LARGE.repeat(2));
    await open(place.bare, former).putValue('r', 'moved', 'here');
    const moved = (await place.bare.readValue('r', 'moved')) ?? null;
    await place.bare.putValue('r', 'here', moved);
    place.payloads?.texts.clear();
    const met = await last(reencryption(place, both).pass());
    expect(met).toMatchObject({ unreadable: 2, rewritten: 1 });
    expect([...met.problems].sort()).toEqual([
      expect.stringMatching(/^value "here" of run "r": it cannot be decrypted as what belongs here/),
      expect.stringMatching(/^value "value#lost" of run "r": object ".*" is not in the bucket/),
    ]);
    expect(await place.bare.readValue('r', 'here')).toEqual(moved);
  });
});

it('a key of the same name, and with another secret, encrypts under data keys of its own', async () => {
  const [former, key] = [createLocalKey('alias/payloads'), createLocalKey('alias/payloads')];
  const place = await inMemory();
  await fill(place, former);
  const before = await read(place, former);
  await open(place.bare, after(former, key)).putValue('r', 'new', 'by the new key');
  expect(await open(place.bare, key).readValue('r', 'new')).toBe('by the new key');
  const rotation = reencryption(place, after(former, key));
  expect(await last(rotation.pass())).toMatchObject({ unreadable: 0, changed: 0 });
  await rotation.renewDigestKey();
  expect(await read(place, key)).toEqual(before);
});

/** Of a store that is an instance of a class. */
function methodsOf(items: StoreOfSealedItems): StoreOfSealedItems {
  return {
    listSealed: (cursor) => items.listSealed(cursor),
    listDataKeys: () => items.listDataKeys(),
    replaceSealed: (item, content) => items.replaceSealed(item, content),
    deleteLeft: (objects) => items.deleteLeft(objects),
  };
}

/** Each update is sent again, as after an answer that was lost. */
function twice(client: TableClient): TableClient {
  return {
    send: async <Output>(action: TableAction, input: object) => {
      const first = await client.send<Output>(action, input);
      if (action !== 'UpdateItem' || !JSON.stringify(input).includes(':seen_')) return first;
      return client.send<Output>(action, input);
    },
    destroy: () => client.destroy(),
  };
}

const KINDS = new Set(['run', 'record', 'message', 'answer', 'value', 'stream']);
