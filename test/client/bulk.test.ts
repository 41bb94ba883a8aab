import { describe, expect, it } from 'vitest';
import { workflow } from '../../lib/api/workflow.ts';
import type { BulkResult } from '../../lib/client/bulk.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { collect, createWorld, endRun, type World } from './client-world.ts';

const workflows = { a: workflow('a', function* () {}), b: workflow('b', function* () {}) };

async function worldWith(count: number): Promise<World> {
  const world = createWorld({ workflows });
  for (let index = 0; index < count; index += 1) {
    await world.client.start('a', undefined, { id: `a-${index}`, attributes: { customer: `c${index % 10}` } });
    world.clock.pass(1);
  }
  return world;
}

const idsOf = (results: readonly BulkResult[]): string[] => results.map(({ id }) => id);

/** Runs in whose inbox so many requests to stop wait. */
async function askedIn(world: World): Promise<Map<string, number>> {
  const asked = new Map<string, number>();
  for await (const { id } of world.client.list()) {
    const count = (await world.store.readRun(id))?.inboxIds.length ?? 0;
    if (count > 0) asked.set(id, count);
  }
  return asked;
}

describe('cancelAll', () => {
  it('asks each run that the filter finds, once, newest first', async () => {
    const world = await worldWith(25);
    await world.client.start('b', undefined, { id: 'b-0', attributes: { customer: 'c3' } });
    const results = await collect(world.client.cancelAll({ workflow: 'a', attributes: { customer: 'c3' } }));
    expect(results).toEqual(['a-23', 'a-13', 'a-3'].map((id) => ({ id, done: true })));
    expect(Object.fromEntries(await askedIn(world))).toEqual({ 'a-3': 1, 'a-13': 1, 'a-23': 1 });
  });

  it('says in a dry run which it would be, and does nothing', async () => {
    const world = await worldWith(3);
    const results = await collect(world.client.cancelAll({ workflow: 'a' }, { dryRun: true }));
    expect(results).toEqual(['a-2', 'a-1', 'a-0'].map((id) => ({ id, done: false })));
    expect(await askedIn(world)).toEqual(new Map());
  });

  it('passes its reason on', async () => {
    const world = await worldWith(1);
    await collect(world.client.cancelAll({ workflow: 'a' }, { reason: 'the shop is closed' }));
    const { inboxIds } = (await world.store.readRun('a-0'))!;
    expect(await world.store.loadMessages('a-0', inboxIds)).toMatchObject([{ reason: 'the shop is closed' }]);
  });

  it('passes over runs that end meanwhile, and leaves those alone that start', async () => {
    const world = await worldWith(250);
    const results: BulkResult[] = [];
    for await (const result of world.client.cancelAll({ workflow: 'a' })) {
      results.push(result);
      if (results.length % 50 !== 0) continue;
      await endRun(world.store, `a-${results.length / 50}`, { status: 'completed', value: 1 });
      await world.client.start('a', undefined, { id: `new-${results.length}` });
      world.clock.pass(1);
    }
    const ended = await collect(world.client.list({ status: 'completed' }));
    const expected = Array.from({ length: 250 }, (_, index) => `a-${249 - index}`).filter(
      (id) => !ended.some((run) => run.id === id) || results.some((result) => result.id === id),
    );
    expect(ended.length).toBeGreaterThan(2);
    expect(idsOf(results)).toEqual(expected);
    expect([...(await askedIn(world)).keys()].filter((id) => id.startsWith('new'))).toEqual([]);
  });

  it('does no more than it is asked for: a caller that stops has stopped it', async () => {
    const world = await worldWith(60);
    for await (const { id } of world.client.cancelAll({ workflow: 'a' })) if (id === 'a-50') break;
    expect((await askedIn(world)).size).toBe(10);
  });

  it('is ended by a table that does not answer, and goes on with the rest when it is begun again', async () => {
    const world = await worldWith(30);
    let accepts = 0;
    const store = aroundStore(world.store, ({ operation }, go) => {
      if (operation === 'accept') accepts += 1;
      return accepts > 12 ? Promise.reject(new StoreUnavailableError(operation)) : go();
    });
    await expect(collect(world.clientWith({ store }).cancelAll({ workflow: 'a' }))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    const before = await askedIn(world);
    expect(before.size).toBe(12);
    for (const id of before.keys()) await endRun(world.store, id, { status: 'cancelled', value: 'c' });
    const rest = await collect(world.client.cancelAll({ workflow: 'a' }));
    expect(rest).toHaveLength(18);
    expect(idsOf(rest).filter((id) => before.has(id))).toEqual([]);
  });

  it('shows what is wrong with one run as its error, and goes on', async () => {
    const world = await worldWith(2);
    const store = aroundStore(world.store, ({ operation, runId }, go) => {
      if (operation !== 'accept' || runId !== 'a-1') return go();
      return world.store.readRun('a-1').then((run) => ({ kind: 'full', run })) as ReturnType<typeof go>;
    });
    const results = await collect(world.clientWith({ store }).cancelAll({ workflow: 'a' }));
    expect(results).toMatchObject([
      { id: 'a-1', done: false, error: { code: 'INBOX_FULL' } },
      { id: 'a-0', done: true },
    ]);
  });

  it.each<[object, object, string]>([
    [{}, {}, `cancelAll needs a filter, or it would be for every run: say which, as in { workflow: 'checkout' }`],
    [{ workflow: undefined }, {}, 'cancelAll needs a filter'],
    [{ status: [] }, {}, 'cancelAll needs a filter'],
    [{ attributes: {} }, {}, 'cancelAll needs a filter'],
    [{ worfklow: 'a' }, {}, 'cancelAll has no option "worfklow": there are workflow, status'],
    [{ status: 'failed' }, {}, 'cancelAll cannot be for runs that are failed: status can be pending, running'],
    [{ workflow: 'a' }, { dryrun: true }, 'cancelAll has no option "dryrun": there are dryRun, reason'],
    [{ workflow: 'a' }, { dryRun: 'yes' }, 'dryRun cannot be "yes": give true or false'],
    [{ workflow: 'a', since: 'yesterday' }, {}, 'since cannot be "yesterday"'],
  ])('refuses %j with %j', async (filter, options, message) => {
    const world = await worldWith(1);
    const call = world.client.cancelAll(filter, options);
    await expect(collect(call)).rejects.toThrow(message);
    expect(await askedIn(world)).toEqual(new Map());
  });
});

describe('terminateAll and deleteAll', () => {
  it('terminate the open ones, and delete the ones that have ended', async () => {
    const world = await worldWith(5);
    await endRun(world.store, 'a-1', { status: 'completed', value: 1 });
    await endRun(world.store, 'a-2', { status: 'failed', value: new Error('no') });
    expect(idsOf(await collect(world.client.terminateAll({ workflow: 'a' })))).toEqual(['a-4', 'a-3', 'a-0']);
    expect(await collect(world.client.deleteAll({ status: 'failed' }))).toEqual([{ id: 'a-2', done: true }]);
    expect(await collect(world.client.deleteAll({ workflow: 'a' }))).toEqual([{ id: 'a-1', done: true }]);
    expect(idsOf((await collect(world.client.list())).map(({ id }) => ({ id, done: true })))).toEqual([
      'a-4',
      'a-3',
      'a-0',
    ]);
    expect(() => world.client.deleteAll({ status: 'running' })).not.toThrow();
    await expect(collect(world.client.deleteAll({ status: 'running' }))).rejects.toThrow(
      'deleteAll cannot be for runs that are running: status can be completed, failed, cancelled, terminated, or left out',
    );
  });
});

describe('bulkPage', () => {
  it('carries out page by page until there is no cursor', async () => {
    const world = await worldWith(25);
    const ids: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await world.client.bulkPage('cancel', { workflow: 'a' }, { limit: 10, cursor });
      ids.push(...idsOf(page.results));
      ({ cursor } = page);
      pages += 1;
      await world.client.start('a', undefined, { id: `new-${pages}` });
      world.clock.pass(1);
    } while (cursor !== undefined);
    expect(ids).toEqual(Array.from({ length: 25 }, (_, index) => `a-${24 - index}`));
    expect(pages).toBe(3);
    expect(Math.max(...(await askedIn(world)).values())).toBe(1);
  });

  it('ends when its time is over, with a cursor to the rest', async () => {
    const world = await worldWith(250);
    const first = await world.client.bulkPage('terminate', { workflow: 'a' }, { limit: 1_000 }, 0);
    expect(first.results).toHaveLength(100);
    const rest = await world.client.bulkPage('terminate', { workflow: 'a' }, { limit: 1_000, cursor: first.cursor });
    expect(rest.results).toHaveLength(150);
    expect(rest).not.toHaveProperty('cursor');
  });
});
