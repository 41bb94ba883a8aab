/** Contents in the bucket: what is left when somebody dies between table and bucket, and what damage is told as what. */
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, test } from 'vitest';
import { payloadPrefix } from '../../lib/dynamodb/claim.ts';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { itemKey } from '../../lib/dynamodb/item.ts';
import { MemoryPayloadStore } from '../../lib/memory/memory-payload-store.ts';
import { PayloadDamagedError, StoreNotSetUpError, StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import {
  createdRun,
  encoded,
  forgettableRun,
  journalRecord,
  newRun,
  purgeWhole,
  signal,
  PURGE_MS,
  START_MS,
} from '../store/samples.ts';
import { aroundEachRequest, loseNextAnswer } from './client-faults.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const tableName = await server.newTable();
const payloads = new MemoryPayloadStore();
const client = server.newClient();
const loseAnswer = loseNextAnswer(client);
const store = createDynamodbStore({ tableName, client, payloads });

const large = 'x'.repeat(100_000);

function largeRecord(number: number, nonce = 'mine') {
  const entries = [{ kind: 'step-completed', id: 1, atMs: 0, value: encoded(`${nonce} ${large}`) }] as const;
  return journalRecord(number, { nonce, entries });
}

function objectsOf(runId: string): string[] {
  return [...payloads.texts.keys()].filter((key) => key.startsWith(payloadPrefix(runId)));
}

/** A store of another process, whose requests to the table go through `request` first. */
function otherStore(request: Parameters<typeof aroundEachRequest>[1] = (_command, _input, send) => send()) {
  const otherClient = server.newClient();
  aroundEachRequest(otherClient, request);
  return createDynamodbStore({ tableName, client: otherClient, payloads });
}

async function putAll(runId: string): Promise<void> {
  await store.putRecord(runId, largeRecord(1));
  await store.putMessage(runId, signal('m1', large));
  await store.putValue(runId, 'key', encoded(large));
}

afterAll(async () => {
  client.destroy();
  await server.close();
});

test('what fits into an item makes no call to the bucket', async () => {
  const never = () => {
    throw new Error('the bucket was called');
  };
  const small = createDynamodbStore({
    tableName,
    client,
    payloads: { put: never, get: never, delete: never, list: () => never() },
  });
  const { runId } = await createdRun(small);
  const text = 'x'.repeat(60_000);
  const record = journalRecord(1, { entries: [{ kind: 'step', id: 1, name: text }] });
  await small.putRecord(runId, record);
  await small.putRecord(runId, record);
  await small.putMessage(runId, signal('m1', text));
  await small.putValue(runId, 'key', encoded(text));
  expect(await small.loadRecords(runId, 0)).toEqual([record]);
  expect(await small.loadMessages(runId, ['m1'])).toEqual([signal('m1', text)]);
  expect(await small.readValue(runId, 'key')).toBe(text);
  await small.deleteMessages(runId, ['m1']);
  await small.deleteValue(runId, 'key');
});

test('an item with a claim has the format of a version that knows of buckets, and tells where its content is', async () => {
  const { runId } = newRun();
  await store.putRecord(runId, largeRecord(1));
  const { Item } = await client.send(
    new GetItemCommand({ TableName: tableName, Key: itemKey(runId, 'event#00000001'), ConsistentRead: true }),
  );
  const [key] = objectsOf(runId);
  const text = payloads.texts.get(key!)!;
  expect(JSON.parse(text)).toEqual(largeRecord(1).entries);
  expect(Item).toEqual({
    pk: { S: runId },
    sk: { S: 'event#00000001' },
    format: { N: '2' },
    epoch: { N: '1' },
    nonce: { S: 'mine' },
    claim: {
      S: expect.stringMatching(
        /^\{"key":"runs\/run-\d+\/[\w-]{22}","bytes":1000\d+,"sha256":"[0-9a-f]{64}"\}$/,
      ) as string,
    },
  });
});

test.each([
  ['a:b', 'runs/a:b/'],
  ['order-1.2_x', 'runs/order-1.2_x/'],
  ['..', 'runs/%2E%2E/'],
  ['a/../b', 'runs/a%2F..%2Fb/'],
  ['ü%2F', 'runs/%C3%BC%252F/'],
])('the objects of run "%s" stand under %s', (runId, prefix) => {
  expect(payloadPrefix(runId)).toBe(prefix);
});

describe('two workers that write the same record', () => {
  test('do not meet in the bucket: the first is read, and the object of the second is gone', async () => {
    const { runId } = newRun();
    const other = otherStore();
    const answers = await Promise.all([
      store.putRecord(runId, largeRecord(1, 'a')),
      other.putRecord(runId, largeRecord(1, 'b')),
    ]);
    const winner = largeRecord(1, answers[0].kind === 'put' ? 'a' : 'b');
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['exists', 'put']);
    expect(answers).toContainEqual({ kind: 'exists', record: winner });
    expect(await store.loadRecords(runId, 0)).toEqual([winner]);
    expect(objectsOf(runId)).toHaveLength(1);
  });

  test('a bucket that does not delete is no reason to fail', async () => {
    const { runId } = newRun();
    await store.putRecord(runId, largeRecord(1, 'a'));
    const stubborn = Object.assign(Object.create(payloads) as MemoryPayloadStore, {
      delete: () => Promise.reject(new StoreUnavailableError('s3:DeleteObject')),
    });
    const other = createDynamodbStore({ tableName, client, payloads: stubborn });
    expect(await other.putRecord(runId, largeRecord(1, 'b'))).toMatchObject({ kind: 'exists', record: { nonce: 'a' } });
    expect(objectsOf(runId)).toHaveLength(2);
  });

  test('a worker whose request was sent twice keeps its own object', async () => {
    const { runId } = newRun();
    const sent = loseAnswer('PutItemCommand');
    expect(await store.putRecord(runId, largeRecord(1))).toEqual({ kind: 'exists', record: largeRecord(1) });
    expect(sent.attempts).toBe(2);
    expect(await otherStore().loadRecords(runId, 0)).toEqual([largeRecord(1)]);
  });
});

describe('who dies between bucket and table', () => {
  test('leaves an object that nobody claims, and which goes with its run', async () => {
    const { runId } = await forgettableRun(store);
    const dying = otherStore((command, _input, send) => {
      return command === 'PutItemCommand' ? Promise.reject(new Error('the worker died')) : send();
    });
    await expect(dying.putRecord(runId, largeRecord(1))).rejects.toThrow('the worker died');
    await expect(dying.putMessage(runId, signal('m1', large))).rejects.toThrow('the worker died');
    await expect(dying.putValue(runId, 'key', encoded(large))).rejects.toThrow('the worker died');
    expect(objectsOf(runId)).toHaveLength(3);
    expect(await store.loadRecords(runId, 0)).toEqual([]);
    await purgeWhole(store, runId);
    expect(objectsOf(runId)).toEqual([]);
  });

  test('an object that cannot be put leaves no item', async () => {
    const { runId } = newRun();
    const full = Object.assign(Object.create(payloads) as MemoryPayloadStore, {
      put: () => Promise.reject(new StoreUnavailableError('s3:PutObject')),
    });
    const broken = createDynamodbStore({ tableName, client, payloads: full });
    await expect(broken.putRecord(runId, largeRecord(1))).rejects.toThrow(StoreUnavailableError);
    expect(await store.loadRecords(runId, 0)).toEqual([]);
  });
});

describe('what is deleted', () => {
  test('takes its object along, where this process has put or read it', async () => {
    const { runId } = newRun();
    await putAll(runId);
    const reader = otherStore();
    await reader.loadMessages(runId, ['m1']);
    expect(objectsOf(runId)).toHaveLength(3);
    await reader.deleteMessages(runId, ['m1', 'm2']);
    expect(objectsOf(runId)).toHaveLength(2);
    await store.deleteValue(runId, 'key');
    expect(objectsOf(runId)).toHaveLength(1);
    expect(await store.loadRecords(runId, 0)).toEqual([largeRecord(1)]);
  });

  test('keeps its object until the purge, where this process has not', async () => {
    const { runId } = await forgettableRun(store);
    await store.putMessage(runId, signal('m1', large));
    await otherStore().deleteMessages(runId, ['m1']);
    expect(objectsOf(runId)).toHaveLength(1);
    await purgeWhole(store, runId);
    expect(objectsOf(runId)).toEqual([]);
  });
});

describe('a purge', () => {
  test('that dies at any of its requests is finished by the next one', async () => {
    for (let dieAt = 1; ; dieAt += 1) {
      const { runId } = await forgettableRun(store);
      await putAll(runId);
      let requests = 0;
      const counted = async <T>(go: () => Promise<T>): Promise<T> => {
        if ((requests += 1) === dieAt) throw new Error('the sweeper died');
        return go();
      };
      const dying = createDynamodbStore({
        tableName,
        client: through(counted),
        payloads: Object.assign(Object.create(payloads) as MemoryPayloadStore, {
          delete: (keys: string[]) => counted(() => payloads.delete(keys)),
        }),
      });
      const isDead = await purgeWhole(dying, runId).then(
        () => false,
        () => true,
      );
      if (isDead) expect(await store.readRun(runId)).toMatchObject({ status: 'completed' });
      await purgeWhole(store, runId);
      await purgeWhole(store, runId);
      expect(await store.readRun(runId)).toBeUndefined();
      expect(await store.loadRecords(runId, 0)).toEqual([]);
      expect(objectsOf(runId)).toEqual([]);
      if (!isDead) {
        expect(requests).toBeGreaterThan(12);
        break;
      }
    }

    function through(counted: <T>(go: () => Promise<T>) => Promise<T>) {
      const otherClient = server.newClient();
      aroundEachRequest(otherClient, (_command, _input, send) => counted(send));
      return otherClient;
    }
  });

  test.each(['QueryCommand', 'GetItemCommand'])(
    'that comes late, at its %s, deletes nothing of a new run with the same id',
    async (slowCommand) => {
      const { runId } = await forgettableRun(store);
      await putAll(runId);
      let isFirst = slowCommand === 'QueryCommand';
      let meanwhile: Promise<void> | undefined;
      const startAnew = async (): Promise<void> => {
        await purgeWhole(store, runId);
        await createdRun(store, { runId, createdAtMs: START_MS + 1 });
        await putAll(runId);
      };
      const late = otherStore(async (command, _input, send) => {
        // The first look at the run is before anything else.
        if (command === slowCommand && (isFirst || meanwhile)) await (meanwhile ??= startAnew());
        if (command === 'GetItemCommand') isFirst = true;
        return send();
      });
      await late.purge(runId, PURGE_MS);
      expect(meanwhile).toBeDefined();
      expect(await store.readRun(runId)).toMatchObject({ status: 'pending', createdAtMs: START_MS + 1 });
      expect(await store.loadRecords(runId, 0)).toEqual([largeRecord(1)]);
      expect(await store.loadMessages(runId, ['m1'])).toEqual([signal('m1', large)]);
      expect(await store.readValue(runId, 'key')).toBe(large);
    },
  );

  test('that comes late, when it lists the bucket, deletes no object of a new run with the same id', async () => {
    const { runId } = await forgettableRun(store);
    await store.putRecord(runId, largeRecord(1));
    async function* listLate(prefix: string) {
      await purgeWhole(store, runId);
      await createdRun(store, { runId, createdAtMs: START_MS + 1 });
      await putAll(runId);
      yield* payloads.list(prefix);
    }
    const slow = Object.assign(Object.create(payloads) as MemoryPayloadStore, { list: listLate });
    await createDynamodbStore({ tableName, client, payloads: slow }).purge(runId, PURGE_MS);
    expect(objectsOf(runId)).toHaveLength(3);
    expect(await store.loadRecords(runId, 0)).toEqual([largeRecord(1)]);
    expect(await store.readValue(runId, 'key')).toBe(large);
  });

  test('that finds an object nobody claims puts the run off: its item may be on its way', async () => {
    const { runId } = await forgettableRun(store);
    const slow = otherStore(async (command, _input, send) => {
      if (command === 'PutItemCommand') {
        expect(await store.purge(runId, PURGE_MS)).toMatchObject({ kind: 'postponed' });
      }
      return send();
    });
    await slow.putMessage(runId, signal('m1', large));
    expect(await store.accept(runId, 'm1', 100)).toMatchObject({ kind: 'closed' });
    await slow.deleteMessages(runId, ['m1']);
    expect(await store.purge(runId, PURGE_MS + 15 * 60_000)).toEqual({ kind: 'purged' });
    expect(objectsOf(runId)).toEqual([]);
  });

  test('that does not know the bucket deletes nothing that is claimed', async () => {
    const { runId } = await forgettableRun(store);
    await putAll(runId);
    const without = createDynamodbStore({ tableName, client });
    await expect(without.purge(runId, PURGE_MS)).rejects.toThrow(StoreNotSetUpError);
    expect(await store.loadRecords(runId, 0)).toHaveLength(1);
  });
});

describe('an object that', () => {
  const damages: [string, (key: string) => void, RegExp][] = [
    ['is gone', (key) => payloads.texts.delete(key), /object "runs\/.+" is not in the bucket/],
    ['was cut', (key) => payloads.texts.set(key, '[]'), /was changed: it has 2 bytes where 1000\d+ were put/],
    [
      'was changed',
      (key) => payloads.texts.set(key, payloads.texts.get(key)!.replace('xx', 'xy')),
      /was changed: its digest is not that of what was put/,
    ],
  ];

  test.each(damages)('%s makes its record a damaged one, which says so, and no other', async (_, damage, problem) => {
    const { runId } = newRun();
    await store.putRecord(runId, largeRecord(1));
    damage(objectsOf(runId)[0]!);
    await store.putRecord(runId, largeRecord(2));
    const [first, second] = await store.loadRecords(runId, 0);
    expect(first).toEqual({
      number: 1,
      epoch: 1,
      nonce: 'mine',
      entries: [],
      damage: expect.stringMatching(problem) as string,
    });
    expect(second).toEqual(largeRecord(2));
    expect(await store.putRecord(runId, largeRecord(1, 'late'))).toEqual({ kind: 'exists', record: first });
  });

  test.each(damages)('%s makes its message one that is not there, and no other', async (_, damage) => {
    const { runId } = newRun();
    await store.putMessage(runId, signal('m1', large));
    damage(objectsOf(runId)[0]!);
    await store.putMessage(runId, signal('m2', large));
    expect(await store.loadMessages(runId, ['m1', 'm2'])).toEqual([signal('m2', large)]);
  });

  test('is gone makes its value one that is not there', async () => {
    const { runId } = newRun();
    await store.putValue(runId, 'key', encoded(large));
    payloads.texts.delete(objectsOf(runId)[0]!);
    expect(await store.readValue(runId, 'key')).toBeUndefined();
  });

  test.each(damages.slice(1))('%s makes its value an error that says so', async (_, damage, problem) => {
    const { runId } = newRun();
    await store.putValue(runId, 'key', encoded(large));
    damage(objectsOf(runId)[0]!);
    const reading = store.readValue(runId, 'key');
    await expect(reading).rejects.toThrow(PayloadDamagedError);
    await expect(reading).rejects.toThrow(problem);
    await expect(reading).rejects.toThrow(`value "key" of run "${runId}" cannot be read`);
  });
});

test('a store without a bucket says of a claim that it needs one, and which', async () => {
  const { runId } = newRun();
  await putAll(runId);
  const without = createDynamodbStore({ tableName, client });
  const reads = [
    () => without.loadRecords(runId, 0),
    () => without.loadMessages(runId, ['m1']),
    () => without.readValue(runId, 'key'),
  ];
  for (const read of reads) {
    await expect(read()).rejects.toThrow(StoreNotSetUpError);
    await expect(read()).rejects.toThrow(/none is known here: set LULL_BUCKET_NAME/);
  }
});
