import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { signal, sleep, step, workflow } from '../../lib/index.ts';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { createSweeperHandler } from '../../functions/create-sweeper-handler.ts';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import type { WorkflowSource } from '../../lib/core/workflow-registry.ts';
import { Client } from '../../lib/client/client.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { promisesToGoOn } from '../../lib/testing/real-time.ts';
import { collect, createWorld, NOON_MS, takeWakes, type World } from '../client/client-world.ts';
import { context, httpEvent, sqsEvent } from '../lambda/sample-events.ts';

const ENVIRONMENT = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes', LULL_VERSION: '7' };

const approved = signal<{ by: string }>('approved');
const order = workflow(
  'order',
  { input: z.object({ id: z.string(), at: z.string().transform((text) => new Date(text)) }) },
  function* ({ id, at }) {
    const receipt = yield* step('charge', () => `receipt of ${id}`);
    const { by } = yield* approved.receive();
    return { receipt, by, at };
  },
);
const nap = workflow('nap', function* () {
  yield* sleep('1 day');
  return 'rested';
});

function handlersOf(world: World, workflows: WorkflowSource = [order, nap], environment = ENVIRONMENT) {
  const { store, wakes, clock, log } = world;
  // The clock would jump while the event loop turns.
  const overrides = { store, wakes, clock, log, environment, turnOfTheLoop: promisesToGoOn };
  return {
    api: createApiHandler(workflows, overrides),
    worker: createWorkerHandler(workflows, overrides),
    sweeper: createSweeperHandler(overrides),
  };
}

/** Hands the wakes that are due to the worker, until there are none. */
async function work(world: World, worker: ReturnType<typeof createWorkerHandler>): Promise<void> {
  for (;;) {
    const wakes = world.wakes.takeDue(world.clock.nowMs());
    if (wakes.length === 0) return;
    const event = sqsEvent(...wakes.map(({ runId }) => JSON.stringify({ runId })));
    expect(await worker(event, context())).toEqual({ batchItemFailures: [] });
  }
}

describe('a run that a deployment has blocked', () => {
  const renamed = workflow('order', function* () {
    yield* step('pay', () => 1);
    yield* approved.receive();
  });
  const cutShort = { ...context(), getRemainingTimeInMillis: () => 5_000 };

  it('is taken by the next deployment at its first sweep, and at the second if that was cut', async () => {
    const world = createWorld();
    await world.client.start(order, { id: 'o1', at: '2026-11-22' }, { id: 'o1' });
    await work(world, handlersOf(world).worker);
    await world.client.run('o1').signal(approved, { by: 'Ada' });
    await work(world, handlersOf(world, [renamed]).worker);
    expect(await world.client.run('o1').describe()).toMatchObject({
      status: 'blocked',
      blocked: { code: 'NONDETERMINISM', recorded: '#1 step "charge"', requested: 'asks for #1 step "pay"' },
    });

    const mended = handlersOf(world, [order], { ...ENVIRONMENT, LULL_VERSION: '8' });
    expect(await mended.sweeper({}, cutShort)).toMatchObject({ isCut: true, woken: 0 });
    expect(await mended.sweeper()).toMatchObject({ woken: 1 });
    await work(world, mended.worker);
    expect(await world.client.run('o1').describe()).toMatchObject({ status: 'completed' });
    expect(world.clock.nowMs()).toBe(NOON_MS);
  });
});

describe('a run that is paused', () => {
  it('is passed over by worker and sweeper, keeps what it is sent, and goes on by the sweeper alone', async () => {
    const world = createWorld();
    const { api, worker, sweeper } = handlersOf(world);
    await world.client.start(order, { id: 'o1', at: '2026-11-22' }, { id: 'o1' });
    await work(world, worker);
    expect(await api(httpEvent({ method: 'POST', path: '/runs/o1/pause' }), context())).toMatchObject({
      statusCode: 202,
    });
    expect(
      await api(httpEvent({ method: 'POST', path: '/runs/o1/signals/approved', body: '{"by":"Ada"}' }), context()),
    ).toMatchObject({
      statusCode: 202,
    });
    const wake = sqsEvent(JSON.stringify({ runId: 'o1' }));
    expect(await worker(wake, context())).toEqual({ batchItemFailures: [] });
    expect(await sweeper()).toMatchObject({ woken: 0 });
    expect(await world.client.run('o1').describe()).toMatchObject({ status: 'paused', pausedAt: new Date(NOON_MS) });

    expect(await api(httpEvent({ method: 'POST', path: '/runs/o1/resume' }), context())).toMatchObject({
      statusCode: 202,
    });
    world.wakes.clear(); // the caller has died before it sent the wake
    expect(await sweeper()).toMatchObject({ woken: 1 });
    await work(world, worker);
    expect(await world.client.run('o1').describe()).toMatchObject({ status: 'completed', result: { by: 'Ada' } });
    expect(await api(httpEvent({ method: 'POST', path: '/runs/o1/pause' }), context())).toMatchObject({
      statusCode: 409,
    });
  });
});

describe('a workflow that is paused', () => {
  it('is told to all functions by the table alone, holds its runs, and lets them go on after the resume', async () => {
    const world = createWorld();
    const { api, worker, sweeper } = handlersOf(world);
    const ask = (path: string, body?: string) =>
      api(httpEvent({ method: 'POST', path, ...(body ? { body } : {}) }), context());
    await world.client.start(order, { id: 'o1', at: '2026-11-22' }, { id: 'o1' });
    await work(world, worker);
    const paused = await ask('/workflows/order/pause', '{"reason":"the bank is down"}');
    expect(JSON.parse(paused.body)).toMatchObject({ name: 'order', paused: true, reason: 'the bank is down' });
    world.clock.pass(5_000); // the worker knew better a moment ago

    expect((await ask('/runs/o1/signals/approved', '{"by":"Ada"}')).statusCode).toBe(202);
    await world.client.start(order, { id: 'o2', at: '2026-11-22' }, { id: 'o2' });
    await world.client.start(order, { id: 'o3', at: '2026-11-22' }, { id: 'o3' });
    await work(world, worker);
    for (const id of ['o1', 'o2', 'o3']) expect(await world.store.readRun(id)).toMatchObject({ isHeld: true });
    expect(await sweeper()).toMatchObject({ woken: 0, held: 0, putBack: 0 });
    const shown = JSON.parse((await api(httpEvent({ path: '/runs/o1' }), context())).body) as object;
    expect(shown).toMatchObject({ status: 'suspended', workflowPaused: { reason: 'the bank is down' } });

    expect((await ask('/runs/o3/terminate')).statusCode).toBe(202);
    await work(world, worker);
    expect(await world.client.run('o3').describe()).toMatchObject({ status: 'terminated' });

    expect((await ask('/workflows/order/resume')).statusCode).toBe(200);
    world.clock.pass(60_000);
    expect(await sweeper()).toMatchObject({ putBack: 2 });
    await work(world, worker);
    expect(await world.client.run('o1').describe()).toMatchObject({ status: 'completed', result: { by: 'Ada' } });
    expect(await world.client.run('o2').describe()).toMatchObject({ status: 'suspended' });
  });
});

describe('the three functions together', () => {
  it('say of a run that waits for what, since when and at which line', async () => {
    const world = createWorld();
    const { api, worker } = handlersOf(world);
    await world.client.start(order, { id: 'o1', at: '2026-11-22' }, { id: 'o1' });
    await work(world, worker);
    const { body } = await api(httpEvent({ path: '/runs/o1', query: 'tasks=true' }), context());
    const { waitsFor } = JSON.parse(body) as { waitsFor: unknown };
    expect(waitsFor).toEqual({
      from: 'code',
      tasks: [
        {
          id: '1',
          name: 'Task-1',
          awaits: [{ kind: 'signal', name: 'approved', since: new Date(NOON_MS).toISOString() }],
          calls: ['receive() of signal "approved"'],
          at: expect.stringMatching(/^handlers\.test\.ts:\d+:\d+$/) as string,
          tasks: [],
        },
      ],
    });
  });

  it('run a workflow from its start over HTTP to its result', async () => {
    const world = createWorld();
    const { api, worker } = handlersOf(world);
    const body = Buffer.from('{"id":"o1","at":"2026-11-22"}').toString('base64');
    const started = await api(
      httpEvent({ method: 'POST', path: '/workflows/order/runs', query: 'id=o1', body, isBase64Encoded: true }),
      context(),
    );
    expect(started).toMatchObject({
      statusCode: 202,
      headers: { location: '/runs/o1', 'x-request-id': 'JKJaXmPLvHcESHA=' },
    });
    await work(world, worker);
    const waiting = await api(httpEvent({ path: '/runs/o1' }), context());
    expect(JSON.parse(waiting.body)).toMatchObject({ status: 'suspended', input: { at: '2026-11-22T00:00:00.000Z' } });

    const signal = { method: 'POST', path: '/runs/o1/signals/approved', body: '{"by":"Ada"}' };
    expect((await api(httpEvent(signal), context())).statusCode).toBe(202);
    await work(world, worker);
    const ended = await api(httpEvent({ path: '/runs/o1' }), context());
    expect(JSON.parse(ended.body)).toMatchObject({
      status: 'completed',
      result: { receipt: 'receipt of o1', by: 'Ada', at: '2026-11-22T00:00:00.000Z' },
    });
    expect((await api(httpEvent(signal), context())).statusCode).toBe(409);

    const history = await api(httpEvent({ path: '/runs/o1/history' }), context());
    const { events } = JSON.parse(history.body) as { events: { kind: string }[] };
    expect(events[0]).toMatchObject({ kind: 'started', version: '7' });
    expect(events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['step', 'step-completed', 'receive', 'signal-received']),
    );
    expect(events.at(-1)).toMatchObject({ kind: 'completed', value: { by: 'Ada' } });
  });

  it('wake what is due and nobody wakes', async () => {
    const world = createWorld();
    const { worker, sweeper } = handlersOf(world);
    await world.client.start('nap', undefined, { id: 'n1' });
    expect(takeWakes(world)).toHaveLength(1); // and it is lost
    expect(await sweeper()).toEqual({ woken: 1, purged: 0, leased: 0, ahead: 0, held: 0, putBack: 0 });
    await work(world, worker);
    takeWakes(world);
    expect(await sweeper()).toEqual({ woken: 0, purged: 0, leased: 0, ahead: 0, held: 0, putBack: 0 });
    world.clock.pass(86_400_000);
    expect(await sweeper()).toMatchObject({ woken: 1 });
    await work(world, worker);
    expect(await world.client.run('n1').result({ timeout: 0 })).toBe('rested');
    expect(world.log.lines).toContainEqual([
      'info',
      'swept',
      { woken: 1, purged: 0, leased: 0, ahead: 0, held: 0, putBack: 0 },
    ]);
  });
});

describe('a run that does not complete', () => {
  const declining = workflow('declining', function* () {
    yield* step('charge', { retry: false }, () => {
      throw new RangeError('card declined');
    });
  });

  it('fails with the error of its workflow', async () => {
    const world = createWorld();
    const run = await world.client.start(declining);
    await work(world, handlersOf(world, [declining]).worker);
    const failing = run.result({ timeout: 0 });
    await expect(failing).rejects.toMatchObject({
      code: 'RUN_FAILED',
      cause: { code: 'STEP_FAILED', step: 'charge', cause: { name: 'RangeError', message: 'card declined' } },
    });
    await expect(failing).rejects.toThrow(/^run ".+" of workflow "declining" failed: StepFailedError: /);
  });

  it.each([
    ['cancel', 'RUN_CANCELLED'],
    ['terminate', 'RUN_TERMINATED'],
  ] as const)('says who asked it to %s, and why', async (kind, code) => {
    const world = createWorld();
    const { worker } = handlersOf(world);
    const run = await world.client.start(nap);
    await work(world, worker);
    await run[kind]('out of stock');
    await work(world, worker);
    await expect(run.result({ timeout: 0 })).rejects.toMatchObject({ code, reason: 'out of stock' });
    await expect(run[kind]()).rejects.toMatchObject({ code: 'RUN_ENDED' });
  });

  it('keeps what came too late for its code in its history', async () => {
    const world = createWorld();
    const { worker } = handlersOf(world);
    const run = await world.client.start(nap);
    await run.signal('hello', 1);
    await run.terminate();
    await run.signal('hello', 2);
    await work(world, worker);
    const kinds = (await collect(run.history())).map(({ kind, value }) => [kind, value]);
    expect(kinds).toEqual(
      expect.arrayContaining([
        ['signal-received', 1],
        ['signal-received', 2],
      ]),
    );
    expect(kinds.at(-1)).toEqual(['terminated', undefined]);
  });
});

describe('the worker', () => {
  it('reports what failed of a batch, and only that', async () => {
    const world = createWorld();
    for (const id of ['n1', 'n2']) await world.client.start('nap', undefined, { id });
    const store = aroundStore(world.store, ({ operation, runId }, go) => {
      if (operation === 'take' && runId === 'n2') return Promise.reject(new Error('no capacity'));
      return go();
    });
    const worker = createWorkerHandler([nap], { ...world, store, environment: ENVIRONMENT });
    const event = sqsEvent('{"runId":"n1"}', '{"runId":"n2"}', 'nonsense', '{"runId":"nobody"}', '{"runId":"n2"}');
    const response = await worker(event, context());
    expect(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual(['m2', 'm3', 'm5']);
    expect((await world.store.readRun('n1'))!.status).toBe('suspended');
    expect(world.log.lines).toEqual([
      [
        'error',
        'a message of the queue of wakes reads "nonsense", and should read {"runId":"..."}: something else sends to this queue',
        { messageId: 'm3' },
      ],
      ['error', 'a turn ended in an error; it is taken again', { runId: 'n2', error: new Error('no capacity') }],
    ]);
  });

  it('takes one turn for several wakes of one run', async () => {
    const world = createWorld();
    await world.client.start('nap', undefined, { id: 'n1' });
    let taken = 0;
    const store = aroundStore(world.store, ({ operation }, go) => {
      if (operation === 'take') taken += 1;
      return go();
    });
    const worker = createWorkerHandler([nap], { ...world, store, environment: ENVIRONMENT });
    await worker(sqsEvent('{"runId":"n1"}', '{"runId":"n1"}', '{"runId":"n1"}'), context());
    expect(taken).toBe(1);
  });

  it('keeps to the lease that the environment sets', async () => {
    const world = createWorld();
    await world.client.start('nap', undefined, { id: 'n1' });
    const leases: number[] = [];
    const store = aroundStore(world.store, ({ operation, args }, go) => {
      if (operation === 'take')
        leases.push((args[1] as { lease: { expiresAtMs: number } }).lease.expiresAtMs - NOON_MS);
      return go();
    });
    const environment = { ...ENVIRONMENT, LULL_LEASE_MS: '4000' };
    await createWorkerHandler([nap], { ...world, store, environment })(sqsEvent('{"runId":"n1"}'), context());
    expect(leases).toEqual([4_000]);
  });
});

describe('the API', () => {
  it('stops waiting for a run in time to answer', async () => {
    const world = createWorld();
    const { api } = handlersOf(world);
    const event = httpEvent({ method: 'POST', path: '/workflows/nap/runs', query: 'wait=20s' });
    expect((await api(event, context(7_000))).statusCode).toBe(202);
    expect(world.clock.nowMs() - NOON_MS).toBe(5_000);
  });

  it('names its workflows', async () => {
    const { api } = handlersOf(createWorld());
    expect((await api(httpEvent({ path: '/workflows' }), context())).body).toBe('{"workflows":["nap","order"]}');
  });
});

describe('without its environment', () => {
  afterEach(() => vi.unstubAllEnvs());

  const missing =
    /LULL_TABLE_NAME is not set \(the name of lull's DynamoDB table: your deployment sets it .+LULL_QUEUE_URL is not set/;

  it('a worker can be made, and each invocation says what is missing', async () => {
    vi.stubEnv('LULL_TABLE_NAME', undefined);
    vi.stubEnv('LULL_QUEUE_URL', undefined);
    const worker = createWorkerHandler([nap]);
    await expect(worker(sqsEvent('{"runId":"n1"}'), context())).rejects.toThrow(missing);
    await expect(worker(sqsEvent('{"runId":"n1"}'), context())).rejects.toThrow(missing);
  });

  it('so can an API and a sweeper', async () => {
    vi.stubEnv('LULL_TABLE_NAME', undefined);
    vi.stubEnv('LULL_QUEUE_URL', undefined);
    await expect(createApiHandler([nap])(httpEvent({ path: '/runs' }), context())).rejects.toThrow(missing);
    await expect(createSweeperHandler()()).rejects.toThrow(missing);
  });
});

describe('workflows that are none', () => {
  it.each([createWorkerHandler, createApiHandler])('are refused when a handler is made', (create) => {
    expect(() => create({})).toThrow('the module has no workflow among its exports');
    const other = workflow('nap', function* () {});
    expect(() => create({ nap, other })).toThrow('two workflows are named "nap": export "nap" and export "other"');
  });
});

describe('the functions of the examples', () => {
  it('are made from the example workflows', async () => {
    const [worker, api, sweeper] = await Promise.all([
      import('../../functions/worker.ts'),
      import('../../functions/api.ts'),
      import('../../functions/sweeper.ts'),
    ]);
    expect([worker.handler, api.handler, sweeper.handler].map((handler) => typeof handler)).toEqual(
      Array(3).fill('function'),
    );
  });
});

it('a client and a worker agree on a run without HTTP between them', async () => {
  const world = createWorld();
  const { worker } = handlersOf(world);
  const { store, wakes, clock } = world;
  const run = await new Client({ store, wakes, clock }).start(nap);
  await work(world, worker);
  expect(await run.describe()).toMatchObject({ status: 'suspended', dueAt: new Date(NOON_MS + 86_400_000) });
});
