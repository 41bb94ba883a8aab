/**
 * Suspicion: a start puts its input, the purge of an earlier run of that id takes it, the run is created all the same,
 * and its starter dies before it could put the input again: the run is blocked for damage.
 */
import { expect, it } from 'vitest';
import { step, workflow } from 'lull';
import { sweep } from '../../lib/engine/sweep.ts';
import { SmallCloud } from '../engine/small-cloud.ts';
import { silent } from '../testing/silent.ts';

const echo = workflow('echo', { retention: '1h' }, function* (text: string) {
  return yield* step('echo', () => text);
});

it('a start that comes with the purge of the run before finds that one, or keeps its input', async () => {
  let beforeCreation = async (): Promise<void> => undefined;
  const cloud: SmallCloud = new SmallCloud([echo], {
    aroundClient: async ({ operation }, go) => {
      if (operation === 'createRun') await beforeCreation();
      return go();
    },
  });
  const { table, clock, wakes, client } = cloud;
  const text = 'again '.repeat(200);
  await client.start(echo, text, { id: 'r1' });
  await cloud.worker().turn('r1');
  cloud.pass(3_600_000);

  beforeCreation = async () => {
    expect(await sweep({ store: table, clock, wakes, log: silent })).toMatchObject({ purged: 0 });
  };
  const createdAtMs = (await table.readRun('r1'))?.createdAtMs;
  await client.start(echo, text, { id: 'r1' });
  expect(await table.readRun('r1')).toMatchObject({ status: 'completed', createdAtMs });
});
