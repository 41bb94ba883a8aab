/** The deployed handlers with a bus that does not work, and with events that start nothing. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createEventStartHandler } from '../../functions/create-event-start-handler.ts';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import type { EventStartRequest } from '../../lib/client/start-by-event.ts';
import { step, workflow } from '../../lib/index.ts';
import { createWorld, type World } from '../client/client-world.ts';
import { context, sqsEvent } from '../lambda/sample-events.ts';

const ENVIRONMENT = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes', LULL_EVENT_BUS: 'orders' };

const quick = workflow('quick', function* () {
  return yield* step('say', () => 'done');
});

afterEach(() => void vi.unstubAllEnvs());

/** EventBridge's address is this one. */
function stubEventBridge(endpoint: string): void {
  vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', endpoint);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIA0');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_PROFILE', '');
}

async function answering(statusCode: number, body: object): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(statusCode, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const cleanups: (() => void)[] = [];
afterEach(() => cleanups.splice(0).forEach((clean) => clean()));

describe('a run ends as ever, and its end is put again later, where the bus', () => {
  it.each([
    ['cannot be reached', () => 'http://127.0.0.1:1'],
    ['is not there', () => answering(400, { __type: 'ResourceNotFoundException', message: 'no bus' })],
    ['may not be used', () => answering(400, { __type: 'AccessDeniedException', message: 'no right' })],
    ['refuses the entry', () => answering(200, { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InvalidArgument' }] })],
    ['answers nonsense', () => answering(200, [])],
  ])('%s', async (_what, endpoint) => {
    stubEventBridge(await endpoint());
    const world = createWorld();
    const { store, wakes, clock, log } = world;
    const worker = createWorkerHandler([quick], { store, wakes, clock, log, environment: ENVIRONMENT });
    const run = await world.client.start(quick, undefined, { id: 'r1' });
    expect(await worker(sqsEvent('{"runId":"r1"}'), context())).toEqual({ batchItemFailures: [] });
    expect(await run.result({ timeout: 0 })).toBe('done');
    expect(await store.readRun('r1')).toMatchObject({ afterEnd: 'emit', dueAtMs: clock.nowMs() + 60_000 });
  });
});

describe('an event that starts nothing is an error that says why', () => {
  const order = workflow('order', { input: z.object({ order: z.string() }) }, function* ({ order: name }) {
    return yield* step('take', () => name);
  });
  const event = { id: 'e1', source: 'shop', 'detail-type': 'Order Placed', detail: { order: 7 } };
  const good = { start: 'orders', workflow: 'order', event };

  function handlerOf({ store, wakes, clock, log }: World) {
    return createEventStartHandler([order], { store, wakes, clock, log, environment: ENVIRONMENT });
  }

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'an event start'],
    ['null', null, 'an event start takes its options as an object, not null'],
    ['a text', 'Order Placed', 'an event start'],
    ['no event', { ...good, event: null }, 'event start "orders" got null, which is no event'],
    ['a workflow that is no name', { ...good, workflow: 7 }, 'event start "orders" cannot start 7'],
    [
      'an event that is none',
      { ...good, event: 'Order Placed' },
      'event start "orders" got "Order Placed", which is no event',
    ],
    ['an event without an id', { ...good, event: { source: 'shop' } }, 'which is no event of EventBridge'],
    ['a name that no run id can have', { ...good, start: 'my orders' }, 'an event start cannot be named "my orders"'],
    ['another field', { ...good, inputs: 1 }, 'inputs'],
    ['a workflow that there is not', { ...good, workflow: 'ordr' }, 'did you mean "order"'],
    ['an input that the schema refuses', { ...good, input: { order: 7 } }, 'order'],
  ])('%s', async (_what, request, message) => {
    const world = createWorld();
    await expect(handlerOf(world)(request as EventStartRequest, context())).rejects.toThrow(message);
    expect(await world.store.readRun('orders:e1')).toBeUndefined();
  });
});
