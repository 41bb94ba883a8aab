import { context as openTelemetry, ROOT_CONTEXT, SpanStatusCode, trace, type Context } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signal, step, stepContext, timeout, workflow } from 'lull';
import type { WorkflowSource } from '../../lib/core/workflow-registry.ts';
import { createTraces, traceIdsOf } from '../../lib/lambda/traces.ts';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { createWorld, type World } from '../client/client-world.ts';
import { context, sqsEvent } from './sample-events.ts';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const storage = new AsyncLocalStorage<Context>();

beforeAll(() => {
  trace.setGlobalTracerProvider(provider);
  openTelemetry.setGlobalContextManager({
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, call, self, ...args) => storage.run(active, () => call.apply(self, args)),
    bind: (_active, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  });
});
afterAll(() => {
  trace.disable();
  openTelemetry.disable();
});
beforeEach(() => exporter.reset());

const approved = signal<string>('approved');
const order = workflow('order', function* () {
  yield* step('charge', async () => {
    await Promise.resolve();
    trace.getTracer('stripe').startSpan('POST /charges').end();
  });
  return yield* approved.receive();
});

const ENVIRONMENT = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' };

function workerOf({ store, wakes, clock, log }: World, workflows: WorkflowSource = [order]) {
  const handler = createWorkerHandler(workflows, { store, wakes, clock, log, environment: ENVIRONMENT });
  return (...runIds: string[]) => handler(sqsEvent(...runIds.map((runId) => JSON.stringify({ runId }))), context());
}

function spans() {
  return exporter.getFinishedSpans().map((span) => ({
    name: span.name,
    traceId: span.spanContext().traceId,
    spanId: span.spanContext().spanId,
    parentId: span.parentSpanContext?.spanId,
    attributes: span.attributes,
    status: span.status.code,
    links: span.links,
  }));
}

describe('a run', () => {
  it('is one trace, whichever workers take its turns', async () => {
    const world = createWorld();
    const run = await world.client.start(order, undefined, { id: 'o1' });
    await workerOf(world)('o1');
    await run.signal(approved, 'yes');
    await workerOf(world)('o1');
    const { traceId, spanId } = traceIdsOf('o1');
    expect(spans().map((span) => span.traceId)).toEqual(Array(4).fill(traceId));
    const turns = spans().filter(({ name }) => name === 'turn order');
    expect(turns).toMatchObject([
      {
        parentId: spanId,
        status: SpanStatusCode.UNSET,
        attributes: {
          'lull.run.id': 'o1',
          'lull.workflow': 'order',
          'lull.turn.epoch': 1,
          'lull.turn.takes_over': false,
          'lull.turn.outcome': 'suspended',
          'lull.turn.replayed_events': 0,
          'lull.turn.steps': 1,
        },
      },
      {
        parentId: spanId,
        attributes: { 'lull.turn.epoch': 2, 'lull.turn.outcome': 'completed', 'lull.turn.replayed_events': 2 },
      },
    ]);
  });

  it('has its own trace beside others in one invocation, steps below their turns', async () => {
    const world = createWorld();
    for (const id of ['o1', 'o2']) await world.client.start(order, undefined, { id });
    await workerOf(world)('o1', 'o2');
    for (const id of ['o1', 'o2']) {
      const own = spans().filter((span) => span.traceId === traceIdsOf(id).traceId);
      const [turn] = own.filter(({ name }) => name === 'turn order');
      const [attempt] = own.filter(({ name }) => name === 'step charge');
      const [call] = own.filter(({ name }) => name === 'POST /charges');
      expect(own).toHaveLength(3);
      expect(attempt).toMatchObject({
        parentId: turn!.spanId,
        attributes: { 'lull.run.id': id, 'lull.step.id': 'charge#1', 'lull.step.attempt': 1 },
      });
      expect(call!.parentId).toBe(attempt!.spanId); // what a body does outside
    }
  });

  it('leads to the trace of the invocation, where there is one', async () => {
    const world = createWorld();
    await world.client.start(order, undefined, { id: 'o1' });
    const invocation = provider.getTracer('lambda').startSpan('invocation');
    await openTelemetry.with(trace.setSpan(ROOT_CONTEXT, invocation), () => workerOf(world)('o1'));
    const [turn] = spans().filter(({ name }) => name === 'turn order');
    expect(turn!.links.map((link) => link.context.spanId)).toEqual([invocation.spanContext().spanId]);
  });

  it.each([
    ['o1', 'o2'],
    ['a', 'A'],
  ])('with the id %s has another trace than %s', (one, other) => {
    expect(traceIdsOf(one).traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(traceIdsOf(one).spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(traceIdsOf(one)).toEqual(traceIdsOf(one));
    expect(traceIdsOf(one).traceId).not.toBe(traceIdsOf(other).traceId);
  });
});

describe('an attempt that fails', () => {
  const failing = workflow('failing', function* () {
    yield* step('sync', { retry: false }, () => {
      throw new RangeError('card 4711 declined');
    });
  });
  const retried = workflow('retried', function* () {
    yield* step('async', { retry: { maxAttempts: 2, firstDelay: 0 } }, async () => {
      throw new TypeError('card 4711 declined');
    });
  });
  const slow = workflow('slow', function* () {
    yield* step('hangs', { retry: false, timeout: '1s' }, () => new Promise(() => undefined));
  });
  const withdrawn = workflow('withdrawn', function* () {
    yield* timeout(
      '1s',
      step('hangs', () => new Promise(() => undefined)),
    );
  });

  it.each([
    [failing, ['RangeError']],
    [retried, ['TypeError', 'TypeError']],
    [slow, ['TimeoutError']],
    [withdrawn, ['CancelledError']],
  ])('is a span with the name of its error, and not with its words: %#', async (definition, types) => {
    const world = createWorld();
    await world.client.start(definition, undefined, { id: 'o1' });
    await workerOf(world, [definition])('o1');
    const attempts = spans().filter(({ name }) => name.startsWith('step'));
    expect(attempts.map(({ attributes, status }) => [attributes['error.type'], status])).toEqual(
      types.map((type) => [type, SpanStatusCode.ERROR]),
    );
    expect(attempts.map(({ attributes }) => attributes['lull.step.attempt'])).toEqual(
      types.map((_, index) => index + 1),
    );
    expect(spans().find(({ name }) => name.startsWith('turn'))!.status).toBe(SpanStatusCode.ERROR);
    expect(JSON.stringify(spans())).not.toContain('4711');
  });
});

describe('a body that is traced', () => {
  it('gives what it gives, and has its context', async () => {
    const given = workflow('given', function* () {
      const plain = yield* step('plain', () => stepContext().attempt);
      // Such as a query that is only sent when it is awaited, each time.
      let asked = 0;
      const lazy = yield* step(
        'lazy',
        () => ({ then: (done: (n: number) => void) => done(++asked) }) as unknown as Promise<number>,
      );
      return [plain, lazy];
    });
    const world = createWorld();
    const run = await world.client.start(given);
    await workerOf(world, [given])(run.id);
    expect(await run.result({ timeout: 0 })).toEqual([1, 1]);
    expect(
      spans()
        .filter(({ name }) => name.startsWith('step'))
        .map(({ status }) => status),
    ).toEqual([0, 0]);
  });
});

it('what is recorded is sent before the invocation ends, and a collector that fails is no error', async () => {
  const world = createWorld();
  await world.client.start(order, undefined, { id: 'o1' });
  let flushed = 0;
  provider.forceFlush = () => {
    flushed = spans().length;
    return Promise.reject(new Error('no collector'));
  };
  expect(await workerOf(world)('o1')).toEqual({ batchItemFailures: [] });
  expect(flushed).toBe(3);
});

it('without an SDK nothing is recorded, and nothing is sent', async () => {
  trace.disable();
  const world = createWorld();
  await world.client.start(order, undefined, { id: 'o1' });
  expect(await workerOf(world)('o1')).toEqual({ batchItemFailures: [] });
  await expect(createTraces().flush()).resolves.toBeUndefined();
  expect(spans()).toEqual([]);
});
