/** What a deployment lets its functions do follows from a table of actions: so the table has to be right. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { STORE_ACTIONS } from '../../lib/dynamodb/store-actions.ts';
import type { Store, StoreOperation } from '../../lib/ports/store.ts';
import { aroundEachRequest } from './client-faults.ts';
import { useEveryOperation } from './every-operation.ts';
import { startTableServer } from './table-server.ts';

/** What reads an item whether a condition has failed or not. */
const READING = [
  'readRun',
  'loadRecords',
  'readPool',
  'makeRunDue',
  'readValue',
  'readAnswer',
  'readWorkflowList',
  'purge',
  'deleteRun',
  'transact',
  'claimUpdate',
  'answerUpdate',
];

const server = await startTableServer();
const client = server.newClient();
const current = new AsyncLocalStorage<StoreOperation>();
const seen = new Map<StoreOperation, Set<string>>();

aroundEachRequest(client, (command, { IndexName }, send) => {
  const operation = current.getStore()!;
  // Of a transaction it is asked what its parts are; the record of the run is a put.
  const asked = command === 'TransactWriteItemsCommand' ? 'PutItem' : command.replace(/Command$/, '');
  const action = `dynamodb:${asked}`;
  seen.set(operation, (seen.get(operation) ?? new Set()).add(toText(action, IndexName)));
  return send();
});

beforeAll(async () => {
  await useEveryOperation(withName(createDynamodbStore({ tableName: await server.newTable(), client })));
});

afterAll(async () => {
  client.destroy();
  await server.close();
});

test.each(Object.keys(STORE_ACTIONS) as StoreOperation[])(
  '%s asks for exactly the actions that it is given',
  (operation) => {
    // Where a failed condition gives the item, as DynamoDB does, it is not read once more.
    const isForDynalite = server.isFaithful && !READING.includes(operation);
    const given = STORE_ACTIONS[operation]
      .map(({ action, index }) => toText(action, index))
      .filter((action) => !(isForDynalite && action === 'dynamodb:GetItem'));
    expect([...seen.get(operation)!].sort()).toEqual(given.sort());
  },
);

function toText(action: string, index: unknown): string {
  return typeof index === 'string' ? `${action} on ${index}` : action;
}

/** Each operation's requests know whose they are. */
function withName(store: Store): Store {
  return new Proxy(store, {
    get:
      (target, name: StoreOperation) =>
      (...args: never[]) =>
        current.run(name, () => {
          const result = (target[name] as (...given: never[]) => unknown).apply(target, args);
          return isAsyncIterable(result) ? named(name, result) : result;
        }),
  });
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** A generator runs where it is asked to go on. */
async function* named(name: StoreOperation, iterable: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  const iterator = iterable[Symbol.asyncIterator]();
  for (;;) {
    const next = await current.run(name, () => iterator.next());
    if (next.done) return;
    yield next.value;
  }
}
