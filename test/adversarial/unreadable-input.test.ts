import { step, workflow } from 'lull';
import { expect, it } from 'vitest';
import { SmallCloud } from '../engine/small-cloud.ts';

const echo = workflow('echo', function* (input: unknown) {
  return yield* step('echo', () => input);
});

it('a run whose input is of a class that this code does not know is blocked', async () => {
  const cloud = new SmallCloud([echo]);
  const unknown = { $: 'instance', class: 'money of another version', data: { cents: 5 } };
  await cloud.table.createRun({
    runId: 'r1',
    workflow: 'echo',
    createdAtMs: cloud.clock.nowMs(),
    input: { kind: 'inline', value: unknown as never },
    inputDigest: 'd',
    dueAtMs: 0,
  });
  expect(await cloud.worker().turn('r1')).toMatchObject({ kind: 'blocked' });
  expect(await cloud.table.readRun('r1')).toMatchObject({ status: 'blocked' });

  await cloud.client.run('r1').terminate();
  expect(await cloud.worker().turn('r1')).toEqual({ kind: 'ended', status: 'terminated' });
});
