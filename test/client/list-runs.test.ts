import { describe, expect, it } from 'vitest';
import { workflow } from '../../lib/api/workflow.ts';
import type { ListOptions } from '../../lib/client/list-runs.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { collect, createWorld, endRun, NOON_MS, type World } from './client-world.ts';

const workflows = { a: workflow('a', function* () {}), b: workflow('b', function* () {}) };

/** a-0 .. a-4 and b-0 .. b-4, a second between each two; b-0 has completed, b-1 failed. */
async function worldWithRuns(): Promise<World> {
  const world = createWorld({ workflows });
  for (let number = 0; number < 5; number += 1) {
    for (const name of ['a', 'b']) {
      await world.client.start(name, undefined, { id: `${name}-${number}` });
      world.clock.pass(1_000);
    }
  }
  await endRun(world.store, 'b-0', { status: 'completed', value: 1 });
  await endRun(world.store, 'b-1', { status: 'failed', value: new Error('no') });
  return world;
}

async function idsOf({ client }: World, options?: ListOptions): Promise<string[]> {
  const runs = await collect(client.list(options));
  return runs.map(({ id }) => id);
}

describe('client.list', () => {
  it('lists the runs of all workflows that the client knows, newest first', async () => {
    expect(await idsOf(await worldWithRuns())).toEqual([
      ...['b-4', 'a-4', 'b-3', 'a-3', 'b-2'],
      ...['a-2', 'b-1', 'a-1', 'b-0', 'a-0'],
    ]);
  });

  it('shows id, workflow, status and times', async () => {
    const world = await worldWithRuns();
    const [run] = await collect(world.client.list({ status: 'completed' }));
    expect(run).toEqual({
      id: 'b-0',
      workflow: 'b',
      status: 'completed',
      createdAt: new Date(NOON_MS + 1_000),
      endedAt: new Date(NOON_MS + 60_000),
    });
  });

  it.each<[ListOptions, string[]]>([
    [{ workflow: 'a' }, ['a-4', 'a-3', 'a-2', 'a-1', 'a-0']],
    [{ workflow: 'a', limit: 2 }, ['a-4', 'a-3']],
    [{ limit: 0 }, []],
    [{ status: 'failed' }, ['b-1']],
    [{ status: ['failed', 'completed'] }, ['b-1', 'b-0']],
    [{ status: [] }, []],
    [{ workflow: 'a', since: new Date(NOON_MS + 6_000) }, ['a-4', 'a-3']],
    [{ workflow: 'a', until: new Date(NOON_MS + 2_000) }, ['a-0']],
    [{ workflow: 'a', since: '2026-11-22T13:00:06+01:00' }, ['a-4', 'a-3']],
    [{ since: new Date(NOON_MS + 1_000), until: new Date(NOON_MS + 3_000) }, ['a-1', 'b-0']],
  ])('%j', async (options, ids) => {
    expect(await idsOf(await worldWithRuns(), options)).toEqual(ids);
  });

  it('reads page after page until the limit', async () => {
    const world = await worldWithRuns();
    const limits: number[] = [];
    const store = aroundStore(world.store, ({ args }, go) => {
      limits.push((args[0] as { limit: number }).limit);
      (args[0] as { limit: number }).limit = Math.min(2, limits.at(-1)!);
      return go();
    });
    const client = world.clientWith({ store });
    expect(await collect(client.list({ limit: 5 }))).toHaveLength(5);
    expect(limits).toEqual([5, 3, 1]);
  });

  it('of a client that knows no workflows needs a name', async () => {
    const { client } = createWorld();
    await expect(collect(client.list())).rejects.toThrow(
      `which workflow's runs? Say { workflow: 'name' }, or tell the client which workflows there are: new Client({ workflows })`,
    );
    expect(await collect(client.list({ workflow: 'a' }))).toEqual([]);
  });
});

it('lists runs of a workflow that is not there any more', async () => {
  const world = await worldWithRuns();
  const client = world.clientWith({ workflows: [workflows.a] });
  expect(await collect(client.list({ workflow: 'b' }))).toHaveLength(5);
});

it('lists and counts by attributes', async () => {
  const { client } = createWorld({ workflows });
  for (const customer of ['c1', 'c2', 'c1']) await client.start('a', undefined, { attributes: { customer } });
  await client.start('b', undefined, { id: 'b-1', attributes: { customer: 'c1' } });
  expect(await client.count({ attributes: { customer: 'c1' } })).toBe(3);
  expect(await client.count({ workflow: 'a', attributes: { customer: 'c1' } })).toBe(2);
  expect(await collect(client.list({ workflow: 'b', attributes: { customer: 'c1' } }))).toMatchObject([{ id: 'b-1' }]);
});

describe('client.listPage', () => {
  it('gives a page, and the cursor to the next until there is none', async () => {
    const { client } = await worldWithRuns();
    const first = await client.listPage({ workflow: 'a', limit: 3 });
    const second = await client.listPage({ workflow: 'a', limit: 3, cursor: first.cursor });
    expect(first.runs.map(({ id }) => id)).toEqual(['a-4', 'a-3', 'a-2']);
    expect(second.runs.map(({ id }) => id)).toEqual(['a-1', 'a-0']);
    expect(second).not.toHaveProperty('cursor');
  });
});

describe('client.count', () => {
  it('counts what a list would have', async () => {
    const { client } = await worldWithRuns();
    expect(await client.count()).toBe(10);
    expect(await client.count({ workflow: 'b', status: ['completed', 'failed'] })).toBe(2);
  });
});

describe('what a list refuses', () => {
  it.each<[object, string]>([
    [
      { workflow: 'no/name' },
      'the name of a workflow is "no/name": give 1 to 128 letters, digits, "_", "." or "-", beginning with a letter or digit',
    ],
    [
      { status: 'done' },
      `status cannot be "done": choose one of 'pending', 'running', 'suspended', 'paused', 'blocked', 'completed', 'failed', 'cancelled', 'terminated'`,
    ],
    [{ since: '2026-11-22T12:00' }, 'since cannot be "2026-11-22T12:00": it names no zone'],
    [{ until: '2026-02-30' }, 'until cannot be "2026-02-30": month 2 of 2026 has the days 1 to 28. Give a Date, or'],
    [{ until: new Date(NaN) }, 'until cannot be a Date: it is an invalid Date'],
    [{ since: NOON_MS }, 'it is neither a Date nor a text'],
    [{ attributes: 'c1' }, `attributes are "c1": give an object such as { customer: 'c1' }`],
    [{ attributes: { customer: undefined } }, 'attributes have undefined for "customer": give a text, a finite number'],
    [{ limit: -1 }, 'limit cannot be -1: give a whole number, 0 or more'],
    [{ limit: 1.5 }, 'limit cannot be 1.5: give a whole number, 0 or more'],
    [{ cursor: 'x' }, 'list has no option "cursor": there are workflow, status, since, until, attributes, limit'],
  ])('%j', async (options, message) => {
    const { client } = createWorld({ workflows });
    await expect(collect(client.list(options))).rejects.toThrow(message);
  });

  it.each<[object, string]>([
    [{ limit: 0 }, 'limit cannot be 0: give a whole number, 1 to 1000'],
    [{ limit: 1_001 }, 'limit cannot be 1001: give a whole number, 1 to 1000'],
  ])('a page of %j', async (options, message) => {
    const { client } = createWorld({ workflows });
    await expect(client.listPage(options)).rejects.toThrow(message);
  });
});
