/** Workers that die, or that were taken over, while the base of a run moves on. */
import { sleep, step, transaction, TransactionConditionError, workflow } from 'lull';
import { createRunFrames } from 'lull/lambda';
import { crashEverywhere } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import type { Around } from '../../../lib/testing/around-store.ts';
import { SmallCloud, type Worker } from '../../engine/small-cloud.ts';

const HOUR_MS = 3_600_000;

function rounds(count: number) {
  return workflow('rounds', { history: 'unbounded' }, function* () {
    let sum = 0;
    for (let round = 0; round < count; round += 1) {
      sum += yield* step('work', () => 1);
      yield* sleep('1 hour');
    }
    return sum;
  });
}

const ALWAYS = { snapshotRecords: 1, maxSnapshotPercent: 100_000, maxWarmRuns: 0 };

function cloudWith(count: number): { cloud: SmallCloud; worker: (around?: Around) => Worker } {
  const cloud = new SmallCloud([rounds(count)]);
  const worker = (around?: Around): Worker =>
    cloud.worker({ ...ALWAYS, frames: createRunFrames(), ...(around && { around }) });
  return { cloud, worker };
}

async function hourly(cloud: SmallCloud, worker: Worker, runId: string, times: number): Promise<void> {
  for (let hour = 0; hour < times; hour += 1) {
    cloud.pass(HOUR_MS + 1_000);
    await worker.turn(runId);
  }
}

describe('a worker that dies while it writes a base', () => {
  for (const dies of ['before', 'after'] as const) {
    for (const operation of ['putValue', 'release', 'removeRecords', 'deleteValue'] as const) {
      it(`${dies} its ${operation} leaves a run that goes on`, async () => {
        const { cloud, worker } = cloudWith(6);
        const run = await cloud.client.start('rounds');
        const good = worker();
        await good.turn(run.id);
        await hourly(cloud, good, run.id, 2);
        let isDead = false;
        const mortal = worker(async (call, go) => {
          if (isDead) return new Promise(() => undefined);
          if (call.operation !== operation) return go();
          if (dies === 'after') await go();
          isDead = true;
          return new Promise(() => undefined);
        });
        cloud.pass(HOUR_MS + 1_000);
        void mortal.turn(run.id);
        for (let round = 0; round < 50; round += 1) await new Promise((resolve) => setImmediate(resolve));
        expect(isDead).toBe(true);
        await hourly(cloud, good, run.id, 6);
        expect(await run.result()).toBe(6);
      });
    }
  }
});

describe('a worker that was taken over', () => {
  it('is stopped by the journal, however far the base has moved on since', async () => {
    const { cloud, worker } = cloudWith(10);
    const run = await cloud.client.start('rounds');
    const good = worker();
    await good.turn(run.id);
    await hourly(cloud, good, run.id, 2);
    let thaw = (): void => undefined;
    const puts: string[] = [];
    const slow = worker(async (call, go) => {
      if (call.operation === 'renew') return new Promise(() => undefined); // it is frozen
      if (call.operation !== 'putRecord' || puts.length > 0) return go();
      await new Promise<void>((resolve) => (thaw = resolve));
      const put = await go();
      puts.push((put as { kind: string }).kind);
      return put;
    });
    cloud.pass(HOUR_MS + 1_000);
    const turn = slow.turn(run.id);
    for (let round = 0; round < 20; round += 1) await new Promise((resolve) => setImmediate(resolve));
    await hourly(cloud, good, run.id, 5);
    const { base } = await cloud.run(run.id);
    thaw();
    expect(await turn).toEqual({ kind: 'lease-lost' });
    expect(puts).toEqual(['exists']);
    expect(base?.record).toBeGreaterThan(10);
    await hourly(cloud, good, run.id, 6);
    expect(await run.result()).toBe(10);
  });

  it('before it wrote its fence is stopped by what the worker before it wrote meanwhile, however far the base has moved on', async () => {
    const { cloud, worker } = cloudWith(20);
    const run = await cloud.client.start('rounds');
    const good = worker();
    await good.turn(run.id);
    await hourly(cloud, good, run.id, 2);
    const held: { readonly who: string; readonly thaw: () => Promise<string> }[] = [];
    const frozen = (who: string): Worker =>
      worker((call, go) => {
        if (call.operation === 'take' || call.operation.startsWith('load') || call.operation.startsWith('read'))
          return go();
        if (call.operation !== 'putRecord' || held.some((one) => one.who === who)) return new Promise(() => undefined);
        return new Promise<never>(() => {
          held.push({ who, thaw: async () => ((await go()) as { kind: string }).kind });
        });
      });
    for (const who of ['first', 'second']) {
      cloud.pass(HOUR_MS + 1_000);
      void frozen(who).turn(run.id);
      for (let round = 0; round < 50; round += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(held.map(({ who }) => who)).toEqual(['first', 'second']);
    expect(await held[0]!.thaw()).toBe('put');
    await hourly(cloud, good, run.id, 6);
    expect(await held[1]!.thaw()).toBe('exists');
    await hourly(cloud, good, run.id, 16);
    expect(await run.result()).toBe(20);
  });

  it('leaves the record that stops it, and no other one, behind the base', async () => {
    const { cloud, worker } = cloudWith(20);
    const run = await cloud.client.start('rounds');
    const good = worker();
    await good.turn(run.id);
    cloud.pass(HOUR_MS + 1_000);
    void worker((call, go) =>
      ['putRecord', 'renew'].includes(call.operation) ? new Promise(() => undefined) : go(),
    ).turn(run.id);
    for (let round = 0; round < 20; round += 1) await new Promise((resolve) => setImmediate(resolve));
    await hourly(cloud, good, run.id, 8);
    const records = await cloud.records(run.id);
    expect(records.map(({ entries }) => entries[0]?.kind)).toEqual(['started', 'taken-over', expect.any(String)]);
  });
});

describe('a transaction of which it was said that it was refused, and that is carried out late', () => {
  it('finds the record that was written in its place, however far the base has moved on since', async () => {
    const noting = workflow('noting', { history: 'unbounded' }, function* () {
      let noted = 'noted';
      try {
        yield* transaction('note', (tx) => {
          tx.put({ TableName: 'notes', Item: { id: 'a' }, ConditionExpression: 'attribute_not_exists(id)' });
        });
      } catch (error) {
        if (!(error instanceof TransactionConditionError)) throw error;
        noted = 'refused';
      }
      for (let round = 0; round < 6; round += 1) {
        yield* step('work', () => 1);
        yield* sleep('1 hour');
      }
      return noted;
    });
    const cloud = new SmallCloud([noting]);
    let late: () => Promise<unknown> = () => Promise.reject(new Error('there was none'));
    const worker = cloud.worker({
      ...{ ...ALWAYS, frames: createRunFrames() },
      around: async (call, go) => {
        if (call.operation !== 'transact') return go();
        late = go;
        return { kind: 'condition-failed', failed: [{ index: 0 }] } as Awaited<ReturnType<typeof go>>;
      },
    });
    const run = await cloud.client.start('noting');
    await worker.turn(run.id);
    await hourly(cloud, worker, run.id, 3);
    expect((await cloud.run(run.id)).base?.record).toBeGreaterThan(6);
    expect(await late()).toMatchObject({ kind: 'exists' });
    expect(cloud.table.tables.read('notes', { id: 'a' })).toBeUndefined();
    await hourly(cloud, worker, run.id, 5);
    expect(await run.result()).toBe('refused');
  });
});

describe('crashes', () => {
  it('at each place change nothing of what a run comes to', async () => {
    const three = rounds(3);
    const { points } = await crashEverywhere({
      workflows: [three],
      frames: true,
      scenario: async (engine) => {
        expect(await engine.run(three)).toBe(3);
      },
    });
    expect(points).toBeGreaterThan(50);
  });
});
