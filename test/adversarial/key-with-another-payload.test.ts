/**
 * Suspicion: a signal whose idempotency key was used for another payload takes the place of the one that was accepted:
 * its put comes before its accept, and writes over what is there.
 */
import { describe, expect, it } from 'vitest';
import { signal, sleep, step, workflow } from 'lull';
import type { Run } from 'lull/client';
import { createTestEngine } from 'lull/testing';
import { sweep } from '../../lib/engine/sweep.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import type { Around } from '../../lib/testing/around-store.ts';
import { promisesToGoOn, SmallCloud } from '../engine/small-cloud.ts';
import { silent } from '../testing/silent.ts';

const pay = signal<number>('pay');
const REUSED = { code: 'IDEMPOTENCY_KEY_REUSED' };

const payments = workflow('payments', { retention: '1h' }, function* (count: number) {
  const euros: number[] = [];
  while (euros.length < count) euros.push(yield* pay.receive());
  return euros;
});

function send(run: Run<unknown>, euros: number): Promise<void> {
  return run.signal(pay, euros, { idempotencyKey: 'k' });
}

describe.each([false, true])('rebuilt at each await: %s', (rebuildAtEveryAwait) => {
  it('the run gets what was accepted, before, while and after it reads it', async () => {
    const engine = createTestEngine({ workflows: [payments], rebuildAtEveryAwait });
    const run = await engine.start(payments, 2);
    await send(run, 10);
    await expect(send(run, 9_999)).rejects.toMatchObject(REUSED);
    await engine.settle();
    await expect(send(run, 9_999)).rejects.toMatchObject(REUSED);
    await send(run, 10);
    await run.signal(pay, 20, { idempotencyKey: 'another' });
    expect(await run.result()).toEqual([10, 20]);
    await expect(send(run, 9_999)).rejects.toMatchObject(REUSED);
    await send(run, 10);
  });
});

it('a sender that dies before anything is accepted leaves its key with its payload', async () => {
  let dies = true;
  const aroundClient: Around = ({ operation }, go) => {
    return operation === 'accept' && dies ? Promise.reject(new Error('died')) : go();
  };
  const cloud = new SmallCloud([payments], { aroundClient });
  const run = await cloud.client.start(payments, 1);
  await expect(send(run, 10)).rejects.toThrow('died');
  dies = false;
  await expect(send(run, 9_999)).rejects.toMatchObject(REUSED);
  await send(run, 10);
  await cloud.worker().turn(run.id);
  expect(await run.result({ timeout: 0 })).toEqual([10]);
});

it('a worker that dies before it deletes the payload leaves the key with it too', async () => {
  const cloud = new SmallCloud([payments]);
  const run = await cloud.client.start(payments, 2);
  await send(run, 10);
  const around: Around = ({ operation }, go) => {
    return operation === 'deleteMessages' || operation === 'release' ? Promise.reject(new Error('died')) : go();
  };
  await expect(cloud.worker({ around }).turn(run.id)).rejects.toThrow('died');
  await expect(send(run, 9_999)).rejects.toMatchObject(REUSED);
  cloud.pass(60_000);
  await cloud.worker().turn(run.id);
  await expect(send(run, 9_999)).rejects.toMatchObject(REUSED);
  await send(run, 10);
  const received = (await cloud.entries(run.id)).filter(({ kind }) => kind === 'signal-received');
  expect(received).toMatchObject([{ payload: 10 }]);
});

it('a request that arrives again, after the message was received, leaves nothing behind', async () => {
  let again: (() => Promise<unknown>) | undefined;
  const aroundClient: Around = ({ operation }, go) => {
    if (operation === 'putMessage') again ??= go;
    return go();
  };
  const cloud = new SmallCloud([payments], { aroundClient });
  const run = await cloud.client.start(payments, 2);
  await send(run, 10);
  const { inboxIds } = await cloud.run(run.id);
  await cloud.worker().turn(run.id);
  expect(await again?.()).toEqual({ kind: 'received' });
  expect(await cloud.table.loadMessages(run.id, inboxIds)).toEqual([]);
});

it('a table that does not answer the put is asked again, and the repeat finds its own payload', async () => {
  let isFirst = true;
  const aroundClient: Around = async ({ operation }, go) => {
    const answer = await go();
    if (operation !== 'putMessage' || !isFirst) return answer;
    isFirst = false;
    void promisesToGoOn().then(() => cloud.pass(1_000));
    throw new StoreUnavailableError(operation);
  };
  const cloud = new SmallCloud([payments], { aroundClient });
  const run = await cloud.client.start(payments, 1);
  await send(run, 10);
  await cloud.worker().turn(run.id);
  expect(await run.result({ timeout: 0 })).toEqual([10]);
});

it('the purge of a run whose keys are used is not put off, and the next run of its id may use them', async () => {
  const cloud = new SmallCloud([payments]);
  const { table, clock, wakes, client } = cloud;
  for (const euros of [10, 20]) {
    const run = await client.start(payments, 1, { id: 'r1' });
    await send(run, euros);
    await cloud.worker().turn('r1');
    expect(await run.result({ timeout: 0 })).toEqual([euros]);
    cloud.pass(3_600_000);
    expect(await sweep({ store: table, clock, wakes, log: silent })).toMatchObject({ purged: 1 });
    expect(await table.readRun('r1')).toBeUndefined();
  }
});

it('a double click on cancel is one request, with a key and without', async () => {
  const done: string[] = [];
  const order = workflow('order', function* () {
    try {
      yield* sleep('3 days');
    } finally {
      yield* sleep('1 minute');
      yield* step('refund', () => void done.push('refunded'));
    }
  });
  for (const options of [{}, { idempotencyKey: 'click' }]) {
    const engine = createTestEngine({ workflows: [order] });
    const run = await engine.start(order);
    await engine.advance('1h');
    for (let clicks = 0; clicks < 2; clicks += 1) {
      await run.cancel('customer', options);
      await engine.advance('10s');
    }
    await expect(run.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED', reason: 'customer' });
  }
  expect(done).toEqual(['refunded', 'refunded']);
});
