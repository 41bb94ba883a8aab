/** Words that must not be seen again: what a request brings besides its content never gets further than the request. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { inspect } from 'node:util';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { defineStep, NonRetryableError, signal, workflow } from 'lull';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { createScheduleHandler } from '../../functions/create-schedule-handler.ts';
import { createSweeperHandler } from '../../functions/create-sweeper-handler.ts';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { createSqsWakeQueue } from '../../lib/lambda/sqs-wake-queue.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import type { Store } from '../../lib/ports/store.ts';
import { type Around, aroundStore } from '../../lib/testing/around-store.ts';
import { createWorld } from '../client/client-world.ts';
import { context, httpEvent, sqsEvent } from '../lambda/sample-events.ts';

const paid = signal<{ card: string }>('paid', { schema: z.object({ card: z.string() }) });
const charge = defineStep('charge', { retry: false }, (card: string) => {
  throw Object.assign(new NonRetryableError('the bank says no'), { request: { card } });
});
const shop = workflow('shop', { input: z.object({ card: z.string().min(4), pin: z.number() }) }, function* ({ card }) {
  yield* paid.receive();
  yield* charge(card);
});

const ENVIRONMENT = {
  LULL_TABLE_NAME: 'runs',
  LULL_QUEUE_URL: 'https://sqs.example/wakes',
  LULL_LOG_LEVEL: 'debug',
  LULL_ENGINE: 'Shop',
};

/** What a caller shows to be let in, and what says who is there. */
const CREDENTIALS = {
  authorization: 'Bearer marker-authorization',
  cookie: 'session=marker-cookie',
  'x-api-key': 'marker-api-key',
  'x-amz-security-token': 'marker-session-token',
  'x-forwarded-for': 'marker-address',
  'user-agent': 'marker-agent',
  referer: 'https://shop.example/?token=marker-referer',
};

/** The functions, all lines that they write, all that the table is given, and all answers. */
function functionsOn(around: Around = (_call, go) => go(), wakesFail = false) {
  const world = createWorld();
  const lines: string[] = [];
  const stored: string[] = [];
  const answers: string[] = [];
  const store: Store = aroundStore(world.store, async (call, go) => {
    stored.push(JSON.stringify(call.args));
    return around(call, go);
  });
  const overrides = {
    store,
    clock: world.clock,
    wakes: wakesFail ? { send: () => Promise.reject(new Error('the queue is away')) } : world.wakes,
    environment: ENVIRONMENT,
    writeLine: (line: string) => void lines.push(line),
  };
  const api = createApiHandler([shop], overrides);
  const worker = createWorkerHandler([shop], overrides);
  return {
    lines,
    stored,
    answers,
    ask: async (method: string, path: string, body?: string, query = '', headers: Record<string, string> = {}) => {
      const event = httpEvent({ method, path, query, headers: { ...CREDENTIALS, ...headers }, ...(body && { body }) });
      const answer = await api(event, context());
      answers.push(JSON.stringify(answer));
      return answer.statusCode;
    },
    work: (...bodies: string[]) => worker(sqsEvent(...bodies), context()),
    sweep: () => createSweeperHandler(overrides)(context()),
    schedule: (request: unknown) => createScheduleHandler([shop], overrides)(request as never, context()),
  };
}

async function playAll(functions: ReturnType<typeof functionsOn>): Promise<void> {
  const { ask, work, sweep } = functions;
  const input = '{"card":"marker-card","pin":1234567}';
  await ask('POST', '/workflows/shop/runs', input, 'id=r1');
  await ask('POST', '/workflows/shop/runs', '{"card":"marker-other-card","pin":1}', 'id=r1');
  await ask('POST', '/workflows/shop/runs', input, '', { 'idempotency-key': 'marker-key' });
  await ask('POST', '/workflows/shop/runs', '{"card":"marker-card","pin":1', '');
  await ask('POST', '/workflows/shop/runs', '{"card":["marker-wrong"],"pin":"marker-pin"}');
  await ask('POST', '/workflows/marker-workflow/runs', input);
  await ask('POST', '/runs/r1/signals/paid', '{"card":7}');
  await ask('POST', '/runs/r1/signals/paid', '{"card":"marker-payload"}');
  await ask('POST', '/runs/r1/cancel', '{"reason":["marker-reason"]}');
  await ask('GET', '/runs', undefined, 'marker-parameter=1');
  await ask('GET', '/runs', undefined, 'cursor=marker-cursor');
  await ask('GET', '/runs/r1', undefined, 'wait=marker-wait');
  await ask('PUT', '/marker-path', 'marker-put');
  await work('{"runId":"r1"}');
  await sweep();
  await ask('GET', '/runs/r1/history');
  await ask('POST', '/runs/r1/terminate', '{"reason":"marker-why"}');
}

const FAULTS: [string, Around, boolean][] = [
  ['where all goes well', (_call, go) => go(), false],
  ['where the store is silent', () => Promise.reject(new StoreUnavailableError('it')), false],
  ['where the store throws what nobody knows', () => Promise.reject(new Error('no idea')), false],
  [
    'where the store throws the item that it was given',
    (call) => Promise.reject(Object.assign(new Error('no'), { call })),
    false,
  ],
  ['where the queue is away', (_call, go) => go(), true],
];

describe.each(FAULTS)('%s', (_where, around, wakesFail) => {
  it('no credential gets into a line of the log, into the table, or into an answer', async () => {
    const functions = functionsOn(around, wakesFail);
    await playAll(functions).catch(() => undefined);
    const { lines, stored, answers } = functions;
    expect(answers.length).toBeGreaterThan(0);
    for (const secret of ['authorization', 'cookie', 'api-key', 'session-token', 'address', 'agent', 'referer']) {
      for (const text of [...lines, ...stored, ...answers]) expect(text).not.toContain(`marker-${secret}`);
    }
  });

  it('no content of a request gets into a line of the log', async () => {
    const functions = functionsOn(around, wakesFail);
    await playAll(functions).catch(() => undefined);
    for (const line of functions.lines) expect(line).not.toMatch(/marker-(?!path)/);
    for (const line of functions.lines) expect(line).not.toContain('1234567');
  });
});

describe('what is wrong with an input', () => {
  it('is told by its place, and not by showing the input', async () => {
    const { ask, answers } = functionsOn();
    const others = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, 'marker-value']));
    expect(await ask('POST', '/workflows/shop/runs', JSON.stringify({ ...others, card: 'ab', pin: 1 }))).toBe(422);
    expect(answers[0]).toContain('$.card');
    expect(answers[0]).not.toContain('marker-value');
  });

  it('is told of a value that is no argument in its first sixty characters', async () => {
    const { ask, answers } = functionsOn();
    await ask('GET', '/runs/r1', undefined, `wait=${'a'.repeat(59)}marker-end`);
    expect(answers[0]).not.toContain('marker-end');
  });
});

describe('an address with a password in it', () => {
  const endpoint = 'http://user:sesame@127.0.0.1:9';
  const given = {
    endpoint,
    region: 'eu-central-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'a', secretAccessKey: 'sesame-key' },
  };

  /** As a logger may show it that goes into everything. */
  async function shown(act: () => Promise<unknown>): Promise<string> {
    const error: unknown = await act().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    return inspect(error, { depth: 10, showHidden: true });
  }

  it('is not in the error of a table that cannot be reached', async () => {
    const store = createDynamodbStore({ tableName: 'runs', client: new DynamoDBClient(given) });
    expect(await shown(() => store.readRun('r1'))).not.toContain('sesame');
  });

  it('is not in the error of a queue that cannot be reached', async () => {
    const wakes = createSqsWakeQueue({ queueUrl: `${endpoint}/wakes`, client: new SQSClient(given) });
    expect(await shown(() => wakes.send('r1'))).not.toContain('sesame');
  });
});

it('what a schedule sends by mistake is refused without being shown', async () => {
  const { schedule, lines } = functionsOn();
  const request = { schedule: 'nightly', scheduledAt: 'x', workflow: 'shop', overlap: 'allow', input: 'marker-input' };
  await expect(schedule(request)).rejects.toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('marker') as string }),
  );
  for (const line of lines) expect(line).not.toContain('marker');
});
