/** Pools through the deployed functions: looked at and changed over HTTP, and their places handed on by the worker's handler. */
import { expect, it } from 'vitest';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { pool, signal, step, workflow } from '../../lib/index.ts';
import { createWorld, takeWakes } from '../client/client-world.ts';
import { context, httpEvent, sqsEvent } from '../lambda/sample-events.ts';

const ENVIRONMENT = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes', LULL_VERSION: '7' };

const mailer = pool('mailer', { concurrency: 1 });
const send = workflow('send', function* (to: string) {
  return yield* step('send', { pool: mailer }, () => `sent to ${to}`);
});

const go = signal<string>('go');
const held = workflow('held', { pool: pool('one', { concurrency: 1 }) }, function* (name: string) {
  return `${name} ${yield* go.receive()}`;
});

const workflows = [send, held];

/** The handlers, on one table; `work`: what a queue brings, until nothing is due. */
function deploy() {
  const world = createWorld();
  const { store, wakes, clock, log } = world;
  const overrides = { store, wakes, clock, log, environment: ENVIRONMENT };
  const api = createApiHandler(workflows, overrides);
  const worker = createWorkerHandler(workflows, overrides);
  const ask = async (method: string, path: string, body?: unknown) => {
    const given = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await api(httpEvent({ method, path, ...given }), context());
    return { status: answer.statusCode, body: JSON.parse(answer.body) as unknown };
  };
  const work = async (): Promise<void> => {
    for (let due = takeWakes(world); due.length > 0; due = takeWakes(world)) {
      clock.pass(Math.max(...due.map(({ inMs }) => inMs)));
      const bodies = due.map(({ runId }) => JSON.stringify({ runId }));
      expect(await worker(sqsEvent(...bodies), context())).toEqual({ batchItemFailures: [] });
    }
  };
  return { world, log, ask, work };
}

it('runs that wait for a paused pool go on when it is resumed, by the wakes alone', async () => {
  const { world, log, ask, work } = deploy();
  expect(await ask('GET', '/pools/mailer')).toMatchObject({ status: 404, body: { code: 'POOL_NOT_FOUND' } });
  await world.client.start(send, 'Ada');
  await work();
  expect(await ask('POST', '/pools/mailer/pause')).toMatchObject({ status: 200, body: { paused: true, used: 0 } });
  const waiting = await Promise.all(['Grace', 'Edsger'].map((to) => world.client.start(send, to)));
  await work();
  expect(await ask('GET', '/pools/mailer')).toMatchObject({ body: { used: 0, waiting: [{ step: 1 }, { step: 1 }] } });
  expect(await ask('POST', '/pools/mailer/resume')).toMatchObject({ status: 200, body: { paused: false } });
  await work();
  const ended = await Promise.all(waiting.map((run) => run.describe()));
  expect(ended).toMatchObject([{ result: 'sent to Grace' }, { result: 'sent to Edsger' }]);
  expect(log.lines.filter(([level]) => level === 'error')).toEqual([]);
});

it('runs of a workflow in a pool go on one after the other, by the wakes alone, and one that waits can be cancelled', async () => {
  const { world, log, ask, work } = deploy();
  for (const id of ['a', 'b', 'c']) {
    await world.client.start(held, id, { id });
    await work();
  }
  expect(await ask('GET', '/runs/b')).toMatchObject({
    body: { status: 'pending', waitsForPools: [{ pool: 'one', priority: 0 }] },
  });
  expect(await ask('GET', '/pools/one')).toMatchObject({
    body: { used: 1, places: [{ runId: 'a' }], waiting: [{ runId: 'b' }, { runId: 'c' }] },
  });
  expect(await ask('POST', '/runs/b/cancel', { reason: 'no more' })).toMatchObject({ status: 202 });
  await work();
  expect(await ask('GET', '/runs/b')).toMatchObject({ body: { status: 'cancelled' } });
  expect(await ask('POST', '/runs/a/signals/go', 'now')).toMatchObject({ status: 202 });
  await work();
  expect(await ask('GET', '/pools/one')).toMatchObject({ body: { places: [{ runId: 'c' }], waiting: [] } });
  await world.client.run('c').signal(go, 'too');
  await work();
  expect(await ask('GET', '/runs/c')).toMatchObject({ body: { status: 'completed', result: 'c too' } });
  expect(await ask('GET', '/pools/one')).toMatchObject({ body: { used: 0 } });
  expect(log.lines.filter(([level]) => level === 'error')).toEqual([]);
});

it('a limit of zero is refused; one that is raised lets runs begin, and one that is lowered ends none', async () => {
  const { world, ask, work } = deploy();
  for (const id of ['a', 'b', 'c']) await world.client.start(held, id, { id });
  await work();
  const [, zero] = [await ask('GET', '/pools/one'), await ask('POST', '/pools/one', { concurrency: 0 })];
  expect(zero).toMatchObject({ status: 400, body: { code: 'INVALID_ARGUMENT' } });
  expect(JSON.stringify(zero.body)).toContain('to let nothing begin, pause the pool');
  expect(await ask('POST', '/pools/one', { concurrency: 3 })).toMatchObject({ status: 200, body: { isSet: true } });
  await work();
  expect(await ask('GET', '/pools/one')).toMatchObject({ body: { used: 3, waiting: [] } });
  expect(await ask('POST', '/pools/one', { concurrency: 1 })).toMatchObject({ status: 200 });
  await world.client.start(held, 'd', { id: 'd' });
  await world.client.run('a').signal(go, 'now');
  await work();
  expect(await ask('GET', '/pools/one')).toMatchObject({ body: { used: 2, waiting: [{ runId: 'd' }] } });
  for (const id of ['b', 'c', 'd']) await world.client.run(id).signal(go, 'now');
  await work();
  expect(await ask('GET', '/runs/d')).toMatchObject({ body: { status: 'completed', result: 'd now' } });
});
