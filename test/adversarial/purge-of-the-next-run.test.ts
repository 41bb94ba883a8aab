/**
 * Suspicion: a sweeper that stands still between its look at a run and the purge deletes the next run of that id, which
 * has ended meanwhile and is to be kept for long.
 */
import { expect, it } from 'vitest';
import { step, workflow } from 'lull';
import { sweep } from '../../lib/engine/sweep.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { SmallCloud } from '../engine/small-cloud.ts';
import { silent } from '../testing/silent.ts';

const receipt = workflow('receipt', { retention: '1h' }, function* () {
  return yield* step('write', () => 'written');
});

it('a sweeper that was frozen leaves the next run of the same id alone', async () => {
  const cloud = new SmallCloud([receipt]);
  const { table, clock, wakes } = cloud;
  const ports = { store: table, clock, wakes, log: silent };
  const once = async (): Promise<void> => {
    await cloud.client.start(receipt, undefined, { id: 'r1' });
    await cloud.worker().turn('r1');
  };
  await once();
  cloud.pass(3_600_000);

  const frozen = aroundStore(table, async ({ operation }, go) => {
    if (operation === 'purge') {
      // It has seen that the run is to be purged, and stands still: another sweeper does it, and the id is used again.
      await sweep(ports);
      expect(await table.readRun('r1')).toBeUndefined();
      await once();
      cloud.pass(1_000);
    }
    return go();
  });
  await sweep({ ...ports, store: frozen });
  expect(await table.readRun('r1')).toMatchObject({ status: 'completed' });
  expect(await table.loadRecords('r1', 0)).not.toEqual([]);

  cloud.pass(3_600_000);
  await sweep(ports);
  expect(await table.readRun('r1')).toBeUndefined();
});
