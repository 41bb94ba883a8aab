/** A table that fails while a run is taken alone: the worker lives, so the run is not blocked for workers that were lost. */
import { sleep, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { expect, it } from 'vitest';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import type { Around, StoreCall } from '../../lib/testing/around-store.ts';
import { silent } from '../testing/silent.ts';
import { promisesToGoOn, SmallCloud, type Workflows } from './small-cloud.ts';

/** How a table fails a call: the call is not carried out, or its answer is lost. */
type Failure = 'not carried out' | 'answer lost' | undefined;
type Failing = (call: StoreCall) => Failure;

const LEASE_MS = 30_000;

const sleeper = workflow('sleeper', function* () {
  yield* sleep('1 day');
});
const short = workflow('short', function* () {});

function failingAt(failing: Failing): Around {
  return async (call, go) => {
    const failure = failing(call);
    if (failure === 'not carried out') throw new StoreUnavailableError(call.operation);
    const answer = await go();
    if (failure === 'answer lost') throw new StoreUnavailableError(call.operation);
    return answer;
  };
}

class Flapping {
  readonly cloud: SmallCloud;

  constructor(workflows: Workflows) {
    this.cloud = new SmallCloud(workflows);
  }

  /** One turn of a new worker, in as much time as it wants, and after it the time until its lease is over. */
  async turn(failing: Failing, runId = 'r1'): Promise<string> {
    const { cloud } = this;
    let end: string | undefined;
    const turn = cloud.worker({ leaseMs: LEASE_MS, around: failingAt(failing) }).turn(runId);
    turn.then(
      ({ kind }) => (end = kind),
      () => (end = 'threw'),
    );
    for (let tries = 0; end === undefined && tries < 1_000; tries += 1) {
      for (let times = 0; times < 20; times += 1) await promisesToGoOn();
      const nextMs = cloud.clock.nextAtMs();
      if (end === undefined && nextMs !== undefined) cloud.pass(nextMs - cloud.clock.nowMs());
    }
    cloud.pass(LEASE_MS + 1);
    return end ?? 'goes on';
  }

  async status(runId = 'r1'): Promise<string> {
    return (await this.cloud.run(runId)).status;
  }
}

async function startedRun(workflow: Workflows[number], attributes = {}): Promise<Flapping> {
  const flapping = new Flapping([workflow]);
  await flapping.cloud.client.start(workflow.name, undefined, { id: 'r1', attributes });
  return flapping;
}

/** Its first record is an item: the run item has no room. */
const FILLING = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, 'x'.repeat(150)]));

/** A call fails, and so do the next `more` calls that write: those by which the worker would say that it lives. */
function andAfterIt(
  more: number,
  isMeant: (call: StoreCall) => boolean,
  failure: Failure = 'not carried out',
): Failing {
  let left: number | undefined;
  return (call) => {
    if (left === undefined && isMeant(call)) {
      left = more;
      return failure;
    }
    if (left === undefined || left <= 0 || call.operation === 'take') return undefined;
    left -= 1;
    return 'not carried out';
  };
}

const isCallOf =
  (operation: StoreCall['operation']) =>
  (call: StoreCall): boolean =>
    call.operation === operation;

it('a run is not blocked by a release that fails, nor by the tries after it to record that the worker lives', async () => {
  const flapping = await startedRun(sleeper);
  for (let turn = 1; turn <= 5; turn += 1)
    expect(await flapping.turn(andAfterIt(5, isCallOf('release')))).toBe('threw');
  expect(await flapping.turn(() => undefined)).toBe('suspended');
});

it('a run whose code has ended is not blocked by finishes that fail', async () => {
  const flapping = await startedRun(short);
  for (let turn = 1; turn <= 5; turn += 1) expect(await flapping.turn(andAfterIt(5, isCallOf('finish')))).toBe('threw');
  expect(await flapping.turn(() => undefined)).toBe('ended');
});

it('nothing is recorded after a finish whose answer is lost', async () => {
  const flapping = await startedRun(short);
  await flapping.turn(andAfterIt(0, isCallOf('finish')));
  await flapping.turn(andAfterIt(3, isCallOf('finish'), 'answer lost'));
  expect(await flapping.status()).toBe('completed');
  const kinds = (await flapping.cloud.entries('r1')).map(({ kind }) => kind);
  expect(kinds).toEqual(['started', 'taken-over', 'taken-alone', 'steps-begun']);
});

it.each(['not carried out', 'answer lost'] as const)(
  'a run is not blocked by records of its takeover that fail (%s)',
  async (failure) => {
    const flapping = await startedRun(sleeper);
    await flapping.turn(andAfterIt(0, isCallOf('release')));
    const end = await flapping.turn(andAfterIt(5, isCallOf('putRecord'), failure));
    expect(end).toBe('threw');
    expect(await flapping.turn(() => undefined)).toBe('suspended');
  },
);

it('a turn that was alone, and does not know whether it has its lease, says that its worker lives', async () => {
  const flapping = await startedRun(sleeper);
  await flapping.turn(andAfterIt(0, isCallOf('release')));
  let silentUntilMs = Infinity;
  const end = await flapping.turn(({ operation, args }) => {
    const { cloud } = flapping;
    const isTaken = operation === 'putRecord' && JSON.stringify(args).includes('taken-alone');
    if (isTaken) {
      silentUntilMs = cloud.clock.nowMs() + LEASE_MS + 5_000;
      cloud.pass(LEASE_MS); // as if the replay took so long
    }
    return !isTaken && cloud.clock.nowMs() < silentUntilMs && silentUntilMs !== Infinity
      ? 'not carried out'
      : undefined;
  });
  expect(end).toBe('lease-lost');
  expect(await flapping.turn(() => undefined)).toBe('suspended');
});

it('a turn that was taken over does not wait for the table to take its word', async () => {
  const flapping = await startedRun(sleeper, FILLING);
  await flapping.turn(andAfterIt(0, isCallOf('release')));
  let calls = 0;
  await flapping.turn((call) => {
    if (call.operation !== 'release') return undefined;
    calls += 1;
    const nowMs = flapping.cloud.clock.nowMs() + LEASE_MS + 1;
    void flapping.cloud.table.take('r1', { lease: { owner: 'next', expiresAtMs: nowMs + 1 }, nowMs, dueByMs: nowMs });
    return 'not carried out';
  });
  expect(calls).toBe(1);
  expect((await flapping.cloud.entries('r1')).at(-1)?.kind).toBe('taken-alone');
});

it('a worker that lived does not count among those that were lost', async () => {
  const flapping = await startedRun(sleeper, FILLING);
  await flapping.turn(andAfterIt(0, isCallOf('release')));
  await flapping.turn(andAfterIt(0, isCallOf('release')));
  // This one is lost alone: the first of its kind.
  const lost = flapping.cloud.worker({
    leaseMs: LEASE_MS,
    around: ({ operation }, go) => (operation === 'release' ? new Promise(() => undefined) : go()),
  });
  void lost.turn('r1');
  for (let times = 0; times < 100; times += 1) await promisesToGoOn();
  flapping.cloud.clock.moveTo(flapping.cloud.clock.nowMs() + LEASE_MS + 1); // nothing rings: its renewals are lost with it
  expect(await flapping.turn(() => undefined)).toBe('suspended');
});

async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
    }
  }
}

it('runs of the kit are never blocked by a table that fails a fifth of its calls', async () => {
  const blocked: string[] = [];
  const busy = workflow('busy', function* () {
    yield* sleep('1h');
    return yield* step('work', () => 1);
  });
  const log = {
    ...silent,
    error: (...values: unknown[]) => {
      if (String(values[0]).startsWith('a run is blocked')) blocked.push(JSON.stringify(values));
    },
  };
  for (let seed = 1; seed <= 20; seed += 1) {
    const faults = { store: { failBefore: 0.2, failAfter: 0.2 } };
    const engine = createTestEngine({ workflows: [busy], faults, seed, log });
    const run = await untilAnswered(() => engine.start(busy, undefined, { id: 'r1' }));
    expect(await untilAnswered(() => run.result())).toBe(1);
  }
  expect(blocked).toEqual([]);
});
