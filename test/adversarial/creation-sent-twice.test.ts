/** Suspicion: a start whose request the network sends twice takes its run for somebody else's, and does not keep its input. */
import { expect, test } from 'vitest';
import { signal, workflow } from 'lull';
import { SmallCloud } from '../engine/small-cloud.ts';

const never = signal('never');
const echo = workflow('echo', function* (text: string) {
  yield* never.receive();
  return text;
});

test('the input of a run is there, when a purge took it before a creation that was sent twice', async () => {
  const input = 'x'.repeat(1000);
  const cloud: SmallCloud = new SmallCloud([echo], {
    aroundClient: async ({ operation, args }, go) => {
      if (operation !== 'createRun') return go();
      const { runId, input: stored } = args[0] as { runId: string; input: { key: string } };
      // The end of the purge of an earlier run of that id, which has seen the input.
      await cloud.table.deleteValue(runId, stored.key);
      await go();
      return go();
    },
  });
  const run = await cloud.client.start(echo, input, { id: 'r1' });
  expect(await cloud.worker().turn(run.id)).toMatchObject({ kind: 'suspended' });
  expect(await run.describe()).toMatchObject({ input });
});
