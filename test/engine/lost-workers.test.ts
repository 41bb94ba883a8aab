/** A run whose code ends its workers, and its neighbours: through the deployed worker's handler, with batches of SQS. */
import { setTimeout as pause } from 'node:timers/promises';
import { gather, sleep, step, workflow } from 'lull';
import { Client } from 'lull/client';
import { expect, it } from 'vitest';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import type { AnyWorkflow } from '../../lib/core/workflow.ts';
import { KEPT_MS } from '../../lib/encryption/data-keys.ts';
import { sealingStore } from '../../lib/encryption/sealing-store.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { never } from '../../lib/testing/cloud-process.ts';
import { createTestKey } from '../../lib/testing/index.ts';
import { turnOfTheLoop } from '../../lib/testing/real-time.ts';
import { VirtualClock } from '../../lib/testing/virtual-clock.ts';
import { context, sqsEvent } from '../lambda/sample-events.ts';

const LEASE_MS = 30_000;
/** What stands for code that never yields, or ends the process: nothing of this worker reaches the table any more. */
let endTheWorker = (): void => undefined;

class Deployment {
  readonly clock = new VirtualClock(Date.UTC(2030, 0, 1));
  readonly key = createTestKey();
  readonly table = sealingStore(new MemoryStore(), {
    ...{ key: this.key, table: 'lull', nowMs: () => this.clock.nowMs() },
  });
  readonly client: Client;
  readonly lines: Record<string, unknown>[] = [];
  readonly #workflows: readonly AnyWorkflow[];
  invocations = 0;
  /** The table does not answer these. */
  failing = new Set<string>();

  constructor(workflows: readonly AnyWorkflow[]) {
    this.#workflows = workflows;
    this.client = new Client({ workflows, store: this.table, wakes: NO_QUEUE, clock: this.clock });
  }

  /** One invocation of a new worker, and after it the time until its leases are over. Says whether it was lost. */
  async invoke(runIds: readonly string[], version = '1', workflows = this.#workflows): Promise<'lost' | 'served'> {
    this.invocations += 1;
    let isDead = false;
    const died = new Promise<'lost'>((resolve) => {
      endTheWorker = () => {
        isDead = true;
        resolve('lost');
      };
    });
    const store = aroundStore(this.table, async ({ operation }, go) => {
      await turnOfTheLoop();
      if (this.failing.has(operation)) throw new StoreUnavailableError(operation);
      if (isDead) return never();
      const answer = await go();
      return isDead ? never() : answer;
    });
    const handler = createWorkerHandler(workflows, {
      store,
      wakes: NO_QUEUE,
      clock: this.clock,
      environment: {
        LULL_TABLE_NAME: 't',
        LULL_QUEUE_URL: 'q',
        LULL_LEASE_MS: String(LEASE_MS),
        LULL_VERSION: version,
      },
      writeLine: (line) => this.lines.push(JSON.parse(line) as Record<string, unknown>),
    });
    const serving = handler(sqsEvent(...runIds.map((runId) => JSON.stringify({ runId }))), context(300_000));
    const how = await Promise.race([serving.then(() => 'served' as const), died]);
    this.clock.moveTo(this.clock.nowMs() + LEASE_MS + 1);
    return how;
  }

  async status(runId: string): Promise<string> {
    return (await this.client.run(runId).describe()).status;
  }

  async kinds(runId: string): Promise<string[]> {
    return (await this.table.loadRecords(runId, 0)).flatMap(({ entries }) => entries.map(({ kind }) => kind));
  }
}

const NO_QUEUE = { send: async () => undefined };

/** Its code ends each worker that runs it; deployed anew it does not. */
function poisonOf(isMended: boolean) {
  return workflow('poison', function* () {
    yield* sleep(0);
    if (!isMended) endTheWorker();
    return 'done';
  });
}

const innocent = workflow('innocent', function* () {
  return yield* step('mail', async () => {
    await pause(5);
    return 'sent';
  });
});

async function startedWith(...workflows: readonly AnyWorkflow[]): Promise<Deployment> {
  const deployment = new Deployment(workflows);
  for (const { name } of workflows) await deployment.client.start(name, undefined, { id: name });
  return deployment;
}

it('code that ends its workers is blocked after two of them, and its neighbour of the batch completes', async () => {
  const deployment = await startedWith(innocent, poisonOf(false));
  for (let n = 1; n <= 3; n += 1) await deployment.invoke(['innocent', 'poison']);
  expect(await deployment.client.run('innocent').describe()).toMatchObject({ status: 'completed', result: 'sent' });
  expect(await deployment.client.run('poison').describe()).toMatchObject({
    status: 'blocked',
    blocked: {
      reason: expect.stringMatching(
        /^2 workers were lost, or cut off from the table, in this run's code at its beginning; the last one ran nothing else/,
      ) as unknown,
    },
  });
  expect(await deployment.kinds('poison')).toEqual(['started', 'taken-over', 'taken-alone', 'taken-over']);
  expect(deployment.lines).toContainEqual(
    expect.objectContaining({
      level: 'ERROR',
      message: 'a run is blocked: workers are lost in its code',
      runId: 'poison',
    }),
  );
});

it('a run is blocked only after it was lost alone: two losses in company prove nothing', async () => {
  const deployment = await startedWith(innocent, poisonOf(false));
  await deployment.invoke(['innocent', 'poison']);
  await deployment.invoke(['poison', 'innocent']);
  await deployment.invoke(['innocent', 'poison']);
  expect(await deployment.status('innocent')).toBe('completed');
});

it('a blocked run goes on with the next deployed code at its next look', async () => {
  const deployment = await startedWith(poisonOf(false));
  for (let n = 1; n <= 3; n += 1) await deployment.invoke(['poison']);
  expect(await deployment.status('poison')).toBe('blocked');
  expect(await deployment.invoke(['poison'], '2', [poisonOf(true)])).toBe('served');
  expect(await deployment.client.run('poison').describe()).toMatchObject({ status: 'completed', result: 'done' });
});

it('a blocked run costs the same code one more worker only when its pause is over, and the pauses grow', async () => {
  const deployment = await startedWith(poisonOf(false));
  const hows: string[] = [];
  for (let n = 1; n <= 12; n += 1) hows.push(await deployment.invoke(['poison']));
  expect(hows.slice(0, 3)).toEqual(['lost', 'lost', 'served']);
  // 30 s pass with each invocation; the pauses are 10 s at first, and as long as the run is blocked already.
  expect(hows.slice(3).filter((how) => how === 'lost').length).toBeLessThan(5);
  expect(await deployment.status('poison')).not.toBe('failed');
});

it('a signal does not make the same code lose another worker before its time', async () => {
  const deployment = await startedWith(poisonOf(false));
  for (let n = 1; n <= 3; n += 1) await deployment.invoke(['poison']);
  for (let n = 4; n <= 5; n += 1) await deployment.invoke(['poison']); // tried again: now the pause is longer than a lease
  await deployment.client.run('poison').signal('hurry', 1);
  expect(await deployment.invoke(['poison'])).toBe('served');
  expect(await deployment.status('poison')).toBe('blocked');
});

it('a blocked run can be terminated', async () => {
  const deployment = await startedWith(poisonOf(false));
  for (let n = 1; n <= 3; n += 1) await deployment.invoke(['poison']);
  await deployment.client.run('poison').terminate('it never yields');
  await deployment.invoke(['poison']);
  expect(await deployment.status('poison')).toBe('terminated');
});

it('code that ends its worker by the result of a step is blocked, and the body has run twice at most', async () => {
  let bodies = 0;
  const poison = workflow('poison', function* () {
    yield* step('charge', () => (bodies += 1));
    endTheWorker();
  });
  const deployment = await startedWith(poison);
  for (let n = 1; n <= 4; n += 1) await deployment.invoke(['poison']);
  expect(await deployment.status('poison')).toBe('blocked');
  expect(bodies).toBe(2);
});

it('what a step ends its worker by is counted for the step: the run is not blocked', async () => {
  const deadly = workflow('deadly', function* () {
    const [error] = yield* gather([step('deadly', () => (endTheWorker(), new Promise(() => undefined)))], {
      returnExceptions: true,
    });
    return error;
  });
  const deployment = await startedWith(deadly);
  for (let n = 1; n <= 13; n += 1) await deployment.invoke(['deadly']);
  expect(await deployment.client.run('deadly').describe()).toMatchObject({
    status: 'completed',
    result: { code: 'STEP_FAILED', attempts: 12, cause: { code: 'STEP_INTERRUPTED' } },
  });
});

it('other code that ends its workers too is blocked after one of them, and waits like the code before', async () => {
  const deployment = await startedWith(poisonOf(false));
  for (let n = 1; n <= 3; n += 1) await deployment.invoke(['poison']);
  const hows: string[] = [];
  for (let n = 1; n <= 10; n += 1) hows.push(await deployment.invoke(['poison'], '2'));
  expect(hows.slice(0, 2)).toEqual(['lost', 'served']);
  // 30 s pass with each invocation, and the pauses grow to minutes.
  expect(hows.filter((how) => how === 'lost').length).toBeLessThan(5);
});

it('a run is not blocked by the code that comes after the code its workers were lost in', async () => {
  const deployment = await startedWith(poisonOf(false));
  for (let n = 1; n <= 2; n += 1) await deployment.invoke(['poison']); // the second one alone
  expect(await deployment.invoke(['poison'], '2', [poisonOf(true)])).toBe('served');
  expect(await deployment.client.run('poison').describe()).toMatchObject({ status: 'completed', result: 'done' });
});

it('code that has ended a worker is alone with its run, also after other code could not replay the run', async () => {
  const poison = (name: string) =>
    workflow('poison', function* () {
      yield* step(name, () => 1);
      endTheWorker();
      yield* sleep(0);
    });
  const deployment = await startedWith(poison('first'));
  expect(await deployment.invoke(['poison'])).toBe('lost');
  expect(await deployment.invoke(['poison'])).toBe('lost');
  for (let n = 1; n <= 3; n += 1) {
    expect(await deployment.invoke(['poison'], '2', [poison('renamed')])).toBe('served');
    expect(await deployment.status('poison')).toBe('blocked');
  }
  const alone = async () => (await deployment.kinds('poison')).filter((kind) => kind === 'taken-alone').length;
  expect(await alone()).toBe(2); // one for each code, however often it is tried
  expect(await deployment.invoke(['poison'])).toBe('lost');
  expect(await alone()).toBe(3);
});

it('code that has ended a worker is alone with its run, also after it could not be run at all: its journal was locked', async () => {
  const poison = workflow('poison', function* () {
    yield* step('charge', () => 1);
    endTheWorker();
  });
  const deployment = await startedWith(poison);
  expect(await deployment.invoke(['poison'])).toBe('lost');
  const alone = async () => (await deployment.kinds('poison')).filter((kind) => kind === 'taken-alone').length;
  deployment.key.takeAway();
  for (let n = 1; n <= 3; n += 1) {
    deployment.clock.moveTo(deployment.clock.nowMs() + KEPT_MS);
    expect(await deployment.invoke(['poison'])).toBe('served');
  }
  deployment.key.giveBack();
  expect(await deployment.client.run('poison').describe()).toMatchObject({ blocked: { code: 'PAYLOAD_KEY' } });
  expect(await alone()).toBe(1); // by the one that took over; however often it is tried
  deployment.clock.moveTo(deployment.clock.nowMs() + KEPT_MS);
  expect(await deployment.invoke(['poison'])).toBe('lost');
  expect(await alone()).toBe(2);
});

it('the reason of a blocked run is whole in its description, also after a command with a long name', async () => {
  const deployment = await startedWith(
    workflow('poison', function* () {
      yield* step('a'.repeat(100), () => 1);
      endTheWorker();
    }),
  );
  for (let n = 1; n <= 4; n += 1) await deployment.invoke(['poison']);
  expect(await deployment.client.run('poison').describe()).toMatchObject({
    status: 'blocked',
    blocked: { reason: expect.stringMatching(/\(#1\); .*or terminate it$/) as unknown },
  });
});

it('a run whose turns end in errors of the table is not blocked: its workers go on', async () => {
  const sleeper = workflow('sleeper', function* () {
    yield* sleep('1 day');
  });
  const deployment = await startedWith(sleeper);
  deployment.failing.add('release');
  for (let n = 1; n <= 4; n += 1) {
    await deployment.invoke(['sleeper']);
    expect(await deployment.status('sleeper')).toBe('running');
  }
  deployment.failing.clear();
  await deployment.invoke(['sleeper']);
  expect(await deployment.status('sleeper')).toBe('suspended');
});
