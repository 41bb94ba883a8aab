/** What the functions write while they work: log lines and metrics, and what never stands in them. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { signal, sleep, step, stepContext, workflow } from '../../lib/index.ts';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { createScheduleHandler } from '../../functions/create-schedule-handler.ts';
import { createSweeperHandler } from '../../functions/create-sweeper-handler.ts';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import type { Overrides } from '../../functions/function-ports.ts';
import type { WorkflowSource } from '../../lib/core/workflow-registry.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { createWorld, type World } from '../client/client-world.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { promisesToGoOn } from '../engine/small-cloud.ts';
import { valuesOf } from '../lambda/emf.ts';
import { context, httpEvent, sqsEvent } from '../lambda/sample-events.ts';

const ENVIRONMENT = {
  LULL_TABLE_NAME: 'runs',
  LULL_QUEUE_URL: 'https://sqs.example/wakes',
  LULL_ENGINE: 'Shop/Workflows',
  LULL_LOG_LEVEL: 'debug',
};
const E = 'engine=Shop/Workflows';

const approved = signal('approved');
const nap = workflow('nap', function* () {
  yield* sleep('1 day');
});
const order = workflow('order', function* () {
  yield* step('charge', () => stepContext().log.info('charging'));
  yield* approved.receive();
  yield* step('mail', () => stepContext().log.info('mailing'));
});

/** Functions that log for themselves, on a world in memory. */
function functionsOf(world: World, workflows: WorkflowSource = [nap, order], others: Overrides = {}) {
  const lines: string[] = [];
  const { store, wakes, clock } = world;
  const overrides = {
    store,
    wakes,
    clock,
    environment: ENVIRONMENT,
    writeLine: (line: string) => void lines.push(line),
    ...others,
  };
  const worker = createWorkerHandler(workflows, overrides);
  return {
    lines,
    api: createApiHandler(workflows, overrides),
    schedule: createScheduleHandler(workflows, overrides),
    sweeper: createSweeperHandler(overrides),
    work: (...runIds: string[]) => worker(sqsEvent(...runIds.map((runId) => JSON.stringify({ runId }))), context()),
    /** Without the metrics. */
    logged: () =>
      lines.filter((line) => !line.includes('"_aws"')).map((line) => JSON.parse(line) as Record<string, unknown>),
    metric: (key: string) => valuesOf(lines, key),
  };
}

describe('the worker', () => {
  it('counts runs that start and end, each once', async () => {
    const world = createWorld();
    const { work, metric } = functionsOf(world);
    const run = await world.client.start(order, undefined, { id: 'o1' });
    await work('o1');
    await run.signal(approved, 1);
    await work('o1');
    await work('o1'); // nobody's turn
    expect(metric(`RunsStarted{${E}}`)).toEqual([1]);
    expect(metric(`RunsStarted{${E},workflow=order}`)).toEqual([1]);
    expect(metric(`RunsCompleted{${E}}`)).toEqual([1]);
    expect(metric(`RunsCompleted{${E},workflow=order}`)).toEqual([1]);
    expect(metric(`TurnTime{${E}}`)).toHaveLength(2);
    expect(metric(`Steps{${E}}`)).toEqual([1, 1]);
  });

  it('counts each look at a blocked run, and its failures and stops', async () => {
    const world = createWorld();
    const { work } = functionsOf(world);
    const run = await world.client.start(order, undefined, { id: 'o1' });
    await work('o1');
    await run.signal(approved, 1);
    const other = workflow('order', function* () {
      yield* sleep('1 day');
    });
    const failing = workflow('failing', function* () {
      throw new Error('no');
    });
    const changed = functionsOf(world, [other, failing]);
    await changed.work('o1');
    world.clock.pass(10_000);
    await changed.work('o1');
    expect(changed.metric(`RunsBlocked{${E}}`)).toEqual([1, 1]);
    expect(changed.metric(`RunsBlocked{${E},workflow=order}`)).toEqual([1, 1]);
    await run.terminate();
    await changed.work('o1');
    expect(changed.metric(`RunsTerminated{${E}}`)).toEqual([1]);
    await world.client.start('failing', undefined, { id: 'f1' });
    await changed.work('f1');
    expect(changed.metric(`RunsFailed{${E},workflow=failing}`)).toEqual([1]);
    const cancelled = await world.client.start(nap, undefined, { id: 'n1' });
    await work('n1');
    await cancelled.cancel();
    const stopping = functionsOf(world);
    await stopping.work('n1');
    expect(stopping.metric(`RunsCancelled{${E}}`)).toEqual([1]);
    expect(stopping.metric(`ReplayedEvents{${E}}`)).toEqual([1]);
  });

  it('counts a turn that ends in an error, though it reports it as failed to the queue alone', async () => {
    const world = createWorld();
    await world.client.start(nap, undefined, { id: 'n1' });
    const store = aroundStore(world.store, () => Promise.reject(new Error('no capacity')));
    const { work, metric } = functionsOf(world, [nap], { store });
    expect((await work('n1')).batchItemFailures).toHaveLength(1);
    expect(metric(`TurnsFailed{${E}}`)).toEqual([1]);
  });

  it('writes no metrics where the environment names no engine', async () => {
    const world = createWorld();
    await world.client.start(nap, undefined, { id: 'n1' });
    const { work, lines } = functionsOf(world, [nap], { environment: { ...ENVIRONMENT, LULL_ENGINE: undefined } });
    await work('n1');
    expect(lines).toEqual([]);
  });

  it('logs each line with its own run, also where turns interleave and where a run was kept in memory', async () => {
    const world = createWorld();
    const ids = ['o1', 'o2', 'o3'];
    const runs = await Promise.all(ids.map((id) => world.client.start(order, undefined, { id })));
    const store = aroundStore(world.store, async (_call, go) => {
      await promisesToGoOn(); // the others meanwhile
      return go();
    });
    const { work, logged } = functionsOf(world, [order], { store });
    await work(...ids);
    for (const run of runs) await run.signal(approved, 1);
    await work(...ids);
    const lines = logged().map(({ message, runId, workflow: name, epoch }) => [message, runId, name, epoch]);
    expect(lines.sort()).toEqual(
      ids
        .flatMap((id) => [
          ['charging', id, 'order', 1],
          ['mailing', id, 'order', 2],
        ])
        .sort(),
    );
    expect(logged()[0]).toMatchObject({
      service: 'Shop/Workflows',
      function_name: 'lull',
      function_request_id: 'aws-1',
      level: 'INFO',
    });
  });
});

describe('the worker on a table', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('counts the write units of each turn, and not those of others in the invocation', async () => {
    const server = await startTableServer();
    try {
      const tableName = await server.newTable();
      vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', server.endpoint);
      vi.stubEnv('AWS_REGION', 'eu-central-1');
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
      const { wakes, clientWith } = createWorld();
      const client = clientWith({ store: undefined, tableName, clock: undefined });
      const lines: string[] = [];
      const five = workflow('five', function* () {
        for (let n = 0; n < 5; n++) yield* step('add', () => n);
      });
      const environment = { ...ENVIRONMENT, LULL_TABLE_NAME: tableName };
      const worker = createWorkerHandler([five, nap], {
        wakes,
        environment,
        writeLine: (line) => void lines.push(line),
      });
      await client.start(nap, undefined, { id: 'n1' });
      await client.start(five, undefined, { id: 'f1' });
      await worker(sqsEvent('{"runId":"n1"}', '{"runId":"f1"}'), context());
      const units = Object.fromEntries(
        lines.map((line) => {
          const { runId } = JSON.parse(line) as { runId: string };
          return [runId, valuesOf([line], `WriteUnits{${E}}`)[0]];
        }),
      );
      // take, and the release with what there is to record; take, one record for each step, and the finish with the last one's end.
      expect(units).toEqual({ n1: 2, f1: 7 });
    } finally {
      await server.close();
    }
  });
});

describe('the sweeper', () => {
  it('says how long the oldest run has been due that nobody took up, and how many it woke', async () => {
    const world = createWorld();
    const { sweeper, metric, lines } = functionsOf(world);
    await sweeper({}, context());
    expect(lines).toEqual([]); // idle costs nothing
    await world.client.start(nap, undefined, { id: 'n1' });
    world.clock.pass(90_000);
    await world.client.start(nap, undefined, { id: 'n2' });
    world.clock.pass(30_000);
    await sweeper({}, context());
    expect(metric(`OldestDueRunAge{${E}}`)).toEqual([120_000]);
    expect(metric(`SweptRuns{${E}}`)).toEqual([2]);
  });

  it('counts from the first sweep for a run that a message woke', async () => {
    const world = createWorld();
    const { sweeper, work, metric } = functionsOf(world);
    const run = await world.client.start(order, undefined, { id: 'o1' });
    await work('o1');
    await run.signal(approved, 1);
    for (let sweep = 0; sweep < 3; sweep++) {
      world.clock.pass(60_000);
      await sweeper({}, context());
    }
    expect(metric(`OldestDueRunAge{${E}}`)).toEqual([60_000, 120_000]); // the first time it is 0
    await work('o1');
    await sweeper({}, context());
    expect(metric(`SweptRuns{${E}}`)).toEqual([1, 1, 1]);
  });
});

it('API and schedule log with the request that they serve', async () => {
  const world = createWorld();
  const store = aroundStore(world.store, () => Promise.reject(new Error('no such table')));
  const { api, logged } = functionsOf(world, [nap], { store });
  await api(httpEvent({ path: '/runs/n1' }), context());
  expect(logged()).toMatchObject([
    { level: 'ERROR', message: 'a request failed', function_request_id: 'aws-1', error: { message: 'no such table' } },
  ]);
  const scheduled = functionsOf(world);
  const request = {
    schedule: 'nightly',
    scheduledAt: '2026-11-22T03:00:00Z',
    workflow: 'nap',
    overlap: 'skip',
  } as const;
  await scheduled.schedule(request, context());
  expect(scheduled.logged()).toMatchObject([
    { message: 'a schedule started a run', runId: 'nightly:2026-11-22T03:00:00Z', function_request_id: 'aws-1' },
  ]);
});

describe('what a run is given and gives', () => {
  const vault = workflow('vault', function* (input: { secret: string }) {
    const kept = yield* step('keep', async (step) => {
      step.heartbeat({ at: input.secret });
      return { kept: input.secret };
    });
    try {
      yield* step('refuse', { retry: { maxAttempts: 2, firstDelay: 0 } }, () => {
        throw Object.assign(new Error(`refused ${input.secret}`), { request: input });
      });
    } catch {
      // it goes on
    }
    const said = yield* signal<{ secret: string }>('say').receive();
    if (said.secret.endsWith('!')) throw Object.assign(new Error(said.secret), { said });
    return { kept, said };
  });
  const changedVault = workflow('vault', function* (input: { secret: string }) {
    yield* step('something else', () => input.secret);
  });

  /** As DynamoDB says no: with the item that is there. */
  function refusal(secret: string): Error {
    const Item = { result: { S: secret } };
    const error = new ConditionalCheckFailedException({
      message: 'The conditional request failed',
      $metadata: {},
      Item,
    });
    return new Error('the store did not answer', { cause: Object.assign(error, { input: { secret } }) });
  }

  it('stands in no line of any log or metric, at no level, whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          fails: fc.boolean(),
          failingCall: fc.oneof(fc.constant(0), fc.integer({ min: 3, max: 60 })), // a run there has to be
          isChanged: fc.boolean(),
          isBig: fc.boolean(),
          ending: fc.constantFrom('signal', 'cancel', 'terminate'),
        }),
        async ({ fails, failingCall, isChanged, isBig, ending }) => {
          const marker = `sesame-${isBig ? 'x'.repeat(2_000) : ''}`;
          const world = createWorld();
          let calls = 0;
          const store = aroundStore(world.store, (_call, go) =>
            ++calls === failingCall ? Promise.reject(refusal(marker)) : go(),
          );
          const functions = functionsOf(world, [vault], { store });
          const changed = isChanged ? functionsOf(world, [changedVault], { store }) : functions;
          const post = (path: string, body: unknown) =>
            functions.api(httpEvent({ method: 'POST', path, query: 'id=v1', body: JSON.stringify(body) }), context());

          await post('/workflows/vault/runs', { secret: `${marker}input` });
          await functions.work('v1');
          world.clock.pass(1_000);
          await functions.work('v1');
          await functions.api(httpEvent({ path: '/runs/v1/history' }), context());
          if (ending === 'signal')
            await post('/runs/v1/signals/say', { secret: `${marker}payload${fails ? '!' : ''}` });
          else await post(`/runs/v1/${ending}`, { reason: `${marker}reason` });
          await changed.work('v1');
          world.clock.pass(20_000);
          // Lambda logs what an invocation throws, with all that is on it.
          const thrown = await functions.sweeper({}, context()).then(
            () => '',
            (error: unknown) => inspect(error, { depth: 9 }),
          );
          await functions.work('v1');
          await functions.api(httpEvent({ path: '/runs/v1' }), context());

          const written = [...functions.lines, ...changed.lines, thrown];
          expect(written.some((line) => line.includes('TurnTime'))).toBe(true);
          expect(written.filter((line) => line.includes('sesame'))).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('would be found if it stood there', async () => {
    const world = createWorld();
    const talkative = workflow('talkative', function* (secret: string) {
      yield* step('tell', () => stepContext().log.info(secret));
    });
    await world.client.start(talkative, 'sesame', { id: 't1' });
    const { work, lines } = functionsOf(world, [talkative]);
    await work('t1');
    expect(lines.filter((line) => line.includes('sesame'))).toHaveLength(1);
  });
});
