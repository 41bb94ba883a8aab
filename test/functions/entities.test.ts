/** Entities through the deployed functions: called over HTTP and by a workflow, on the worker's handler. */
import { expect, it } from 'vitest';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { entity, workflow } from '../../lib/index.ts';
import { createWorld, takeWakes } from '../client/client-world.ts';
import { context, httpEvent, sqsEvent } from '../lambda/sample-events.ts';

const ENVIRONMENT = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes', LULL_VERSION: '7' };

const counter = entity('counter', {
  initial: () => ({ sum: 0 }),
  handlers: {
    add(state, n: number) {
      state.sum += n;
      if (n < 0) throw new RangeError('a counter only goes up');
      return state.sum;
    },
  },
  reads: { get: (state) => state.sum },
});
const visit = workflow('visit', function* (page: string) {
  return { sum: yield* counter(page).add(1), seen: yield* counter(page).get() };
});

it('an entity is called and read through the handlers, by programs and by a workflow', async () => {
  const world = createWorld();
  const { store, wakes, clock, log } = world;
  const overrides = { store, wakes, clock, log, environment: ENVIRONMENT };
  const api = createApiHandler([counter, visit], overrides);
  const worker = createWorkerHandler([counter, visit], overrides);
  const ask = async (method: string, path: string, body?: string, key?: string) => {
    const headers = { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) };
    const query = method === 'POST' && path.startsWith('/entities') ? 'wait=0s' : '';
    const answer = await api(httpEvent({ method, path, query, headers, ...(body && { body }) }), context());
    return { status: answer.statusCode, body: JSON.parse(answer.body) as unknown };
  };
  const work = async (): Promise<void> => {
    for (let due = takeWakes(world); due.length > 0; due = takeWakes(world)) {
      clock.pass(Math.max(...due.map(({ inMs }) => inMs)));
      await worker(sqsEvent(...due.map(({ runId }) => JSON.stringify({ runId }))), context());
    }
  };
  /** Accepted at first, and with its answer when the worker has been there. */
  const call = async (path: string, body: string, key: string) => {
    expect(await ask('POST', path, body, key)).toMatchObject({ status: 202 });
    await work();
    return ask('POST', path, body, key);
  };
  expect(await ask('GET', '/entities/counter/home/get')).toEqual({ status: 200, body: 0 });
  expect(await store.readRun('counter:home')).toBeUndefined();
  expect(await call('/entities/counter/home/add', '[2]', 'a')).toEqual({ status: 200, body: 2 });
  expect(await call('/entities/counter/home/add', '[-1]', 'b')).toMatchObject({
    status: 422,
    body: { code: 'UPDATE_FAILED', cause: { name: 'RangeError', message: 'a counter only goes up' } },
  });
  expect(await ask('GET', '/entities/counter/home/get')).toEqual({ status: 200, body: 2 });
  expect(await ask('POST', '/entities/counter/home/adds', '[1]')).toMatchObject({
    status: 404,
    body: { code: 'UNKNOWN_HANDLER' },
  });
  expect(await ask('GET', '/entities/counters/home/get')).toMatchObject({
    status: 404,
    body: { code: 'UNKNOWN_ENTITY' },
  });

  const run = await world.client.start(visit, 'home');
  await work();
  expect(await run.describe()).toMatchObject({ status: 'completed', result: { sum: 3, seen: 3 } });
});
