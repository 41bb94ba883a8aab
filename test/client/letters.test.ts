import { describe, expect, it } from 'vitest';
import { signal } from '../../lib/api/signal.ts';
import { INBOX_LIMIT } from '../../lib/ports/limits.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { createWorld, deliverMail, journalOf, takeLease, takeWakes, type World } from './client-world.ts';

const stopped = signal<void>('stopped');

async function worldWithRun(): Promise<World> {
  const world = createWorld();
  await world.client.start('approval', null, { id: 'r1' });
  takeWakes(world);
  return world;
}

async function inboxOf({ store }: World, ids: readonly string[]): Promise<string[]> {
  return (await store.loadMessages('r1', ids)).map(({ id }) => id);
}

describe('a letter', () => {
  it.each([
    ['', {}],
    [', by a client whose calls have a time limit, as on AWS', { callTimeout: '10s' } as const],
  ])('that is small is put where the run item has no room for it%s', async (_, options) => {
    const world = await worldWithRun();
    const calls: string[] = [];
    const store = aroundStore(world.store, ({ operation }, go) => {
      calls.push(operation);
      return go();
    });
    const client = world.clientWith({ store, ...options });
    for (const number of [1, 2, 3, 4]) await client.run('r1').signal('small', number);
    // The fourth asks for no room: there was none a moment ago.
    expect(calls).toEqual(['accept', 'accept', ...['accept', 'putMessage', 'accept'], ...['putMessage', 'accept']]);
    const { inboxIds, letters } = (await world.store.readRun('r1'))!;
    expect(inboxIds).toHaveLength(4);
    expect(letters?.map(({ id }) => id)).toEqual(inboxIds.slice(0, 2));
    expect(await inboxOf(world, inboxIds)).toEqual(inboxIds.slice(2));
    await deliverMail(world.store, 'r1');
    expect(await journalOf(world.store, 'r1')).toMatchObject([1, 2, 3, 4].map((payload) => ({ payload })));
    calls.length = 0;
    world.clock.pass(1_000);
    await client.run('r1').signal('small', 5);
    expect(calls).toEqual(['accept']);
  });

  it.each([
    ['the inbox is full by then', INBOX_LIMIT],
    ['it has been put by then, and the inbox is full', 2],
  ])('is not said to be refused where a letter of it may be carried out late: %s', async (_, others) => {
    const world = await worldWithRun();
    const { accept } = world.store;
    const fill = async (limit: number): Promise<void> => {
      for (let sent = 0; sent < limit; sent += 1) await world.store.accept('r1', `other-${sent}`, INBOX_LIMIT);
    };
    let lost: (() => Promise<unknown>) | undefined;
    const store = aroundStore(world.store, async ({ operation, args }, go) => {
      if (operation === 'putMessage') await fill(INBOX_LIMIT);
      if (operation !== 'accept' || lost !== undefined) return go();
      lost = () => accept.apply(world.store, args as Parameters<typeof accept>);
      for (const number of [1, 2]) await world.client.run('r1').signal('small', number);
      await fill(others);
      throw new StoreUnavailableError('accept');
    });
    const sent = world.clientWith({ store }).run('r1').signal(stopped);
    await expect(sent).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const { epoch, wakes } = (await world.store.readRun('r1'))!;
    await takeLease(world.store, 'r1');
    await world.store.release('r1', {
      ...{ epoch: epoch + 1, wakesSeen: wakes, status: 'suspended', dueAtMs: undefined, inboxIds: [] },
    });
    await lost?.();
    await deliverMail(world.store, 'r1');
    expect(await journalOf(world.store, 'r1')).toMatchObject([{ name: 'stopped' }]);
  });
});
