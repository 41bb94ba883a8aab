/** Streams through the deployed handlers: the worker writes, the API pages and gives server-sent events. */
import { expect, it } from 'vitest';
import { sleep, step, stream, workflow } from 'lull';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { createWorld } from '../client/client-world.ts';
import { context, httpEvent, sqsEvent } from '../lambda/sample-events.ts';

const tokens = stream<string>('tokens');

const story = workflow('story', function* () {
  yield* tokens.write('title');
  yield* step('model', (body) => {
    for (const token of ['once', 'upon']) body.write(tokens, token);
  });
  yield* sleep('1 day');
  yield* tokens.write('end');
});

it('what a run has written is read through the API, by another function, before and after its end', async () => {
  const world = createWorld();
  const { store, wakes, clock, log } = world;
  const environment = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes', LULL_VERSION: '7' };
  const overrides = { store, wakes, clock, log, environment };
  const work = async (): Promise<void> => {
    const worker = createWorkerHandler([story], overrides); // a cold one, each time
    expect(await worker(sqsEvent(JSON.stringify({ runId: 's1' })), context())).toEqual({ batchItemFailures: [] });
  };
  const api = createApiHandler([story], overrides);
  const get = async (rest = '', headers: Record<string, string> = {}) => {
    const [path = '', query] = `/runs/s1/streams/tokens${rest}`.split('?');
    return api(httpEvent({ path, headers, ...(query === undefined ? {} : { query }) }), context());
  };
  await world.client.start(story, undefined, { id: 's1' });
  await work();
  expect(JSON.parse((await get()).body ?? '')).toEqual({
    entries: ['title', 'once', 'upon'].map((value, index) => ({ seq: index + 1, value })),
    next: 4,
    ended: false,
  });
  clock.pass(24 * 60 * 60_000);
  await work();
  expect(JSON.parse((await get('?from=3')).body ?? '')).toEqual({
    entries: [
      { seq: 3, value: 'upon' },
      { seq: 4, value: 'end' },
    ],
    next: 5,
    ended: true,
  });
  const events = await get('', { accept: 'text/event-stream', 'last-event-id': '3' });
  expect(events).toMatchObject({
    statusCode: 200,
    body: 'retry: 100\n\nid: 4\ndata: "end"\n\nevent: end\nid: 4\ndata: {}\n\n',
  });
});
