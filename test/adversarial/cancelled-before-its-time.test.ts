/** Suspicion: a delayed run that was cancelled, and has to tidy up, is taken for one that has not begun. */
import { signal, sleep, step, workflow } from 'lull';
import { expect, test } from 'vitest';
import { SmallCloud, START_MS } from '../engine/small-cloud.ts';

const news = signal<string>('news');

const tidy = workflow('tidy', function* () {
  try {
    yield* news.receive();
  } finally {
    yield* sleep('1 minute');
    yield* step('refund', { atMostOnce: true }, () => 'refunded');
  }
});

async function cancelledBeforeItsTime() {
  const cloud = new SmallCloud([tidy]);
  const run = await cloud.client.start(tidy, undefined, { delay: '1 hour' });
  await run.cancel('changed my mind');
  expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'suspended', dueAtMs: START_MS + 60_000 });
  cloud.pass(60_000);
  return { cloud, run };
}

test('the cleanup of a run that was cancelled before it was to begin does not wait until the delay is over', async () => {
  const { cloud, run } = await cancelledBeforeItsTime();
  expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'ended', status: 'cancelled' });
});

test('who takes it over from a worker that died in the cleanup goes on with it at once, behind a fence', async () => {
  const { cloud, run } = await cancelledBeforeItsTime();
  let bodies = 0;
  const dying = cloud.worker({
    callBody: () => ((bodies += 1), Promise.race([])),
    around: ({ operation }, go) => (operation === 'renew' ? Promise.reject(new Error('died')) : go()),
  });
  void dying.turn(run.id);
  await expect.poll(() => bodies).toBe(1);

  cloud.pass(60_000);
  const next = cloud.worker({ callBody: () => ((bodies += 1), 'again') });
  expect(await next.turn(run.id)).toMatchObject({ kind: 'ended' });
  expect(bodies).toBe(1);
  expect((await cloud.entries(run.id)).map(({ kind }) => kind)).toContain('taken-over');
});
