// I5: a transaction is carried out once and recorded once, whoever is late with it.
import { expect, it } from 'vitest';
import { sleep, transaction, workflow } from 'lull';
import { createTestEngine, MemoryStore } from 'lull/testing';
import { commitTransaction } from '../../lib/engine/commit-transaction.ts';
import type { TransactRecord, TransactResult } from '../../lib/ports/transact.ts';

const count = workflow('count', function* () {
  const first = yield* transaction('add', (tx) => {
    tx.update({
      TableName: 'counters',
      Key: { id: 'a' },
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': 1 },
    });
    return 'added';
  });
  yield* sleep('1 hour');
  return first;
});

/** The first request for a transaction stays on its way until it is let go; who has sent it dies meanwhile. */
class Slow extends MemoryStore {
  letGo: () => Promise<TransactResult> = () => Promise.reject(new Error('there was none'));
  onFirst: (() => void) | undefined;

  override async transact(runId: string, transaction: TransactRecord): Promise<TransactResult> {
    if (this.onFirst === undefined) return super.transact(runId, transaction);
    this.letGo = () => super.transact(runId, transaction);
    this.onFirst();
    this.onFirst = undefined;
    return new Promise(() => undefined);
  }
}

async function startAndLose(): Promise<{ store: Slow; engine: ReturnType<typeof createTestEngine>; runId: string }> {
  const store = new Slow();
  const engine = createTestEngine({ workflows: [count], store });
  store.onFirst = () => void engine.crash();
  const { id } = await engine.start(count);
  await engine.settle();
  return { store, engine, runId: id };
}

const counted = async (engine: ReturnType<typeof createTestEngine>): Promise<unknown> =>
  (await engine.table('counters').get({ id: 'a' }))?.['n'];

it('a request of a worker that was lost, which arrives after its run was taken over, writes nothing', async () => {
  const { store, engine, runId } = await startAndLose();
  await engine.advance('2m');
  expect(await counted(engine)).toBe(1);
  expect(await store.letGo()).toMatchObject({ kind: 'exists' });
  expect(await counted(engine)).toBe(1);
  expect(await engine.client.run(runId).result()).toBe('added');
});

it('one that arrives before is found by the next worker, which does not call the function again', async () => {
  const { store, engine, runId } = await startAndLose();
  expect(await store.letGo()).toEqual({ kind: 'put' });
  expect(await engine.client.run(runId).result()).toBe('added');
  expect(await counted(engine)).toBe(1);
  expect(engine.calls('add')).toHaveLength(1);
});

it('the journal has the end of a transaction in a record of its own, whose nonce no other record has', async () => {
  const store = new MemoryStore();
  const engine = createTestEngine({ workflows: [count], store });
  const run = await engine.start(count);
  await run.result();
  const records = await store.loadRecords(run.id, 0);
  const own = records.filter(({ entries }) => entries.some(({ kind }) => kind === 'step-completed'));
  expect(own.map(({ entries }) => entries.length)).toEqual([1]);
  expect(records.filter(({ nonce }) => nonce === own[0]?.nonce)).toEqual(own);
  expect(commitTransaction.name).toBe('commitTransaction');
});
