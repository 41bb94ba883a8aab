import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sleep, step, type StepContext, workflow } from 'lull';
import { StoreUnavailableError } from 'lull/client';
import { createTestEngine } from 'lull/testing';
import { DEFAULT_SETTINGS } from '../../lib/engine/settings.ts';
import { silent } from '../testing/silent.ts';
import { promisesToGoOn, SmallCloud } from '../engine/small-cloud.ts';

const { leaseMs } = DEFAULT_SETTINGS;

const slow = workflow('slow', function* () {
  return yield* step('slow', () => new Promise<string>(() => {}));
});

const quick = workflow('quick', function* () {
  return [yield* step('one', () => 1), yield* step('two', () => 2)];
});

const two = workflow('two', function* () {
  const one = yield* step('one', () => 1);
  yield* sleep(10);
  return [one, yield* step('two', () => 2)];
});

describe('I7: a run whose worker died is taken over within two lease times', () => {
  it('whenever it died', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 100_000 }),
        fc.constantFrom(9_000, 30_000, 60_000),
        async (diedAfterMs, leaseMs) => {
          const engine = createTestEngine({ workflows: [slow], settings: { leaseMs } });
          await engine.start(slow);
          await engine.advance(diedAfterMs);
          expect(engine.calls('slow').length).toBe(1);
          await engine.crash();
          const diedAtMs = engine.now().getTime();
          for (let waited = 0; engine.calls('slow').length === 1 && waited < 20; waited += 1) {
            await engine.advance(leaseMs / 4);
          }
          expect(engine.calls('slow').length).toBe(2);
          expect(engine.now().getTime() - diedAtMs).toBeLessThanOrEqual(2 * leaseMs);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('also when it died before it wrote anything, and between its record and the end', async () => {
    for (const nth of [1, 2]) {
      const cloud = new SmallCloud([quick]);
      const run = await cloud.client.start(quick);
      let writes = 0;
      const dying = cloud.worker({
        around: async ({ operation }, go) => {
          if (operation === 'putRecord' || operation === 'finish') writes += 1;
          return writes >= nth ? new Promise(() => {}) : go();
        },
      });
      void dying.turn(run.id);
      await promisesToGoOn();
      const next = cloud.worker();
      cloud.pass(leaseMs - 1);
      expect(await next.turn(run.id)).toEqual({ kind: 'skipped', reason: 'leased' });
      cloud.pass(1);
      expect(await next.turn(run.id)).toMatchObject({ kind: 'ended' });
    }
  });

  it('also when the worker lives, but the table does not hear of it any more', async () => {
    const cloud = new SmallCloud([slow]);
    const run = await cloud.client.start(slow);
    let isCutOff = false;
    const cutOff = cloud.worker({
      around: async ({ operation }, go) => {
        if (isCutOff) throw new StoreUnavailableError(operation);
        return go();
      },
    });
    const turn = cutOff.turn(run.id).catch((error: unknown) => error);
    await promisesToGoOn();
    isCutOff = true;
    for (let thirds = 0; thirds < 3; thirds += 1) {
      cloud.pass(leaseMs / 3);
      await promisesToGoOn();
    }
    const begun: string[] = [];
    const other = cloud.worker({ callBody: ({ name }) => begun.push(name) });
    expect(await other.turn(run.id)).toMatchObject({ kind: 'ended' });
    expect(begun).toEqual(['slow']);
    // Back again, it learns by its next renewal that the run is not its own any more.
    isCutOff = false;
    cloud.pass(leaseMs / 3);
    expect(await turn).toEqual({ kind: 'lease-lost' });
  });
});

it('I7: a worker that learns by its renewal that it was taken over, by a clock that is ahead, drops its turn', async () => {
  const cloud = new SmallCloud([slow]);
  const run = await cloud.client.start(slow);
  let signal: AbortSignal | undefined;
  const callBody = (_command: unknown, context: StepContext): Promise<never> => {
    signal = context.signal;
    return new Promise(() => {});
  };
  const turn = cloud.worker({ callBody }).turn(run.id);
  await promisesToGoOn();
  const aheadMs = cloud.clock.nowMs() + 2 * leaseMs;
  const lease = { owner: 'ahead', expiresAtMs: aheadMs + leaseMs };
  expect(await cloud.table.take(run.id, { lease, nowMs: aheadMs, dueByMs: aheadMs })).toMatchObject({ kind: 'taken' });
  cloud.pass(leaseMs / 3);
  expect(await turn).toEqual({ kind: 'lease-lost' });
  expect(signal?.aborted).toBe(true);
});

describe('I7: a lease that is kept is not taken over', () => {
  it('however long a step takes', async () => {
    const engine = createTestEngine({ workflows: [slow], invocationLimit: '5h' });
    const run = await engine.start(slow);
    await engine.advance('4h');
    expect(engine.calls('slow').length).toBe(1);
    expect((await engine.history(run)).some(({ kind }) => kind === 'taken-over')).toBe(false);
  });

  it('when single renewals fail', async () => {
    const cloud = new SmallCloud([slow]);
    const run = await cloud.client.start(slow);
    let renewals = 0;
    const worker = cloud.worker({
      around: async ({ operation }, go) => {
        if (operation === 'renew' && (renewals += 1) % 2 !== 0) throw new StoreUnavailableError(operation);
        return go();
      },
    });
    void worker.turn(run.id);
    await promisesToGoOn();
    const other = cloud.worker();
    for (let count = 0; count < 60; count += 1) {
      cloud.pass(5_000);
      await promisesToGoOn();
      expect(await other.turn(run.id)).toEqual({ kind: 'skipped', reason: 'leased' });
    }
    expect(renewals).toBeGreaterThan(20);
  });
});

it('I7: what was being done is done again after a takeover, and nothing that was recorded', async () => {
  const engine = createTestEngine({ workflows: [two], log: silent });
  engine.mockStep('two', () => new Promise(() => {}));
  const run = await engine.start(two);
  await engine.advance('1s');
  await engine.crash();
  engine.mockStep('two', () => 2);
  expect(await run.result()).toEqual([1, 2]);
  expect([engine.calls('one').length, engine.calls('two').length]).toEqual([1, 2]);
});
