/** Pools through the deployed functions: looked at and changed over HTTP, and their places handed on by the worker's handler. */
import { expect, it } from 'vitest';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { pool, step, workflow } from '../../lib/index.ts';
import { createWorld, takeWakes } from '../client/client-world.ts';
import { context, httpEvent, sqsEvent } from '../lambda/sample-events.ts';

const ENVIRONMENT = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes', LULL_VERSION: '7' };

const mailer = pool('mailer', { concurrency: 1 });
const send = workflow('send', function* (to: string) {
  return yield* step('send', { pool: mailer }, () => `sent to ${to}`);
});

it('runs that wait for a paused pool go on when it is resumed, by the wakes alone', async () => {
  const world = createWorld();
  const { store, wakes, clock, log } = world;
  const overrides = { store, wakes, clock, log, environment: ENVIRONMENT };
  const api = createApiHandler([send], overrides);
  const worker = createWorkerHandler([send], overrides);
  const ask = async (method: string, path: string) => {
    const answer = await api(httpEvent({ method, path }), context());
    return { status: answer.statusCode, body: JSON.parse(answer.body) as unknown };
  };
  const work = async (): Promise<void> => {
    for (let due = takeWakes(world); due.length > 0; due = takeWakes(world)) {
      clock.pass(Math.max(...due.map(({ inMs }) => inMs)));
      const bodies = due.map(({ runId }) => JSON.stringify({ runId }));
      expect(await worker(sqsEvent(...bodies), context())).toEqual({ batchItemFailures: [] });
    }
  };
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
