// I6: a run that is busy with its steps hears what was accepted for it, in a bounded time, whatever its lease.
import { describe, expect, it } from 'vitest';
import { type Coroutine, gather, isCancelled, signal, sleep, step, stepContext, workflow } from 'lull';
import type { Logger } from 'lull';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { type Around, aroundStore } from '../../lib/testing/around-store.ts';
import { context, sqsEvent } from '../lambda/sample-events.ts';
import { silent } from '../testing/silent.ts';
import { promisesToGoOn, SmallCloud, type WorkerOptions, type Workflows } from './small-cloud.ts';

const note = signal<number>('note');

/** A cloud whose steps take virtual time. */
class BusyCloud extends SmallCloud {
  /** When bodies began, in milliseconds since the first instant. */
  readonly begins: number[] = [];
  readonly aborts: number[] = [];
  readonly #startMs: number;

  constructor(workflows: Workflows, log?: Logger) {
    super(workflows, log === undefined ? {} : { log });
    this.#startMs = this.clock.nowMs();
  }

  sinceStartMs(): number {
    return this.clock.nowMs() - this.#startMs;
  }

  /** A step's body that takes so long. */
  busyFor(ms: number): Promise<void> {
    this.begins.push(this.sinceStartMs());
    stepContext().signal.addEventListener('abort', () => this.aborts.push(this.sinceStartMs()));
    return new Promise((resolve) => void this.clock.callAt(this.clock.nowMs() + ms, resolve));
  }

  /** Lets time pass in small parts, with all that goes on meanwhile. */
  async drive(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += 100) {
      this.pass(100);
      await settle();
    }
  }
}

async function settle(): Promise<void> {
  for (let times = 0; times < 40; times += 1) await promisesToGoOn();
}

/** A run of so many steps, one after the other, of so long each. */
function chainOf(takesMs: readonly number[]): { cloud: BusyCloud; begin: (options?: WorkerOptions) => Promise<Begun> } {
  const chain = workflow('chain', function* () {
    for (const ms of takesMs) yield* step('work', () => cloud.busyFor(ms));
    return 'all of it';
  });
  const cloud: BusyCloud = new BusyCloud([chain]);
  return {
    cloud,
    async begin(options) {
      const run = await cloud.client.start(chain);
      void cloud.worker(options).turn(run.id);
      await settle();
      return run;
    },
  };
}

type Begun = Awaited<ReturnType<SmallCloud['client']['start']>>;

function counting(): { around: Around; reads: () => number } {
  let reads = 0;
  return {
    around: ({ operation }, go) => {
      if (operation === 'readRun') reads += 1;
      return go();
    },
    reads: () => reads,
  };
}

const SHORT_MINUTE = Array.from({ length: 60 }, () => 1_000);

describe.each([1_000, 30_000, 900_000])('with a lease of %i ms', (leaseMs) => {
  describe.each([false, true])('rebuilt at each await: %s', (rebuildAtEveryAwait) => {
    it.each(['terminate', 'cancel'] as const)('%s lets no further step of a chain begin', async (request) => {
      const { cloud, begin } = chainOf(SHORT_MINUTE);
      const run = await begin({ leaseMs, rebuildAtEveryAwait });
      await cloud.drive(2_500);
      await run[request]();
      await cloud.drive(4_000);
      expect(cloud.begins).toEqual([0, 1_000, 2_000]);
      expect((await run.describe()).status).toBe(request === 'cancel' ? 'cancelled' : 'terminated');
    });
  });

  it('a long step is told within 5 s that its run was terminated', async () => {
    const { cloud, begin } = chainOf([600_000]);
    const run = await begin({ leaseMs });
    await cloud.drive(30_200);
    await run.terminate();
    await cloud.drive(6_000);
    const [abortedAtMs] = cloud.aborts;
    expect(abortedAtMs).toBeGreaterThanOrEqual(30_200);
    expect(abortedAtMs).toBeLessThanOrEqual(35_200);
  });

  it('a long step that follows a short one is told within 1 s what was accepted during the short one', async () => {
    const { cloud, begin } = chainOf([700, 600_000]);
    const run = await begin({ leaseMs });
    await cloud.drive(600);
    await run.terminate();
    await cloud.drive(2_000);
    expect(cloud.begins).toEqual([0, 700]);
    expect(cloud.aborts[0]).toBeLessThanOrEqual(1_700);
  });
});

describe('what a check costs', () => {
  it('is one read a second for a chain of quick steps', async () => {
    const { around, reads } = counting();
    const { cloud, begin } = chainOf(Array.from({ length: 100 }, () => 100));
    const run = await begin({ around, leaseMs: 900_000 });
    await cloud.drive(10_100);
    expect(await run.result({ timeout: 0 })).toBe('all of it');
    expect(reads()).toBeGreaterThanOrEqual(8);
    expect(reads()).toBeLessThanOrEqual(10);
  });

  it('is one read in 5 s of a long step', async () => {
    const { around, reads } = counting();
    const { cloud, begin } = chainOf([60_000]);
    await begin({ around, leaseMs: 900_000 });
    await cloud.drive(60_000);
    expect(reads()).toBe(11);
  });

  it('is nothing for a turn of less than a second', async () => {
    const { around, reads } = counting();
    const { cloud, begin } = chainOf([100, 200, 300, 300]);
    const run = await begin({ around });
    await cloud.drive(1_000);
    expect(await run.result({ timeout: 0 })).toBe('all of it');
    expect(reads()).toBe(0);
  });

  it('is nothing where renewals of the lease tell it', async () => {
    const { around, reads } = counting();
    const { cloud, begin } = chainOf([60_000]);
    await begin({ around, leaseMs: 3_000 });
    await cloud.drive(20_000);
    expect(reads()).toBe(0);
  });

  it('is nothing right before the run suspends, since the release tells it', async () => {
    const { around, reads } = counting();
    const nightly = workflow('nightly', function* () {
      yield* step('work', () => cloud.busyFor(4_000));
      yield* sleep('1 day');
    });
    const cloud: BusyCloud = new BusyCloud([nightly]);
    const run = await cloud.client.start(nightly);
    void cloud.worker({ around }).turn(run.id);
    await settle();
    await cloud.drive(4_100);
    expect((await cloud.run(run.id)).status).toBe('suspended');
    expect(reads()).toBe(0);
  });
});

it('messages that come during a large gather are received within 5 s, in the order of their acceptance', async () => {
  const received: [number, number][] = [];
  const listener = function* (): Coroutine<void> {
    for (;;) received.push([yield* note.receive(), cloud.sinceStartMs()]);
  };
  const wide = workflow('wide', function* () {
    const works = Array.from({ length: 300 }, (_, index) => step(`work ${index}`, () => cloud.busyFor(20_000)));
    yield* gather([listener(), ...works]);
  });
  const cloud: BusyCloud = new BusyCloud([wide]);
  const run = await cloud.client.start(wide);
  void cloud.worker({ maxStepsInFlight: 100, leaseMs: 900_000 }).turn(run.id);
  await settle();
  await cloud.drive(1_000);
  for (let sent = 1; sent <= 7; sent += 1) {
    await run.signal(note, sent);
    await cloud.drive(300);
  }
  await cloud.drive(5_000);
  expect(received.map(([number]) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  for (const [number, atMs] of received) expect(atMs).toBeLessThanOrEqual(1_000 + number * 300 + 5_000);
});

it('a cleaning up that takes several steps is begun and finished', async () => {
  const tidy = workflow('tidy', function* () {
    try {
      for (;;) yield* step('work', () => cloud.busyFor(1_000));
    } catch (error) {
      for (let times = 0; times < 3; times += 1) yield* step('undo', () => cloud.busyFor(2_000));
      if (isCancelled(error)) throw error;
    }
  });
  const cloud: BusyCloud = new BusyCloud([tidy]);
  const run = await cloud.client.start(tidy);
  void cloud.worker().turn(run.id);
  await settle();
  await cloud.drive(2_500);
  await run.cancel();
  await cloud.drive(10_000);
  expect(cloud.begins).toEqual([0, 1_000, 2_000, 3_000, 5_000, 7_000]);
  expect((await run.describe()).status).toBe('cancelled');
});

it('a table that does not answer a check costs no step, and is asked again a second later', async () => {
  const warnings: unknown[] = [];
  const chain = workflow('chain', function* () {
    for (let times = 0; times < 10; times += 1) yield* step('work', () => cloud.busyFor(1_000));
  });
  const cloud: BusyCloud = new BusyCloud([chain], { ...silent, warn: (message) => warnings.push(message) });
  const run = await cloud.client.start(chain);
  const around: Around = ({ operation }, go) => {
    if (operation === 'readRun' && cloud.sinceStartMs() <= 3_000)
      return Promise.reject(new StoreUnavailableError('readRun'));
    return go();
  };
  void cloud.worker({ around }).turn(run.id);
  await settle();
  await cloud.drive(2_500);
  await run.terminate();
  await cloud.drive(4_000);
  expect(cloud.begins).toEqual([0, 1_000, 2_000, 3_000]);
  expect(warnings).toContain('the inbox of a run could not be checked');
  expect((await run.describe()).status).toBe('terminated');
});

it('a turn that finds another owner in the run item begins nothing more', async () => {
  const { cloud, begin } = chainOf(SHORT_MINUTE);
  const run = await begin({ leaseMs: 900_000 });
  await cloud.drive(500);
  const nowMs = cloud.clock.nowMs() + 1_000_000;
  const lease = { owner: 'another', expiresAtMs: nowMs + 1_000 };
  await cloud.table.accept(run.id, 'wake', 100); // it is due again
  expect(await cloud.table.take(run.id, { lease, nowMs, dueByMs: nowMs })).toMatchObject({ kind: 'taken' });
  await cloud.drive(3_000);
  expect(cloud.begins).toEqual([0]);
});

it('holds through the handler of the deployed worker, with the settings of its environment', async () => {
  const chain = workflow('chain', function* () {
    for (let times = 0; times < 60; times += 1) yield* step('work', () => cloud.busyFor(1_000));
  });
  const cloud: BusyCloud = new BusyCloud([chain]);
  const { around, reads } = counting();
  const handler = createWorkerHandler([chain], {
    store: aroundStore(cloud.table, around),
    wakes: cloud.wakes,
    clock: cloud.clock,
    writeLine: () => undefined,
    environment: {
      LULL_TABLE_NAME: 'runs',
      LULL_QUEUE_URL: 'https://sqs.example/wakes',
      LULL_LEASE_MS: '90000',
      LULL_SETTINGS: '{"inboxCheckAfterStepMs":4000}',
    },
  });
  const run = await cloud.client.start(chain);
  void handler(sqsEvent(JSON.stringify({ runId: run.id })), context());
  await settle();
  await cloud.drive(1_500);
  await run.terminate('enough');
  await cloud.drive(20_000);
  expect(cloud.begins).toEqual([0, 1_000, 2_000, 3_000]);
  expect(reads()).toBe(1);
  expect((await run.describe()).status).toBe('terminated');
});
