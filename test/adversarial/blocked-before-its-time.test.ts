/** Suspicion: a delayed run that was blocked by a worker whose clock is ahead, and whose code is behind, is taken for begun. */
import { signal, workflow } from 'lull';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../lib/testing/virtual-clock.ts';
import { SmallCloud, START_MS } from '../engine/small-cloud.ts';

const HOUR_MS = 3_600_000;

const news = signal<string>('news');
const listen = workflow('listen', function* () {
  return yield* news.receive();
});
const other = workflow('other', function* () {});

async function heldBeforeItsTime() {
  const cloud = new SmallCloud([listen]);
  const run = await cloud.client.start(listen, undefined, { delay: '1 hour' });
  const hasty = cloud.worker({ workflows: [other], clock: new VirtualClock(START_MS + HOUR_MS) });
  expect(await hasty.turn(run.id)).toMatchObject({ kind: 'blocked' });
  return { cloud, run };
}

test('a run that was blocked before its time goes back to sleep until then, whoever wakes it', async () => {
  const { cloud, run } = await heldBeforeItsTime();
  await run.signal(news, 'early');
  expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'suspended', dueAtMs: START_MS + HOUR_MS });
  expect(await cloud.run(run.id)).toMatchObject({ status: 'pending', dueAtMs: START_MS + HOUR_MS });

  cloud.pass(HOUR_MS);
  expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'ended', status: 'completed' });
  const [first] = await cloud.entries(run.id);
  expect(first).toMatchObject({ kind: 'started', atMs: START_MS + HOUR_MS });
});

test('a cancel does not wait until then', async () => {
  const { cloud, run } = await heldBeforeItsTime();
  await run.cancel();
  expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'ended', status: 'cancelled' });
});
