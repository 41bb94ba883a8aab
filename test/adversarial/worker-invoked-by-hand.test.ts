/** Suspicion: whoever invokes the worker by hand, or connects it to something else than its queue, is told nothing. */
import { expect, it } from 'vitest';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { workflow } from '../../lib/api/workflow.ts';
import { createWorld } from '../client/client-world.ts';
import { context } from '../lambda/sample-events.ts';

const greet = workflow('greet', function* () {
  return 'hello';
});

it.each([
  ['nothing', null],
  ['an empty event', {}],
  ['an event of a schedule', { source: 'aws.events', detail: {} }],
  ['records that are none', { Records: 'a' }],
  ['a record that is none', { Records: [{ messageId: 'm', body: '{"runId":"r1"}' }, null] }],
  ['an event of a bucket', { Records: [{ eventSource: 'aws:s3', s3: {} }] }],
])('the worker says what it takes when it is handed %s', async (_what, event) => {
  const { store, wakes, clock, log, client } = createWorld();
  await client.start(greet.name, undefined, { id: 'r1' });
  const environment = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' };
  const worker = createWorkerHandler([greet], { store, wakes, clock, log, environment });
  await expect(worker(event as never, context())).rejects.toMatchObject({
    code: 'NOT_A_QUEUE_EVENT',
    message: expect.stringContaining('let the queue of wakes invoke it') as string,
  });
  expect((await store.readRun('r1'))?.status).toBe('pending');
});
