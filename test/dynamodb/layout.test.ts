/** How items stand in the table: their size, their keys, and the format that tells which version wrote them. */
import { GetItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { itemBytes } from '../../lib/dynamodb/item-size.ts';
import { itemKey } from '../../lib/dynamodb/item.ts';
import type { Item } from '../../lib/dynamodb/item.ts';
import {
  createdOrderFrom,
  createdOrderOf,
  dueShardOf,
  dueShards,
  fromCreatedOrder,
  fromRecordSortKey,
  fromWorkflowShard,
  recordSortKey,
  latestRunFormat,
  workflowShardOf,
  workflowShards,
} from '../../lib/dynamodb/schema.ts';
import { INBOX_LIMIT, MESSAGE_ID_LIMIT_BYTES } from '../../lib/ports/limits.ts';
import { NewerFormatError } from '../../lib/ports/world-errors.ts';
import {
  START_MS,
  createdRun,
  encoded,
  finishing,
  journalRecord,
  newRun,
  releasing,
  signal,
  takenRun,
  taking,
} from '../store/samples.ts';
import { startTableServer } from './table-server.ts';

const KB = 1024;

const server = await startTableServer();
const tableName = await server.newTable();
const client = server.newClient();
const store = createDynamodbStore({ tableName, client });

afterAll(async () => {
  client.destroy();
  await server.close();
});

async function readItem(runId: string, sortKey = 'run'): Promise<Item> {
  const command = new GetItemCommand({ TableName: tableName, Key: itemKey(runId, sortKey), ConsistentRead: true });
  const { Item } = await client.send(command);
  return Item!;
}

describe('the size of the run item', () => {
  const uuid = '0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f';
  const messageId = (index: number): string => `m${index}`.padEnd(MESSAGE_ID_LIMIT_BYTES, 'x');

  /** Everything as long as it may be: names, inline input, an owner, a takeover, a time. */
  async function largestRun(): Promise<string> {
    const { runId } = await createdRun(store, {
      runId: 'r'.repeat(128),
      workflow: 'w'.repeat(128),
      input: { kind: 'inline', value: 'i'.repeat(198) },
      inputDigest: 'd'.repeat(22),
      deadlineAtMs: START_MS * 2,
    });
    await store.take(runId, taking(uuid));
    await store.take(runId, taking(uuid.toUpperCase(), START_MS + 60_000));
    return runId;
  }

  test('it stays within 1 KB with the longest names and eight messages, and within 4 KB with a full inbox', async () => {
    const runId = await largestRun();
    for (let index = 0; index < 8; index += 1) await store.accept(runId, messageId(index), INBOX_LIMIT);
    expect(itemBytes(await readItem(runId))).toBeLessThanOrEqual(KB);
    for (let index = 8; index < INBOX_LIMIT; index += 1) await store.accept(runId, messageId(index), INBOX_LIMIT);
    expect(itemBytes(await readItem(runId))).toBeLessThanOrEqual(4 * KB);
    expect(await store.accept(runId, messageId(INBOX_LIMIT), INBOX_LIMIT)).toMatchObject({ kind: 'full' });

    await store.finish(runId, {
      ...finishing({ epoch: 2, wakesSeen: INBOX_LIMIT, purgeAtMs: START_MS * 2 }),
      result: { kind: 'inline', value: 'o'.repeat(198) },
    });
    expect(itemBytes(await readItem(runId))).toBeLessThanOrEqual(KB);
  });

  test('an ordinary one has room for twenty messages within 1 KB', async () => {
    const { runId } = await takenRun(store, {
      runId: '01JCZ5K8V3Q9Y7X2W4M6N0P1RS',
      input: { kind: 'inline', value: encoded({ orderId: 'o-123456', customer: 'c-1234' }) },
      inputDigest: 'd'.repeat(22),
    });
    for (let index = 0; index < 20; index += 1) await store.accept(runId, `message-number-${index}`, INBOX_LIMIT);
    expect(itemBytes(await readItem(runId))).toBeLessThanOrEqual(KB);
  });

  test('a blocked run with the longest reason, and else ordinary, stays within 1 KB', async () => {
    const { runId } = await takenRun(store, { inputDigest: 'd'.repeat(22) });
    const blocked = { reason: 'r'.repeat(300), sinceMs: START_MS };
    await store.release(runId, releasing({ status: 'blocked', dueAtMs: START_MS, blocked }));
    expect(itemBytes(await readItem(runId))).toBeLessThanOrEqual(KB);
  });
});

describe('the size of an item', () => {
  test('is counted by the rules: names and texts in UTF-8, 3 for a list or map and 1 for each element', () => {
    expect(itemBytes({ pk: { S: 'ä🦥' } })).toBe(2 + 6);
    expect(itemBytes({ l: { L: [{ S: 'abc' }, { S: '' }] } })).toBe(1 + 3 + 1 + 3 + 1);
    expect(itemBytes({ m: { M: { g1: { S: 'abc' }, g2: { S: '' } } } })).toBe(1 + 3 + (1 + 2 + 3) + (1 + 2));
    expect(itemBytes({ n: { N: '1763800000000' } })).toBe(1 + 9);
    expect(itemBytes({ n: { N: '0' } })).toBe(1 + 3);
  });

  test('of an attribute that lull does not write is not guessed', () => {
    expect(() => itemBytes({ b: { BOOL: true } })).toThrow(/no attributes like {"BOOL":true}/);
  });
});

describe('keys', () => {
  test('records sort by their number', () => {
    expect(recordSortKey(7)).toBe('event#00000007');
    expect(fromRecordSortKey(recordSortKey(12_345))).toBe(12_345);
    expect(recordSortKey(9) < recordSortKey(10)).toBe(true);
    for (const number of [100_000_000, -1, 1.5, NaN]) expect(() => recordSortKey(number)).toThrow(/cannot have/);
  });

  test('what is read from a key is what went into it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat({ max: 10 ** 14 }), (workflow, runId, createdAtMs) => {
        const shard = workflowShardOf(workflow, runId);
        expect(fromWorkflowShard(shard)).toBe(workflow);
        expect(workflowShards(workflow)).toContain(shard);
        expect(dueShards()).toContain(dueShardOf(runId));
        expect(fromCreatedOrder(createdOrderOf(createdAtMs, runId))).toBe(createdAtMs);
      }),
    );
  });

  test('runs sort by the time of their creation', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 14 }), fc.nat({ max: 10 ** 14 }), fc.string(), fc.string(), (a, b, idA, idB) => {
        fc.pre(a < b);
        expect(createdOrderOf(a, idA) < createdOrderFrom(b)).toBe(true);
        expect(createdOrderFrom(b) < createdOrderOf(b, idB)).toBe(true);
      }),
    );
  });

  test('runs spread over all shards', () => {
    const ids = Array.from({ length: 1000 }, (_, index) => `run-${index}`);
    const perShard = dueShards().map((shard) => ids.filter((id) => dueShardOf(id) === shard).length);
    expect(Math.max(...perShard)).toBeLessThan(3 * Math.min(...perShard));
  });

  test('no partition of the table or of an index is shared by all runs', async () => {
    const runs = await Promise.all(Array.from({ length: 60 }, () => createdRun(store)));
    const items = await Promise.all(runs.map(({ runId }) => readItem(runId)));
    for (const name of ['pk', 'dueShard', 'workflowShard']) {
      expect(new Set(items.map((item) => item[name]?.S)).size).toBeGreaterThan(5);
    }
  });
});

describe('what stands in the table', () => {
  test('a record can be read in the console', async () => {
    const { runId } = newRun();
    await store.putRecord(runId, journalRecord(1, { entries: [{ kind: 'step', id: 1, name: 'charge' }] }));
    expect(await readItem(runId, 'event#00000001')).toEqual({
      pk: { S: runId },
      sk: { S: 'event#00000001' },
      format: { N: '1' },
      epoch: { N: '1' },
      nonce: { S: 'turn-of-1' },
      entries: { S: '[{"kind":"step","id":1,"name":"charge"}]' },
    });
  });

  test('a run at rest carries nothing of its turns, a closed one nothing of its openness', async () => {
    const { runId } = await takenRun(store);
    const created = await readItem((await createdRun(store)).runId);
    await store.release(runId, releasing({ dueAtMs: 0 }));
    expect(Object.keys(await readItem(runId)).toSorted()).toEqual(Object.keys(created).toSorted());

    await store.take(runId, taking('worker-2'));
    await store.finish(runId, finishing({ epoch: 2 }));
    const { openStatus: _, dueAtMs: __, ...kept } = created;
    const names = [...Object.keys(kept), 'closedStatus', 'endedAtMs', 'result'];
    expect(Object.keys(await readItem(runId)).toSorted()).toEqual(names.toSorted());
  });

  test('a waiting run stands in the index by workflow only, a closed one with its status', async () => {
    const { runId, workflow } = await takenRun(store, { workflow: 'waiting' });
    await store.release(runId, releasing());
    const query = (IndexName: string, name: string, value: string) =>
      client.send(
        new QueryCommand({
          TableName: tableName,
          IndexName,
          KeyConditionExpression: '#key = :value',
          ExpressionAttributeNames: { '#key': name },
          ExpressionAttributeValues: { ':value': { S: value } },
        }),
      );
    const due = await query('due', 'dueShard', dueShardOf(runId));
    expect(due.Items?.filter(({ pk }) => pk?.S === runId)).toEqual([]);
    const listed = await query('by-workflow', 'workflowShard', workflowShardOf(workflow, runId));
    expect(listed.Items?.map(({ pk }) => pk?.S)).toEqual([runId]);
  });
});

describe('an item of a newer version', () => {
  async function makeNewer(runId: string, sortKey: string): Promise<void> {
    await client.send(
      new UpdateItemCommand({
        TableName: tableName,
        Key: itemKey(runId, sortKey),
        UpdateExpression: 'SET #format = :newer',
        ExpressionAttributeNames: { '#format': 'format' },
        ExpressionAttributeValues: { ':newer': { N: String(latestRunFormat + 1) } },
      }),
    );
  }

  test('is refused when it is read, with what to do', async () => {
    const { runId } = await createdRun(store);
    await store.putRecord(runId, journalRecord(1));
    await store.putMessage(runId, signal('m1'));
    await store.putValue(runId, 'key', 1);
    for (const sortKey of ['run', 'event#00000001', 'inbox#m1', 'value#key']) await makeNewer(runId, sortKey);
    const reads = [
      () => store.readRun(runId),
      () => store.loadRecords(runId, 0),
      () => store.putRecord(runId, journalRecord(1)),
      () => store.loadMessages(runId, ['m1']),
      () => store.readValue(runId, 'key'),
    ];
    for (const read of reads) {
      await expect(read()).rejects.toThrow(NewerFormatError);
      await expect(read()).rejects.toThrow(
        /has format 7, and this version of lull reads up to [36]: run the newer version/,
      );
    }
  });

  test('is not written over: a run neither taken nor told to have accepted', async () => {
    const { runId } = await takenRun(store);
    await makeNewer(runId, 'run');
    const before = await readItem(runId);
    const writes = [
      () => store.take(runId, taking('worker-2', START_MS * 2)),
      () => store.accept(runId, 'm1', INBOX_LIMIT),
      () => store.renew(runId, { epoch: 1, expiresAtMs: START_MS * 2 }),
      () => store.release(runId, releasing()),
      () => store.finish(runId, finishing()),
    ];
    for (const write of writes) await expect(write()).rejects.toThrow(NewerFormatError);
    expect(await readItem(runId)).toEqual(before);
  });
});

test('a damaged item is told by its key and attribute', async () => {
  const { runId } = await createdRun(store);
  await client.send(
    new UpdateItemCommand({
      TableName: tableName,
      Key: itemKey(runId, 'run'),
      UpdateExpression: 'REMOVE #wakes',
      ExpressionAttributeNames: { '#wakes': 'wakes' },
    }),
  );
  await expect(store.readRun(runId)).rejects.toThrow(`attribute "wakes" of item "run" of "${runId}" is missing`);
});
