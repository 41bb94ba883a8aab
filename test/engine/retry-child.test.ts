/** A run that failed with its child is tried again with it, also where the child's start was recorded after its end. */
import { expect, test } from 'vitest';
import { child, step, workflow } from '../../lib/index.ts';
import type { Around } from '../../lib/testing/around-store.ts';
import { SmallCloud } from './small-cloud.ts';

test('a worker that was lost between the start of a child and its record', async () => {
  let isMended = false;
  const helper = workflow('helper', function* () {
    return yield* step('work', { retry: false }, () => {
      if (!isMended) throw new Error('no');
      return 'done';
    });
  });
  const parent = workflow('parent', function* () {
    return yield* child(helper, undefined, { id: 'helper-1' });
  });
  const cloud = new SmallCloud([parent, helper]);
  const run = await cloud.client.start(parent, undefined, { id: 'parent-1' });
  let isLost = false;
  const diesAfterStart: Around = async ({ operation, runId }, call) => {
    if (isLost) throw new Error('died');
    const answer = await call();
    isLost = operation === 'createRun' && runId === 'helper-1';
    if (isLost) throw new Error('died');
    return answer;
  };
  await expect(cloud.worker({ around: diesAfterStart }).turn('parent-1')).rejects.toThrow();

  const worker = cloud.worker();
  await worker.turn('helper-1');
  cloud.pass(60_000);
  await worker.turn('parent-1');
  await expect(run.result()).rejects.toMatchObject({ code: 'RUN_FAILED' });
  const kinds = (await cloud.entries('parent-1')).map(({ kind }) => kind);
  expect(kinds.indexOf('run-ended')).toBeLessThan(kinds.indexOf('step-completed'));

  isMended = true;
  await run.retry();
  await worker.turn('helper-1');
  await worker.turn('parent-1');
  expect(await run.result()).toBe('done');
});
