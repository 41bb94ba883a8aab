import { describe, expect, it } from 'vitest';
import { createWorld, endRun, NOON_MS, takeLease, type World } from './client-world.ts';

async function worldWithRun(input: unknown = { order: 17 }): Promise<World> {
  const world = createWorld();
  await world.client.start('checkout', input, { id: 'r1' });
  return world;
}

const NOON = new Date(NOON_MS);

describe('run.describe', () => {
  it('shows a run that is about to begin', async () => {
    const world = await worldWithRun();
    expect(await world.client.run('r1').describe()).toEqual({
      id: 'r1',
      workflow: 'checkout',
      status: 'pending',
      createdAt: NOON,
      input: { order: 17 },
      dueAt: NOON,
    });
  });

  it('shows when a run goes on by itself', async () => {
    const world = await worldWithRun();
    const epoch = await takeLease(world.store, 'r1');
    const dueAtMs = NOON_MS + 3_600_000;
    await world.store.release('r1', { epoch, wakesSeen: 0, status: 'suspended', dueAtMs, inboxIds: [] });
    expect(await world.client.run('r1').describe()).toMatchObject({ status: 'suspended', dueAt: new Date(dueAtMs) });
    await world.client.run('r1').signal('go');
    expect(await world.client.run('r1').describe()).toMatchObject({ status: 'suspended', dueAt: NOON });
  });

  it('shows no time for a run that waits for something from outside', async () => {
    const world = await worldWithRun();
    const epoch = await takeLease(world.store, 'r1');
    await world.store.release('r1', { epoch, wakesSeen: 0, status: 'suspended', dueAtMs: undefined, inboxIds: [] });
    expect(await world.client.run('r1').describe()).not.toHaveProperty('dueAt');
  });

  it('shows why a run is blocked, and since when', async () => {
    const world = await worldWithRun();
    const epoch = await takeLease(world.store, 'r1');
    const blocked = { reason: 'both sides', sinceMs: NOON_MS };
    await world.store.release('r1', {
      epoch,
      wakesSeen: 0,
      status: 'blocked',
      dueAtMs: undefined,
      inboxIds: [],
      blocked,
    });
    expect(await world.client.run('r1').describe()).toMatchObject({
      status: 'blocked',
      blocked: { reason: 'both sides', since: NOON },
    });
  });

  it.each([
    ['completed', { receipt: 1n }, { result: { receipt: 1n } }],
    ['failed', new RangeError('too much'), { error: new RangeError('too much') }],
    ['cancelled', new Error('out of stock'), { reason: 'out of stock' }],
    ['terminated', 'a wrong order', { reason: 'a wrong order' }],
  ] as const)('shows how a %s run ended', async (status, value, end) => {
    const world = await worldWithRun();
    await endRun(world.store, 'r1', { status, value });
    expect(await world.client.run('r1').describe()).toEqual({
      id: 'r1',
      workflow: 'checkout',
      status,
      createdAt: NOON,
      endedAt: new Date(NOON_MS + 60_000),
      input: { order: 17 },
      ...end,
    });
  });

  it('reads a large input from its own item', async () => {
    const world = await worldWithRun('x'.repeat(5_000));
    expect(await world.client.run('r1').describe()).toMatchObject({ input: 'x'.repeat(5_000) });
  });

  it('can wait for the end', async () => {
    const world = await worldWithRun();
    world.clock.callAt(NOON_MS + 200, () => void endRun(world.store, 'r1', { status: 'completed', value: 1 }));
    expect(await world.client.run('r1').describe({ wait: '10s' })).toMatchObject({ status: 'completed', result: 1 });
  });

  it('shows the run as it is when the wait is over', async () => {
    const world = await worldWithRun();
    expect(await world.client.run('r1').describe({ wait: '10s' })).toMatchObject({ status: 'pending' });
    expect(world.clock.nowMs()).toBe(NOON_MS + 10_000);
  });

  it('of a run that is not there is an error', async () => {
    await expect(createWorld().client.run('r1').describe()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it('of an id that no run can have is an error at once', () => {
    expect(() => createWorld().client.run('a b')).toThrow('a run id cannot be "a b"');
  });
});
