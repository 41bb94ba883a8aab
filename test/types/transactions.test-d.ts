import { describe, expectTypeOf, test } from 'vitest';
import type { Awaitable } from 'lull';
import { transaction, TransactionConditionError, workflow } from 'lull';
import type { Client } from 'lull/client';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';

describe('a transaction', () => {
  test('gives what its function returns', () => {
    const moved = transaction('move', (tx) => {
      tx.put({ TableName: 'bookings', Item: { id: 'a', cents: 500 } });
      return { cents: 500 };
    });
    expectTypeOf(moved).toEqualTypeOf<Awaitable<{ cents: number }>>();
    expectTypeOf(transaction('nothing', () => {})).toEqualTypeOf<Awaitable<void>>();
    workflow('w', function* () {
      expectTypeOf(yield* moved).toEqualTypeOf<{ cents: number }>();
    });
  });

  test('takes the requests of the AWS SDK, with typed values and with plain ones', () => {
    const own: TransactWriteItem = { Put: { TableName: 'orders', Item: { id: { S: 'a' } } } };
    transaction('sdk', (tx) => {
      if (own.Put !== undefined) tx.put(own.Put);
      if (own.Update !== undefined) tx.update(own.Update);
      if (own.Delete !== undefined) tx.delete(own.Delete);
      if (own.ConditionCheck !== undefined) tx.check(own.ConditionCheck);
    });
  });

  test('does not take a request without what it is about', () => {
    transaction('incomplete', (tx) => {
      // @ts-expect-error a put has an item
      tx.put({ TableName: 'orders' });
      // @ts-expect-error an update says what it changes
      tx.update({ TableName: 'orders', Key: { id: 'a' } });
      // @ts-expect-error a delete has a key, and no item
      tx.delete({ TableName: 'orders', Item: { id: 'a' } });
      // @ts-expect-error a check has a condition
      tx.check({ TableName: 'orders', Key: { id: 'a' } });
      // @ts-expect-error it is one of two
      tx.delete({ TableName: 'orders', Key: { id: 'a' }, ReturnValuesOnConditionCheckFailure: 'ALL_NEW' });
    });
    // @ts-expect-error it has a name
    transaction(() => 1);
    // @ts-expect-error it has no options
    transaction('w', { retry: { maxAttempts: 1 } }, () => {});
  });

  test('fails with errors that say which writes were refused', () => {
    expectTypeOf<TransactionConditionError>().toExtend<Error>();
    expectTypeOf<TransactionConditionError['failed']>().toExtend<readonly { readonly table: string }[]>();
  });
});

describe('startItems', () => {
  test('gives items for a TransactWriteItems of the AWS SDK', () => {
    type Item = Awaited<ReturnType<Client['startItems']>>['items'][number];
    expectTypeOf<Item>().toExtend<TransactWriteItem>();
  });
});
