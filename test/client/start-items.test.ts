/** `client.startItems`: a run that begins if a transaction of the caller's own is carried out. */
import { TransactWriteItemsCommand, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { step, workflow } from 'lull';
import { Client } from 'lull/client';
import { createTestEngine } from 'lull/testing';
import { createDynamodbStore, type TableStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import type { OwnTable } from '../store/transact-contract.ts';

const server = await startTableServer();
const dynamodb = server.newClient();

const ship = workflow('ship', function* (order: { id: string; note?: string }) {
  return yield* step('ship', () => `shipped ${order.id} ${order.note?.length ?? 0}`);
});

let store: TableStore;
let orders: OwnTable;
let woken: string[];
let client: Client;

beforeAll(async () => {
  store = createDynamodbStore({ tableName: await server.newTable(), client: dynamodb });
  orders = await server.newOwnTable();
  woken = [];
  const wakes = { send: async (runId: string): Promise<void> => void woken.push(runId) };
  client = new Client({ workflows: [ship], store, wakes });
});

afterAll(async () => {
  dynamodb.destroy();
  await server.close();
});

const put = (id: string, condition?: string): TransactWriteItem => ({
  Put: { TableName: orders.name, Item: { id: { S: id } }, ...(condition && { ConditionExpression: condition }) },
});

async function transact(items: readonly TransactWriteItem[]): Promise<string> {
  try {
    await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [...items] }));
    return 'done';
  } catch (error) {
    return (
      (error as { CancellationReasons?: { Code: string }[] }).CancellationReasons?.map(({ Code }) => Code).join() ??
      String(error)
    );
  }
}

describe('a run that is started within a transaction', () => {
  it.each([
    ['with a small input', undefined],
    ['with an input that is an item of its own', 'x'.repeat(100_000)],
  ])('begins with it, %s', async (_name, note) => {
    const id = `order-${note?.length ?? 0}`;
    const input = { id, ...(note === undefined ? {} : { note }) };
    const start = await client.startItems(ship, input, { id, attributes: { customer: 'c1' } });
    expect(start.id).toBe(id);
    expect(start.items).toHaveLength(note === undefined ? 1 : 2);
    expect(await store.readRun(id)).toBeUndefined();
    expect(await transact([put(id), ...start.items])).toBe('done');
    expect(woken).not.toContain(id);
    await start.wake();
    expect(woken).toContain(id);

    const engine = createTestEngine({ workflows: [ship], store });
    expect(await engine.client.run(id).result()).toBe(`shipped ${id} ${note?.length ?? 0}`);
    expect(await engine.client.run(id).describe()).toMatchObject({ attributes: { customer: 'c1' } });
    expect(await orders.get(id)).toEqual({ id });
  });

  it('is not there where the transaction was not carried out', async () => {
    const { id, items } = await client.startItems(ship, { id: 'no' });
    expect(await transact([put('no', 'attribute_exists(id)'), ...items])).toBe('ConditionalCheckFailed,None');
    expect(await store.readRun(id)).toBeUndefined();
    expect(await orders.get('no')).toBeUndefined();
  });

  it('keeps the transaction from being carried out where its id is taken', async () => {
    await client.start(ship, { id: 'first' }, { id: 'taken' });
    const { items } = await client.startItems(ship, { id: 'second' }, { id: 'taken' });
    expect(await transact([put('second'), ...items])).toBe('None,ConditionalCheckFailed');
    expect(await orders.get('second')).toBeUndefined();
  });

  it('is started once, however often the transaction is repeated', async () => {
    const { id, items } = await client.startItems(ship, { id: 'again' }, { idempotencyKey: 'k-1' });
    const other = await client.startItems(ship, { id: 'again' }, { idempotencyKey: 'k-1' });
    expect(other.id).toBe(id);
    expect(await transact(items)).toBe('done');
    expect(await transact(other.items)).toMatch(/ConditionalCheckFailed/);
  });
});

describe('what startItems cannot take is refused', () => {
  it('an input that does not fit, an option that means nothing here, a client without a table', async () => {
    const large = { id: 'x', note: 'x'.repeat(300_000) };
    await expect(client.startItems(ship, large)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    await expect(client.startItems(ship, { id: 'x' }, { id: 'x', onConflict: 'fail' })).rejects.toThrow(
      /no onConflict/,
    );
    await expect(client.startItems('unknown')).rejects.toMatchObject({ code: 'UNKNOWN_WORKFLOW' });
    const inMemory = createTestEngine({ workflows: [ship] }).client;
    await expect(inMemory.startItems(ship, { id: 'x' })).rejects.toThrow(/DynamoDB table/);
  });
});
