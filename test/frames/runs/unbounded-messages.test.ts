/** Which messages a base of a run with an unbounded history knows: none may be forgotten that may still come, or still is there. */
import { signal, workflow } from 'lull';
import { createRunFrames } from 'lull/lambda';
import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../lib/ports/world-errors.ts';
import { SmallCloud } from '../../engine/small-cloud.ts';

const HALF_AN_HOUR_MS = 31 * 60_000;

const pay = signal<number>('pay');

const account = workflow('account', { history: 'unbounded' }, function* (payments: number) {
  let sum = 0;
  for (let index = 0; index < payments; index += 1) sum += yield* pay.receive();
  return sum;
});

const ALWAYS = { snapshotRecords: 1, maxSnapshotPercent: 100_000 };

describe('the ids of messages that a base knows', () => {
  it('have those of the run item, which no release has taken out for long', async () => {
    const cloud = new SmallCloud([account]);
    const run = await cloud.client.start(account, 5);
    const settings = { ...ALWAYS, frames: createRunFrames(), maxJournalEvents: 20 };
    for (let payment = 0; payment < 4; payment += 1) {
      await run.signal(pay, 1);
      const worker = cloud.worker({
        ...settings,
        around: (call, go) =>
          call.operation === 'release' ? Promise.reject(new StoreUnavailableError('release')) : go(),
      });
      await expect(worker.turn(run.id)).rejects.toThrow();
      cloud.pass(HALF_AN_HOUR_MS);
    }
    const { base, inboxIds } = await cloud.run(run.id);
    expect(base?.ids.count).toBeGreaterThan(0);
    expect(inboxIds).toHaveLength(4);
    await run.signal(pay, 1);
    expect(await cloud.worker(settings).turn(run.id)).toMatchObject({ kind: 'ended', status: 'completed' });
    expect(await run.result()).toBe(5);
  });

  it('are forgotten once, also where a base was not written', async () => {
    const cloud = new SmallCloud([account]);
    const run = await cloud.client.start(account, 100);
    let fails = false;
    const worker = cloud.worker({
      ...{ ...ALWAYS, frames: createRunFrames() },
      around: (call, go) =>
        fails && call.operation === 'putValue' ? Promise.reject(new StoreUnavailableError('putValue')) : go(),
    });
    const payments = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index += 1) await run.signal(pay, 1);
      expect(await worker.turn(run.id)).toMatchObject({ kind: 'suspended' });
    };
    await payments(3);
    cloud.pass(HALF_AN_HOUR_MS);
    await payments(3);
    cloud.pass(HALF_AN_HOUR_MS);
    fails = true;
    await payments(2);
    fails = false;
    await payments(1);
    expect((await cloud.run(run.id)).base?.ids.count).toBe(3);
  });
});
