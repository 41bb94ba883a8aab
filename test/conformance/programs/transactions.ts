/** Programs that write to a table of their own. Every home has it, with the key `id`, and all runs share it. */
import {
  type Coroutine,
  gather,
  runInfo,
  sleep,
  transaction,
  TransactionConditionError,
  TransactionRefusedError,
  workflow,
} from 'lull';
import type { Program } from '../program.ts';

export const SEATS = 'conformance-seats';

function* book(seat: string, by: string): Coroutine<string> {
  const id = `${runInfo().id}/${seat}`;
  return yield* transaction(`book ${seat}`, (tx) => {
    tx.put({
      TableName: SEATS,
      Item: { id, by, tags: new Set(['a']), bytes: new Uint8Array([1, 255]) },
      ConditionExpression: 'attribute_not_exists(id)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return `${seat} for ${by}`;
  });
}

export const transactionPrograms: readonly Program[] = [
  {
    workflow: workflow('transaction-writes-once', function* () {
      const booked = yield* gather([book('1', 'Ada'), sleep('300ms', 'slept'), book('2', 'Bob')]);
      try {
        return [booked, yield* book('1', 'Cid')];
      } catch (error) {
        if (!(error instanceof TransactionConditionError)) throw error;
        const [{ index, action, table, item } = {}] = error.failed;
        return [...booked, { index, action, table, by: item?.['by'], bytes: [...(item?.['bytes'] as Uint8Array)] }];
      }
    }),
    ends: {
      status: 'completed',
      result: [
        '1 for Ada',
        'slept',
        '2 for Bob',
        { index: 0, action: 'put', table: SEATS, by: 'Ada', bytes: [1, 255] },
      ],
    },
  },
  {
    workflow: workflow('transaction-on-two-items', function* () {
      const seat = (name: string): string => `${runInfo().id}/${name}`;
      yield* book('from', 'Ada');
      const [from, to] = [seat('from'), seat('to')];
      yield* transaction('move', (tx) => {
        tx.delete({ TableName: SEATS, Key: { id: from }, ConditionExpression: 'attribute_exists(id)' });
        tx.update({
          TableName: SEATS,
          Key: { id: to },
          UpdateExpression: 'SET #by = :by ADD moves :one',
          ExpressionAttributeNames: { '#by': 'by' },
          ExpressionAttributeValues: { ':by': 'Ada', ':one': 1 },
        });
      });
      const looked: unknown[] = [];
      for (const id of [from, to]) {
        try {
          yield* transaction('look', (tx) =>
            tx.check({
              TableName: SEATS,
              Key: { id },
              ConditionExpression: 'attribute_exists(nothing)',
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            }),
          );
        } catch (error) {
          if (!(error instanceof TransactionConditionError)) throw error;
          const { by, moves } = error.failed[0]?.item ?? {};
          looked.push([by ?? null, moves ?? null]);
        }
      }
      return looked;
    }),
    ends: {
      status: 'completed',
      result: [
        [null, null],
        ['Ada', 1],
      ],
    },
  },
  {
    workflow: workflow('transaction-that-is-refused', function* () {
      try {
        const id = runInfo().id;
        yield* transaction('wrong', (tx) => {
          tx.put({ TableName: SEATS, Item: { id: `${id}/wrong` } });
          tx.update({ TableName: SEATS, Key: { id: `${id}/other` }, UpdateExpression: 'NO SUCH THING' });
        });
        return 'written';
      } catch (error) {
        if (!(error instanceof TransactionRefusedError)) throw error;
        return `${error.code} of ${error.transaction}`;
      }
    }),
    ends: { status: 'completed', result: 'TRANSACTION_REFUSED of wrong' },
  },
];
