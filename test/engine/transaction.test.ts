/** `transaction`: the author's writes and the record of the run, together or not at all. */
import { describe, expect, it } from 'vitest';
import {
  gather,
  isCancelled,
  sleep,
  step,
  stepContext,
  timeout,
  transaction,
  TransactionConditionError,
  TransactionRefusedError,
  workflow,
} from '../../lib/index.ts';
import { createTestEngine, crashEverywhere, MemoryStore } from '../../lib/testing/index.ts';
import type { TransactRecord, TransactResult } from '../../lib/ports/transact.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly cents: number;
}

const transfer = workflow('transfer', function* ({ from, to, cents }: Transfer) {
  const booked = yield* transaction('book', (tx) => {
    tx.update({
      TableName: 'accounts',
      Key: { id: from },
      UpdateExpression: 'SET cents = cents - :cents',
      ConditionExpression: 'cents >= :cents',
      ExpressionAttributeValues: { ':cents': cents },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    tx.update({
      TableName: 'accounts',
      Key: { id: to },
      UpdateExpression: 'ADD cents :cents',
      ExpressionAttributeValues: { ':cents': cents },
    });
    return { booked: cents };
  });
  return booked;
});

async function accounts(engine: ReturnType<typeof createTestEngine>): Promise<unknown[]> {
  const table = engine.table('accounts');
  return Promise.all(['a', 'b'].map((id) => table.get({ id })));
}

describe('a transaction', () => {
  it('writes all of it, and returns what its function returned', async () => {
    const engine = createTestEngine({ workflows: [transfer] });
    await engine.table('accounts').put({ id: 'a', cents: 100 });
    expect(await engine.run(transfer, { from: 'a', to: 'b', cents: 30 })).toEqual({ booked: 30 });
    expect(await accounts(engine)).toEqual([
      { id: 'a', cents: 70 },
      { id: 'b', cents: 30 },
    ]);
  });

  it('writes nothing where a condition is not met, and says which one, with what is there', async () => {
    const engine = createTestEngine({ workflows: [transfer] });
    await engine.table('accounts').put({ id: 'a', cents: 20 });
    const error = await engine.run(transfer, { from: 'a', to: 'b', cents: 30 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransactionConditionError);
    expect(error).toMatchObject({
      code: 'CONDITION_FAILED',
      transaction: 'book',
      failed: [{ index: 0, action: 'update', table: 'accounts', key: { id: 'a' }, item: { id: 'a', cents: 20 } }],
    });
    expect(await accounts(engine)).toEqual([{ id: 'a', cents: 20 }, undefined]);
  });

  it('happens exactly once, whatever dies when', async () => {
    const { points } = await crashEverywhere({
      workflows: [transfer],
      scenario: async (engine) => {
        await engine.table('accounts').put({ id: 'a', cents: 100 });
        await engine.run(transfer, { from: 'a', to: 'b', cents: 30 });
        expect(await accounts(engine)).toEqual([
          { id: 'a', cents: 70 },
          { id: 'b', cents: 30 },
        ]);
      },
    });
    expect(points).toBeGreaterThan(10);
  });

  it('fails the same way whatever dies when', async () => {
    await crashEverywhere({
      workflows: [transfer],
      scenario: async (engine) => {
        await engine.table('accounts').put({ id: 'a', cents: 10 });
        const run = await engine.start(transfer, { from: 'a', to: 'b', cents: 30 });
        await expect(run.result()).rejects.toMatchObject({ cause: { code: 'CONDITION_FAILED' } });
        expect(await accounts(engine)).toEqual([{ id: 'a', cents: 10 }, undefined]);
      },
    });
  });

  it('goes beside steps, timers and other transactions, in the order of the journal', async () => {
    const many = workflow('many', function* () {
      const book = (id: string) =>
        transaction(`book ${id}`, (tx) => {
          tx.put({ TableName: 'seats', Item: { id }, ConditionExpression: 'attribute_not_exists(id)' });
          return id;
        });
      const all = yield* gather([book('1'), step('beside', () => 's'), book('2'), sleep('1s', 't'), book('3')]);
      yield* sleep('1 day');
      return [...all, yield* book('4')];
    });
    for (const rebuildAtEveryAwait of [false, true]) {
      const engine = createTestEngine({ workflows: [many], rebuildAtEveryAwait });
      expect(await engine.run(many)).toEqual(['1', 's', '2', 't', '3', '4']);
      expect(await engine.table('seats').items()).toHaveLength(4);
    }
    await crashEverywhere({
      workflows: [many],
      scenario: async (engine) => {
        await engine.run(many);
      },
    });
  });

  it('is not carried out where it was cancelled before', async () => {
    const cancelled = workflow('cancelled', function* () {
      try {
        yield* timeout(
          '0s',
          transaction('never', (tx) => tx.put({ TableName: 'seats', Item: { id: '1' } })),
        );
      } catch (error) {
        if (isCancelled(error)) throw error;
        return 'too late';
      }
      return 'written';
    });
    const engine = createTestEngine({ workflows: [cancelled] });
    const result = await engine.run(cancelled);
    expect(await engine.table('seats').items()).toHaveLength(result === 'written' ? 1 : 0);
  });

  it('without writes is a step, and a mock stands for its function', async () => {
    const empty = workflow('empty', function* () {
      return [
        yield* transaction('empty', () => 1),
        yield* transaction('mocked', (tx) => tx.put({ TableName: 'no', Item: { id: 1 } })),
      ];
    });
    const engine = createTestEngine({ workflows: [empty] });
    engine.mockStep('mocked', () => 2);
    expect(await engine.run(empty)).toEqual([1, 2]);
    expect(await engine.table('no').items()).toEqual([]);
  });

  it('throws what its function throws, once, and has a context', async () => {
    let calls = 0;
    const failing = workflow('failing', function* () {
      return yield* transaction('failing', (tx) => {
        calls += 1;
        tx.put({ TableName: 'seats', Item: { id: stepContext().idempotencyKey } });
        throw new RangeError('no');
      });
    });
    const engine = createTestEngine({ workflows: [failing] });
    await expect(engine.run(failing)).rejects.toThrow(new RangeError('no'));
    expect(calls).toBe(1);
    expect(await engine.table('seats').items()).toEqual([]);
  });

  it('takes values with their types, as the SDK has them, and gives them so', async () => {
    const typed = workflow('typed', function* () {
      yield* transaction('typed', (tx) => {
        tx.put({
          TableName: 'blobs',
          Item: { id: { S: 'a' }, bytes: { B: new Uint8Array([1, 2]) }, n: { NS: ['1'] } },
        });
      });
      yield* transaction('typed again', (tx) => {
        tx.delete({
          TableName: 'blobs',
          Key: { id: { S: 'a' } },
          ConditionExpression: 'attribute_not_exists(id)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        });
      });
    });
    const engine = createTestEngine({ workflows: [typed] });
    const error: unknown = await engine.run(typed).catch((thrown: unknown) => thrown);
    const item = { id: { S: 'a' }, bytes: { B: new Uint8Array([1, 2]) }, n: { NS: ['1'] } };
    expect(error).toMatchObject({ failed: [{ key: { id: { S: 'a' } }, item }] });
    expect(await engine.table('blobs').get({ id: 'a' })).toEqual({
      id: 'a',
      bytes: new Uint8Array([1, 2]),
      n: new Set([1]),
    });
  });

  it('is refused as a whole by an expression that is none', async () => {
    const wrong = workflow('wrong', function* () {
      yield* transaction('wrong', (tx) => {
        tx.put({ TableName: 'seats', Item: { id: '1' } });
        tx.update({ TableName: 'others', Key: { id: '1' }, UpdateExpression: 'SAT x = :y' });
      });
    });
    const engine = createTestEngine({ workflows: [wrong] });
    const refused = engine.run(wrong);
    await expect(refused).rejects.toBeInstanceOf(TransactionRefusedError);
    await expect(refused).rejects.toThrow(/ \(it writes to tables "seats", "others"\)$/);
    expect(await engine.table('seats').items()).toEqual([]);
  });
});

describe('a conflict', () => {
  class Busy extends MemoryStore {
    left: number;
    constructor(left: number) {
      super();
      this.left = left;
    }
    override async transact(runId: string, transaction: TransactRecord): Promise<TransactResult> {
      if (this.left > 0) {
        this.left -= 1;
        return { kind: 'conflict', why: 'TransactionConflict of write #0' };
      }
      return super.transact(runId, transaction);
    }
  }

  it('is tried again, and then the transaction is carried out once', async () => {
    const store = new Busy(5);
    await store.tables.table('accounts').put({ id: 'a', cents: 100 });
    const engine = createTestEngine({ workflows: [transfer], store });
    expect(await engine.run(transfer, { from: 'a', to: 'b', cents: 30 })).toEqual({ booked: 30 });
    expect(await accounts(engine)).toEqual([
      { id: 'a', cents: 70 },
      { id: 'b', cents: 30 },
    ]);
  });

  it('that lasts is an error in the end', async () => {
    const engine = createTestEngine({ workflows: [transfer], store: new Busy(Infinity) });
    const begunAtMs = engine.now().getTime();
    await expect(engine.run(transfer, { from: 'a', to: 'b', cents: 30 })).rejects.toMatchObject({
      code: 'TRANSACTION_CONFLICT',
      transaction: 'book',
    });
    expect(engine.now().getTime() - begunAtMs).toBeGreaterThan(20_000);
    expect(engine.now().getTime() - begunAtMs).toBeLessThan(120_000);
  });

  it('is tried again also where the workflow tries its steps once', async () => {
    const once = workflow('once', { steps: { retry: false, atMostOnce: true } }, function* () {
      return yield* transaction('once', (tx) => {
        tx.put({ TableName: 'seats', Item: { id: '1' } });
        return 'done';
      });
    });
    const engine = createTestEngine({ workflows: [once], store: new Busy(2) });
    expect(await engine.run(once)).toBe('done');
  });
});

describe('a request without an answer', () => {
  it('that was carried out is found in the journal by the next turn', async () => {
    class Mute extends MemoryStore {
      hasSpoken = false;
      override async transact(runId: string, transaction: TransactRecord): Promise<TransactResult> {
        const answer = await super.transact(runId, transaction);
        if (this.hasSpoken) return answer;
        this.hasSpoken = true;
        throw new StoreUnavailableError('transact');
      }
    }
    const store = new Mute();
    await store.tables.table('accounts').put({ id: 'a', cents: 100 });
    const engine = createTestEngine({ workflows: [transfer], store, log: SILENT });
    expect(await engine.run(transfer, { from: 'a', to: 'b', cents: 30 })).toEqual({ booked: 30 });
    expect(await accounts(engine)).toEqual([
      { id: 'a', cents: 70 },
      { id: 'b', cents: 30 },
    ]);
  });

  it('that arrives after its repeat was refused makes the turn drop: its record is not taken for another one', async () => {
    // The first request is under way; its repeat is refused by a condition; then the first one arrives.
    class Late extends MemoryStore {
      isFirst = true;
      override async transact(runId: string, transaction: TransactRecord): Promise<TransactResult> {
        if (!this.isFirst) return super.transact(runId, transaction);
        this.isFirst = false;
        await super.transact(runId, transaction);
        return { kind: 'condition-failed', failed: [{ index: 0 }] };
      }
    }
    const caught = workflow('caught', function* () {
      try {
        yield* transaction('book', (tx) => tx.put({ TableName: 'seats', Item: { id: '1' } }));
        return 'booked';
      } catch (error) {
        if (error instanceof TransactionConditionError) return 'refused';
        throw error;
      }
    });
    const engine = createTestEngine({ workflows: [caught], store: new Late() });
    expect(await engine.run(caught)).toBe('booked');
    expect(await engine.table('seats').items()).toEqual([{ id: '1' }]);
  });
});

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
