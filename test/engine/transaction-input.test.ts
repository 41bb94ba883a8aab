/** What a transaction cannot take is an error at its place, and nothing is written. */
import { describe, expect, it } from 'vitest';
import { type Transaction, transaction, workflow } from '../../lib/index.ts';
import { createTestEngine } from '../../lib/testing/index.ts';

describe('bad input is refused where it is written', () => {
  const cases: [string, Parameters<typeof transaction>[1], RegExp][] = [
    ['no request', (tx) => tx.put(undefined as never), /put #0 of transaction "bad" was given undefined/],
    ['no table', (tx) => tx.put({ Item: { id: 1 } } as never), /has no TableName/],
    ['a table that is no name', (tx) => tx.put({ TableName: 'a b', Item: { id: 1 } }), /the TableName of put #0/],
    ['no item', (tx) => tx.put({ TableName: 'seats', Item: {} }), /the Item of put #0 .* is an object/],
    ['another field', (tx) => tx.put({ TableName: 'seats', Item: { id: 1 }, Kex: 1 } as never), /has no "Kex"/],
    [
      'a value',
      (tx) => tx.put({ TableName: 'seats', Item: { id: 1, at: new Date() } }),
      /the Item of put #0 of transaction "bad"\.at is a Date/,
    ],
    [
      'an empty set',
      (tx) => tx.put({ TableName: 'seats', Item: { id: 1, of: { a: [new Set()] } } }),
      /\.of\.a\[0\] is an empty Set/,
    ],
    [
      'mixed forms',
      (tx) =>
        tx.update({
          TableName: 'seats',
          Key: { id: 1 },
          UpdateExpression: 'SET a = :a',
          ExpressionAttributeValues: { ':a': { S: 'x' } },
        }),
      /name their types/,
    ],
    [
      'a check without a condition',
      (tx) => tx.check({ TableName: 'seats', Key: { id: 1 } } as never),
      /has no ConditionExpression/,
    ],
    [
      'one item twice',
      (tx) => {
        tx.delete({ TableName: 'seats', Key: { id: 1 } });
        tx.put({ TableName: 'seats', Item: { id: 1, a: 2 } });
      },
      /put #1 .* on the same item as delete #0/,
    ],
    [
      'two regions',
      (tx) => {
        tx.delete({ TableName: 'arn:aws:dynamodb:eu-west-1:1:table/seats', Key: { id: 1 } });
        tx.delete({ TableName: 'arn:aws:dynamodb:eu-west-2:1:table/others', Key: { id: 1 } });
      },
      /one account and one region/,
    ],
    ['a promise', async () => undefined, /returned a promise/],
  ];
  it.each(cases)('%s', async (_name, collect, message) => {
    const bad = workflow('bad', function* () {
      yield* transaction('bad', collect);
    });
    const engine = createTestEngine({ workflows: [bad] });
    await expect(engine.run(bad)).rejects.toThrow(message);
    expect(await engine.table('seats').items()).toEqual([]);
  });

  it('99 items are taken, and 100 are not', async () => {
    const book = workflow('book', function* (count: number) {
      return yield* transaction('book', (tx) => {
        for (let id = 0; id < count; id += 1) tx.put({ TableName: 'seats', Item: { id } });
        return count;
      });
    });
    const engine = createTestEngine({ workflows: [book] });
    expect(await engine.run(book, 99)).toBe(99);
    await expect(engine.run(book, 100)).rejects.toMatchObject({ code: 'TRANSACTION_TOO_LARGE' });
    expect(await engine.table('seats').items()).toHaveLength(99);
  });

  it('what is too large for DynamoDB is told, with its bytes', async () => {
    const book = workflow('book', function* ({ items, bytes }: { items: number; bytes: number }) {
      yield* transaction('book', (tx) => {
        for (let id = 0; id < items; id += 1) tx.put({ TableName: 'seats', Item: { id, text: 'x'.repeat(bytes) } });
      });
    });
    const engine = createTestEngine({ workflows: [book] });
    await expect(engine.run(book, { items: 1, bytes: 410_000 })).rejects.toThrow(/409600 at most/);
    await expect(engine.run(book, { items: 10, bytes: 400_000 })).rejects.toThrow(/room for 3784704/);
    await engine.run(book, { items: 9, bytes: 400_000 });
  });

  it('the calls of tx after its function has returned', async () => {
    let kept: Transaction | undefined;
    const late = workflow('late', function* () {
      yield* transaction('late', (tx) => {
        kept = tx;
      });
    });
    await createTestEngine({ workflows: [late] }).run(late);
    expect(() => kept?.put({ TableName: 'seats', Item: { id: 1 } })).toThrow(/came after its function had returned/);
  });

  it('a result that cannot be stored, before anything is written', async () => {
    const odd = workflow('odd', function* () {
      yield* transaction('odd', (tx) => {
        tx.put({ TableName: 'seats', Item: { id: 1 } });
        return () => 1;
      });
    });
    const engine = createTestEngine({ workflows: [odd] });
    await expect(engine.run(odd)).rejects.toMatchObject({ code: 'UNSERIALIZABLE_VALUE' });
    expect(await engine.table('seats').items()).toEqual([]);
  });
});
