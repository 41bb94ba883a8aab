/** A worker that is lost before a run in a pool begins, or between its end and the pool. */
import { expect, test } from 'vitest';
import { pool, signal, workflow } from '../../../lib/index.ts';
import { SmallCloud } from '../small-cloud.ts';

const go = signal<string>('go');
const held = workflow('held', { pool: pool('one', { concurrency: 1 }) }, function* () {
  return yield* go.receive();
});
const other = workflow('other', function* () {});
const leaseMs = 30_000;

test('code that does not know the workflow leaves its journal to code that knows whether it has a pool', async () => {
  const cloud = new SmallCloud([held]);
  await cloud.client.start(held, undefined, { id: 'a' });
  const nowMs = cloud.clock.nowMs();
  await cloud.table.take('a', { lease: { owner: 'lost', expiresAtMs: nowMs + leaseMs }, nowMs, dueByMs: nowMs });
  cloud.pass(leaseMs);
  expect(await cloud.worker({ workflows: [other] }).turn('a')).toMatchObject({ kind: 'blocked' });
  expect(await cloud.records('a')).toEqual([]);
  cloud.pass(3_600_000);
  await cloud.worker().turn('a');
  expect(await cloud.entries('a')).toMatchObject([{ kind: 'started', pool: 'one' }, { kind: 'receive' }]);
});

test('a place whose worker was lost at the end of its run is free within five minutes', async () => {
  const cloud = new SmallCloud([held]);
  for (const id of ['a', 'b']) await cloud.client.start(held, undefined, { id });
  await cloud.worker().turn('a');
  await cloud.worker().turn('b');
  await cloud.client.run('a').signal(go, 'now');
  let isLost = false;
  const lost = cloud.worker({
    around: async ({ operation }, call) => {
      if (isLost) return new Promise(() => {});
      const answer = await call();
      isLost = operation === 'finish';
      return answer;
    },
  });
  void lost.turn('a');
  await new Promise((resolve) => setImmediate(resolve));
  expect((await cloud.run('a')).status).toBe('completed');
  expect((await cloud.table.readPool('one'))?.state.places).toMatchObject([{ runId: 'a', step: 0 }]);
  cloud.pass(300_000);
  await cloud.worker().sweep();
  await cloud.worker().turn('pool/one');
  expect((await cloud.table.readPool('one'))?.state.places).toMatchObject([{ runId: 'b', step: 0 }]);
  await cloud.worker().turn('b');
  expect(await cloud.entries('b')).toMatchObject([{ kind: 'started', pool: 'one' }, { kind: 'receive' }]);
});
