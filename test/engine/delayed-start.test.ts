import { signal, sleep, workflow } from 'lull';
import { describe, expect, it } from 'vitest';
import { SmallCloud, START_MS } from './small-cloud.ts';

const hurry = signal<string>('hurry');
const DELAY_MS = 3_600_000;

const patient = workflow('patient', function* () {
  const began = new Date().getTime();
  const word = yield* hurry.receive();
  yield* sleep('1 day');
  return { began, word };
});

describe('a run that was started with a delay', () => {
  it('is not begun by a signal, and gets it when it begins', async () => {
    const cloud = new SmallCloud([patient]);
    const worker = cloud.worker();
    const run = await cloud.client.start(patient, undefined, { id: 'late', delay: '1h' });
    await run.signal(hurry, 'now');

    expect(await worker.turn('late')).toEqual({ kind: 'suspended', dueAtMs: START_MS + DELAY_MS });
    expect(await cloud.table.readRun('late')).toMatchObject({ status: 'pending', dueAtMs: START_MS + DELAY_MS });
    expect(await cloud.table.loadRecords('late', 0)).toEqual([]);

    cloud.clock.moveTo(START_MS + DELAY_MS);
    expect(await worker.turn('late')).toMatchObject({ kind: 'suspended' });
    cloud.clock.moveTo(START_MS + DELAY_MS + 86_400_000);
    expect(await worker.turn('late')).toEqual({ kind: 'ended', status: 'completed' });
    expect(await run.result({ timeout: 0 })).toEqual({ began: START_MS + DELAY_MS, word: 'now' });
  });

  it('is cancelled at once', async () => {
    const cloud = new SmallCloud([patient]);
    const run = await cloud.client.start(patient, undefined, { delay: '1h' });
    await run.signal(hurry, 'now');
    await run.cancel('changed my mind');
    expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'ended', status: 'cancelled' });
  });

  it('is terminated at once', async () => {
    const cloud = new SmallCloud([patient]);
    const run = await cloud.client.start(patient, undefined, { delay: '1h' });
    await run.terminate();
    expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'ended', status: 'terminated' });
  });

  it('takes up what is accepted while it goes back to wait', async () => {
    const cloud = new SmallCloud([patient]);
    const run = await cloud.client.start(patient, undefined, { delay: '1h' });
    await run.signal(hurry, 'now');
    let isFirst = true;
    const worker = cloud.worker({
      around: async ({ operation }, go) => {
        if (operation === 'release' && isFirst) {
          isFirst = false;
          await run.cancel();
        }
        return go();
      },
    });
    expect(await worker.turn(run.id)).toEqual({ kind: 'ended', status: 'cancelled' });
  });
});
