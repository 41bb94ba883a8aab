/** `client.startItems` of a client with a payload key: its items have nothing in clear, and the run starts. */
import { TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { step, workflow } from 'lull';
import { Client } from 'lull/client';
import { createTestEngine, createTestKey } from 'lull/testing';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';

const MARKER = 'Xy7-marker';

const server = await startTableServer();
const dynamodb = server.newClient();
afterAll(async () => {
  dynamodb.destroy();
  await server.close();
});

const ship = workflow('ship', function* (order: { note: string }) {
  return yield* step('ship', () => `${order.note.slice(0, MARKER.length)} ${order.note.length}`);
});

/** Bytes too, as the text that they are. */
const textOf = (items: unknown): string =>
  JSON.stringify(items, (_name, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );

/** A client with this key, or without one. */
async function open(payloadKey = createTestKey()) {
  const tableName = await server.newTable();
  const wakes = { send: () => Promise.resolve() };
  const store = createDynamodbStore({ tableName, client: dynamodb, payloadKey });
  const bare = createDynamodbStore({ tableName, client: dynamodb });
  const clientOf = (of: typeof store): Client => new Client({ workflows: [ship], store: of, wakes });
  return { store, payloadKey, client: clientOf(store), inClear: clientOf(bare) };
}

it.each([
  ['a small input', 0, 1],
  ['an input that is an item of its own', 100_000, 2],
])('has nothing in clear, of %s, and the run begins', async (_what, length, count) => {
  const { store, client, inClear } = await open();
  const note = MARKER + 'x'.repeat(length);
  expect(textOf((await inClear.startItems(ship, { note })).items)).toContain(MARKER); // so the next lines can fail

  const { id, items } = await client.startItems(ship, { note });
  expect(items).toHaveLength(count);
  expect(textOf(items)).not.toContain(MARKER);
  await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [...items] }));

  const engine = createTestEngine({ workflows: [ship], store });
  expect(await engine.client.run(id).result()).toBe(`${MARKER} ${note.length}`);
  expect(await engine.client.run(id).describe()).toMatchObject({ status: 'completed', input: { note } });
});

it('has one run of a transaction that is repeated, though each time it is encrypted anew', async () => {
  const { client } = await open();
  const options = { idempotencyKey: 'once' };
  const first = await client.startItems(ship, { note: MARKER }, options);
  const again = await client.startItems(ship, { note: MARKER }, options);
  expect(again.id).toBe(first.id);
  expect(textOf(again.items)).not.toBe(textOf(first.items));
  await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [...first.items] }));
  await expect(dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [...again.items] }))).rejects.toThrow(
    /ConditionalCheckFailed/,
  );
  expect((await client.start(ship, { note: MARKER }, options)).id).toBe(first.id);
});

it('makes no items while the key is away', async () => {
  const { client, payloadKey } = await open();
  payloadKey.takeAway();
  await expect(client.startItems(ship, { note: MARKER })).rejects.toMatchObject({ code: 'PAYLOAD_KEY' });
});
