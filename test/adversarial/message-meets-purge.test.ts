/**
 * Suspicion: a message for a closed run is put, the run is purged, its id is used again, and the new run accepts the
 * message, whose payload went with the purge: the new run is blocked for damage.
 */
import { expect, it } from 'vitest';
import { step, workflow } from 'lull';
import { RunEndedError } from 'lull/client';
import { sweep } from '../../lib/engine/sweep.ts';
import { SmallCloud } from '../engine/small-cloud.ts';
import { silent } from '../testing/silent.ts';

const MINUTE_MS = 60_000;

const receipt = workflow('receipt', { retention: '1h' }, function* () {
  return yield* step('write', () => 'written');
});

it('a message whose sender stands still, while its run is to be purged, is refused', async () => {
  let meanwhile = async (): Promise<void> => undefined;
  const cloud = new SmallCloud([receipt], {
    aroundClient: async ({ operation }, go) => {
      if (operation === 'accept') await meanwhile();
      return go();
    },
  });
  const { table, clock, wakes, client } = cloud;
  const sweepOnce = () => sweep({ store: table, clock, wakes, log: silent });
  const start = async (): Promise<void> => {
    await client.start(receipt, undefined, { id: 'r1' });
    await cloud.worker().turn('r1');
  };
  await start();
  cloud.pass(60 * MINUTE_MS);

  meanwhile = async () => {
    for (let minute = 0; minute < 15; minute += 1) {
      expect(await sweepOnce()).toMatchObject({ purged: 0 });
      cloud.pass(MINUTE_MS);
      await start();
    }
  };
  await expect(client.run('r1').signal('approved', 'Ada '.repeat(80))).rejects.toThrow(RunEndedError);
  expect(await sweepOnce()).toMatchObject({ purged: 1 });
  await start();
  expect(await table.readRun('r1')).toMatchObject({ status: 'completed', createdAtMs: clock.nowMs() });
});
