import { describe, expect, it } from 'vitest';
import { createApiWorld, problemOf, type ApiWorld } from './api-world.ts';

async function worldWith(count: number): Promise<ApiWorld> {
  const world = createApiWorld();
  for (let index = 0; index < count; index += 1) {
    await world.client.start('greet', 'x', { id: `g${index}` });
    world.clock.pass(1);
  }
  return world;
}

describe('POST /bulk/{action}', () => {
  it('carries out a page, with a cursor until there is no more', async () => {
    const world = await worldWith(3);
    const ask = { filter: { workflow: 'greet' }, reason: 'closed', limit: 2 };
    const first = await world.post('/bulk/cancel', { ...ask, dryRun: true });
    expect(first).toMatchObject({
      status: 200,
      body: {
        results: [
          { id: 'g2', done: false },
          { id: 'g1', done: false },
        ],
      },
    });
    const second = await world.post('/bulk/cancel', ask);
    const { cursor } = second.body as { cursor: string };
    expect(second.body).toEqual({
      results: [
        { id: 'g2', done: true },
        { id: 'g1', done: true },
      ],
      cursor,
    });
    const third = await world.post('/bulk/cancel', { ...ask, cursor });
    expect(third.body).toEqual({ results: [{ id: 'g0', done: true }] });
  });

  it('deletes what has ended', async () => {
    const world = await worldWith(2);
    expect((await world.post('/bulk/delete', { filter: { workflow: 'greet' } })).body).toEqual({ results: [] });
    expect((await world.post('/bulk/terminate', { filter: { workflow: 'greet' } })).body).toMatchObject({
      results: [{ done: true }, { done: true }],
    });
  });

  it.each<[unknown, string]>([
    [undefined, 'the body cannot be undefined: send an object with a filter'],
    [{ workflow: 'greet' }, 'send an object with a filter, such as {"filter":{"workflow":"checkout"},"dryRun":true}'],
    [{ filter: {} }, 'cancelAll needs a filter, or it would be for every run'],
    [{ filter: null }, 'cancelAll takes its options as an object, not null'],
    [{ filter: { workflows: 'greet' } }, 'cancelAll has no option "workflows"'],
    [{ filter: { status: 'done' } }, 'cancelAll cannot be for runs that are done'],
    [{ filter: { workflow: 'greet' }, dryRun: 'true' }, 'dryRun cannot be "true": give true or false'],
    [{ filter: { workflow: 'greet' }, limit: 5_000 }, 'limit cannot be 5000'],
    [{ filter: { workflow: 'greet' }, cursor: 'x' }, 'cursor cannot be "x"'],
  ])('refuses %j', async (body, message) => {
    const world = await worldWith(1);
    const problem = problemOf(await world.post('/bulk/cancel', body));
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' });
    expect(problem.detail).toContain(message);
  });
});
