// client.workflows: the list of paused workflows, and who may change it at once.
import { describe, expect, it } from 'vitest';
import { WorkflowListFullError } from '../../lib/client/index.ts';
import { signal, workflow } from '../../lib/index.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { createWorld, NOON_MS } from './client-world.ts';
import { Client } from '../../lib/client/client.ts';

const idle = workflow('idle', function* () {
  yield* signal('never').receive();
});

/** Without `workflows` a client takes any name. */
function worldOfAnyName() {
  const world = createWorld();
  const { store, wakes, clock } = world;
  return { ...world, client: new Client({ store, wakes, clock }) };
}

describe('client.workflows', () => {
  it('gives the state after each call, and lists what it knows and what is paused', async () => {
    const { store, wakes, clock } = createWorld();
    const { workflows } = new Client({ store, wakes, clock, workflows: [idle] });
    expect(await workflows.list()).toEqual([{ name: 'idle', paused: false }]);
    const paused = { name: 'idle', paused: true, pausedAt: new Date(NOON_MS), reason: 'r' };
    expect(await workflows.pause('idle', { reason: 'r' })).toEqual(paused);
    await new Client({ store, wakes, clock }).workflows.pause('gone');
    expect(await workflows.list()).toEqual([{ name: 'gone', paused: true, pausedAt: new Date(NOON_MS) }, paused]);
    expect(await workflows.resume('idle')).toEqual({ name: 'idle', paused: false });
    expect(await workflows.resume('gone')).toEqual({ name: 'gone', paused: false });
    expect(await workflows.list()).toEqual([{ name: 'idle', paused: false }]);
  });

  it('a workflow that the code has not any more is paused as long as it has runs', async () => {
    const { store, wakes, clock } = createWorld();
    const { workflows } = new Client({ store, wakes, clock, workflows: [idle] });
    await expect(workflows.pause('former')).rejects.toMatchObject({ code: 'UNKNOWN_WORKFLOW' });
    const input = { kind: 'inline', value: null } as const;
    const times = { createdAtMs: NOON_MS, dueAtMs: 0 };
    await store.createRun({ runId: 'f-1', workflow: 'former', input, inputDigest: 'd', ...times });
    expect(await workflows.pause('former')).toMatchObject({ name: 'former', paused: true });
  });

  it('many who change the list at once lose none of their changes', async () => {
    const { client } = worldOfAnyName();
    const names = Array.from({ length: 12 }, (_, index) => `w${index + 10}`);
    await Promise.all(names.map((name) => client.workflows.pause(name)));
    expect((await client.workflows.list()).map(({ name }) => name)).toEqual(names);
    await Promise.all(names.slice(1).map((name) => client.workflows.resume(name)));
    expect((await client.workflows.list()).map(({ name }) => name)).toEqual(['w10']);
  });

  it('an answer that was lost leads to no second change', async () => {
    const world = createWorld();
    let lost = 0;
    const store = aroundStore(world.store, async (call, go) => {
      const answer = await go();
      if (call.operation !== 'changeWorkflowList' || lost > 0) return answer;
      lost += 1;
      throw new StoreUnavailableError('changeWorkflowList');
    });
    const { workflows } = new Client({ store, wakes: world.wakes, clock: world.clock });
    expect(await workflows.pause('a', { reason: 'r' })).toMatchObject({ paused: true, reason: 'r' });
    expect(await world.store.readWorkflowList()).toMatchObject({ version: 1, workflows: [{ workflow: 'a' }] });
  });

  it('has room for a hundred, and says what to do about one more', async () => {
    const { client, store } = worldOfAnyName();
    const named = Array.from({ length: 100 }, (_, index) => ({ workflow: `w${index}`, pausedAtMs: 1 }));
    await store.changeWorkflowList({ version: 1, workflows: named.slice(1) });
    await client.workflows.pause('w0');
    await expect(client.workflows.pause('more')).rejects.toBeInstanceOf(WorkflowListFullError);
    // Who is in the list needs no more room.
    await client.workflows.resume('w5');
    expect(await client.workflows.pause('w5')).toMatchObject({ paused: true });
    expect(await client.workflows.resume('more')).toEqual({ name: 'more', paused: false });
  });
});
