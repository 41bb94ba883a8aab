/** A replay that takes longer than the lease: the code computes between its awaits, which moves this clock. */
import { sleep, step, workflow } from 'lull';
import { expect, it } from 'vitest';
import { promisesToGoOn, SmallCloud } from './small-cloud.ts';

const LEASE_MS = 1_000;

function computing(cloud: () => SmallCloud) {
  return workflow('computing', function* () {
    let sum = 0;
    for (let n = 0; n < 40; n += 1) {
      sum += yield* step('read', () => n);
      cloud().clock.moveTo(cloud().clock.nowMs() + 400);
    }
    yield* sleep('2h');
    return sum;
  });
}

async function suspended() {
  const warnings: unknown[][] = [];
  const nothing = (): void => undefined;
  const log = {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (...values: unknown[]) => void warnings.push(values),
  };
  const cloud: SmallCloud = new SmallCloud([computing(() => cloud)], { log });
  const run = await cloud.client.start('computing', undefined, { id: 'r1' });
  await cloud.worker({ leaseMs: 600_000, rebuildAtEveryAwait: false }).turn('r1');
  expect((await cloud.run('r1')).status).toBe('suspended');
  cloud.pass(7_200_000);
  warnings.length = 0;
  return { cloud, run, warnings };
}

it('goes on at its end, if nobody else has taken the run meanwhile, and is told in the log', async () => {
  const { cloud, run, warnings } = await suspended();
  expect(await cloud.worker({ leaseMs: LEASE_MS }).turn('r1')).toMatchObject({ kind: 'ended' });
  expect(await run.result()).toBe(780);
  expect(warnings).toContainEqual([
    'a replay takes long: the code of the run computes much between its awaits',
    { runId: 'r1', workflow: 'computing', entries: 82, tookMs: 16_000, leaseMs: LEASE_MS },
  ]);
});

it('renews its lease between slices, so that no other worker can take the run', async () => {
  const { cloud, run } = await suspended();
  const others: unknown[] = [];
  const worker = cloud.worker({
    leaseMs: LEASE_MS,
    turnOfTheLoop: async () => {
      cloud.clock.callDue();
      for (let times = 0; times < 5; times += 1) await promisesToGoOn();
      others.push(await cloud.worker().turn('r1'));
    },
  });
  expect(await worker.turn('r1')).toMatchObject({ kind: 'ended' });
  expect(others.length).toBeGreaterThan(10);
  expect(others.every((other) => JSON.stringify(other) === '{"kind":"skipped","reason":"leased"}')).toBe(true);
  expect(await run.result()).toBe(780);
});

it('is thrown away when another worker has taken the run', async () => {
  const { cloud } = await suspended();
  let taken: unknown;
  const worker = cloud.worker({
    leaseMs: LEASE_MS,
    turnOfTheLoop: async () => {
      // Nothing has renewed the lease.
      const other = await cloud.worker({ leaseMs: 600_000 }).turn('r1');
      if (other.kind !== 'skipped') taken = other;
    },
  });
  expect(await worker.turn('r1')).toEqual({ kind: 'lease-lost' });
  expect(taken).toMatchObject({ kind: 'ended' });
});
