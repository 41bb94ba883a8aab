/** Suspicion: a sender is refused although its message was accepted, or is accepted yet (I6). */
import { signal, workflow } from 'lull';
import { Client } from 'lull/client';
import { expect, test } from 'vitest';
import { INBOX_LIMIT } from '../../lib/ports/limits.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { type Around, aroundStore } from '../../lib/testing/around-store.ts';
import { JumpingClock } from '../client/client-world.ts';
import { SmallCloud } from '../engine/small-cloud.ts';

const stop = signal<string>('stop');
const stoppable = workflow('stoppable', function* () {
  return yield* stop.receive();
});

async function startedRun(aroundClient: Around) {
  const cloud = new SmallCloud([stoppable]);
  const store = aroundStore(cloud.table, aroundClient);
  const sender = new Client({ store, wakes: cloud.wakes, clock: new JumpingClock() });
  const { id } = await cloud.client.start(stoppable);
  await cloud.worker().turn(id);
  return { cloud, id, run: sender.run(id) };
}

test('a request that the SDK sends twice, the second time after the run took the message and ended, is accepted', async () => {
  const { cloud, id, run } = await startedRun(async ({ operation }, go) => {
    const first = await go();
    if (operation !== 'accept') return first;
    await cloud.worker().turn(id);
    return { ...(await go()), isRepeat: true }; // as the table's store says it of the second request
  });
  await run.signal(stop, 'now');
  expect((await cloud.run(id)).status).toBe('completed');
});

test('the payload of a message that may be accepted late stays, and its sender is told that it is open', async () => {
  let late: (() => Promise<unknown>) | undefined;
  const { cloud, id, run } = await startedRun(async ({ operation }, go) => {
    if (operation !== 'accept' || late !== undefined) return go();
    late = go;
    for (let other = 0; other < INBOX_LIMIT; other += 1) await cloud.table.accept(id, `other-${other}`, INBOX_LIMIT);
    throw new StoreUnavailableError('accept');
  });
  await expect(run.signal(stop, 'late')).rejects.toThrow(StoreUnavailableError);

  // Room is made, and the first request arrives.
  const { epoch } = await cloud.run(id);
  const lease = { owner: 'test', expiresAtMs: cloud.clock.nowMs() + 1_000 };
  await cloud.table.take(id, { lease, nowMs: cloud.clock.nowMs(), dueByMs: cloud.clock.nowMs() });
  const letGo = {
    epoch: epoch + 1,
    wakesSeen: INBOX_LIMIT,
    status: 'suspended',
    dueAtMs: undefined,
    inboxIds: [],
  } as const;
  await cloud.table.release(id, letGo);
  await late?.();
  expect(await cloud.worker().turn(id)).toEqual({ kind: 'ended', status: 'completed' });
});
