/** Messages over HTTP to runs that are started for them. */
import { describe, expect, it } from 'vitest';
import { createApiWorld, problemOf } from './api-world.ts';

describe('POST /workflows/{name}/runs/{id}/signals/{signal}', () => {
  it('starts the run once, and sends it each signal', async () => {
    const { post, store } = createApiWorld();
    const first = await post('/workflows/rating/runs/r1/signals/rated', { payload: { stars: 5 } });
    expect([first.status, first.body, first.headers.get('location')]).toEqual([202, { id: 'r1' }, '/runs/r1']);
    await post('/workflows/rating/runs/r1/signals/rated', { payload: { stars: 4 } });
    await post('/workflows/rating/runs/r1/signals/any%2Fthing%20else');
    const run = await store.readRun('r1');
    const messages = await store.loadMessages('r1', run!.inboxIds, run!.letters);
    expect(messages.map((message) => 'name' in message && message.name)).toEqual(['rated', 'rated', 'any/thing else']);
  });

  it('takes one request for one key', async () => {
    const { post, store } = createApiWorld();
    const send = () =>
      post('/workflows/greet/runs/g1/signals/s', { input: 'Ada', payload: 1 }, { 'idempotency-key': 'k' });
    expect([(await send()).status, (await send()).status]).toEqual([202, 202]);
    expect((await store.readRun('g1'))?.inboxIds).toHaveLength(1);
  });

  it.each<[string, unknown, number, string]>([
    ['/workflows/rating/runs/r1/signals/rated', { payload: { stars: 9 } }, 422, 'INVALID_INPUT'],
    ['/workflows/order/runs/r1/signals/s', { input: { id: 1 } }, 422, 'INVALID_INPUT'],
    ['/workflows/rting/runs/r1/signals/s', {}, 404, 'UNKNOWN_WORKFLOW'],
    ['/workflows/rating/runs/r!1/signals/s', {}, 400, 'INVALID_ARGUMENT'],
    ['/workflows/rating/runs/r1/signals/s', { args: 1 }, 400, 'INVALID_ARGUMENT'],
    ['/workflows/rating/runs/r1/signals/s', [1], 400, 'INVALID_ARGUMENT'],
    ['/workflows/rating/runs/r1/signals/s', '{', 400, 'INVALID_JSON'],
    ['/workflows/rating/runs/r1/signals/s?wait=1s', {}, 400, 'INVALID_ARGUMENT'],
  ])('refuses %s with %j, and starts nothing', async (path, body, status, code) => {
    const { post, store } = createApiWorld();
    expect(problemOf(await post(path, body))).toMatchObject({ status, code });
    expect(await store.readRun('r1')).toBeUndefined();
  });

  it('says onConflict=fail about a run that is there', async () => {
    const { post } = createApiWorld();
    const path = '/workflows/rating/runs/r1/signals/rated?onConflict=fail';
    expect((await post(path, { payload: { stars: 5 } })).status).toBe(202);
    expect(problemOf(await post(path, { payload: { stars: 5 } }))).toMatchObject({ status: 409, code: 'RUN_ID_TAKEN' });
  });
});
