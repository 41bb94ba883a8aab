import { createTask, isCancelled, log, runInfo, signal, sleep, step, timeout, TimeoutError, workflow } from 'lull';
import { createTestEngine, crashEverywhere } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { SmallCloud, START_MS } from './small-cloud.ts';

const HOUR_MS = 3_600_000;
const go = signal<string>('go');

/** What its run fails with. */
async function failureOf(run: { result(): Promise<unknown> }): Promise<Error> {
  const failure: unknown = await run.result().catch((thrown: unknown) => thrown);
  return (failure as Error).cause as Error;
}

const waits = workflow('waits', function* () {
  return yield* go.receive();
});

const limited = workflow('limited', { timeout: '2h' }, function* () {
  return yield* go.receive();
});

describe('the timeout of a run', () => {
  it('is given at its start, and counts from there', async () => {
    const engine = createTestEngine({ workflows: [waits] });
    const run = await engine.start(waits, undefined, { timeout: '1h' });
    expect(await run.describe()).toMatchObject({ deadline: new Date(START_MS + HOUR_MS) });
    const failure = await failureOf(run);
    expect(failure).toBeInstanceOf(TimeoutError);
    expect(failure.message).toBe('the timeout of the run was up: it was to end by 2030-01-01T01:00:00.000Z');
    expect(isCancelled(failure.cause)).toBe(true);
    expect(engine.now().getTime()).toBe(START_MS + HOUR_MS);
    expect((await run.describe()).status).toBe('failed');
  });

  it.each([
    ['1h', HOUR_MS],
    ['3h', 2 * HOUR_MS],
  ])('is the smaller one of the start (%s) and the workflow (2h)', async (given, ms) => {
    const engine = createTestEngine({ workflows: [limited] });
    const run = await engine.start(limited, undefined, { timeout: given });
    expect(await failureOf(run)).toBeInstanceOf(TimeoutError);
    expect(engine.now().getTime()).toBe(START_MS + ms);
  });

  it('holds where the caller does not know the workflow', async () => {
    const cloud = new SmallCloud([waits]);
    const run = await cloud.client.start(waits, undefined);
    expect((await cloud.run(run.id)).deadlineAtMs).toBeUndefined();
    const worker = cloud.worker({ workflows: [workflow('waits', { timeout: '1h' }, () => go.receive() as never)] });
    cloud.pass(HOUR_MS / 2);
    expect(await worker.turn(run.id)).toEqual({ kind: 'suspended', dueAtMs: START_MS + HOUR_MS });
  });

  it('stays what it was at the start, whatever the code says later', async () => {
    const engine = createTestEngine({ workflows: [waits] });
    const run = await engine.start(waits, undefined, {});
    await engine.settle();
    await engine.deploy([workflow('waits', { timeout: '1h' }, () => go.receive() as never)]);
    await engine.advance('3h');
    await run.signal(go, 'late');
    expect(await run.result()).toBe('late');
  });

  it('of a delayed run counts from its begin', async () => {
    const engine = createTestEngine({ workflows: [limited] });
    const run = await engine.start(limited, undefined, { delay: '1 day' });
    expect(await failureOf(run)).toBeInstanceOf(TimeoutError);
    expect(engine.now().getTime()).toBe(START_MS + 26 * HOUR_MS);
  });

  it('leaves a run alone that ends in time', async () => {
    const engine = createTestEngine({ workflows: [limited] });
    const run = await engine.start(limited, undefined);
    await engine.advance('1h');
    await run.signal(go, 'in time');
    expect(await run.result()).toBe('in time');
    expect((await engine.history(run)).map(({ kind }) => kind)).not.toContain('deadline-passed');
  });

  it('of zero lets the code come to its first await, and begins no step', async () => {
    const eager = workflow('eager', function* () {
      yield* step('work', () => 1);
    });
    const engine = createTestEngine({ workflows: [eager] });
    const run = await engine.start(eager, undefined, { timeout: 0 });
    expect(await failureOf(run)).toBeInstanceOf(TimeoutError);
    expect(engine.calls('work')).toEqual([]);
  });

  it('that is not understood is refused', async () => {
    const engine = createTestEngine({ workflows: [waits] });
    await expect(engine.start(waits, undefined, { timeout: 'soon' })).rejects.toThrow(/the timeout of a start/);
  });
});

describe('when the time is up, the code of a run', () => {
  it('may clean up, in its tasks too, and what that throws does not hide the timeout', async () => {
    const said: string[] = [];
    const untidy = workflow('untidy', { timeout: '1h' }, function* () {
      createTask(
        (function* () {
          try {
            yield* sleep('1 day');
          } finally {
            yield* sleep('1m');
            log.info('task cleaned up');
          }
        })(),
      );
      try {
        yield* sleep('1 day');
      } finally {
        yield* step('clean up', () => 'done');
        // eslint-disable-next-line no-unsafe-finally -- the worst that a clean-up does
        throw new Error('clean-up failed');
      }
    });
    const logger = { ...console, info: (...values: unknown[]) => void said.push(String(values[0])) };
    const engine = createTestEngine({ workflows: [untidy], log: logger });
    const failure = await failureOf(await engine.start(untidy, undefined));
    expect(failure).toBeInstanceOf(TimeoutError);
    expect(failure.cause).toMatchObject({ message: 'clean-up failed' });
    expect(engine.calls('clean up').length).toBe(1);
    expect(said).toEqual(['task cleaned up']);
  });

  it('may keep the cancellation to itself and return: then the run has completed, as in asyncio', async () => {
    const stubborn = workflow('stubborn', { timeout: '1h' }, function* () {
      try {
        yield* go.receive();
      } catch (error) {
        if (!isCancelled(error)) throw error;
      }
      return yield* step('settle for less', () => 'something');
    });
    const engine = createTestEngine({ workflows: [stubborn] });
    expect(await engine.run(stubborn, undefined)).toBe('something');
  });

  it('sees the signal of a step in flight aborted', async () => {
    let aborted: unknown;
    const slow = workflow('slow', { timeout: '1m' }, function* () {
      yield* step('long', ({ signal: abort }) => {
        return new Promise(() => {
          abort.addEventListener('abort', () => void (aborted = abort.reason));
        });
      });
    });
    const cloud = new SmallCloud([slow]);
    await cloud.client.start(slow, undefined, { id: 'r' });
    const turn = cloud.worker().turn('r');
    for (let seconds = 0; seconds < 70; seconds += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      cloud.pass(1_000);
    }
    expect(await turn).toEqual({ kind: 'ended', status: 'failed' });
    expect(isCancelled(aborted)).toBe(true);
    expect(cloud.clock.nowMs() - START_MS).toBeLessThan(71_000);
  });

  it('finds its own timer of that moment cancelled, and the earlier ones fired', async () => {
    const nested = workflow('nested', { timeout: '1h' }, function* () {
      yield* sleep('30m');
      yield* step('half time', () => 1);
      yield* timeout('30m', go.receive());
    });
    const engine = createTestEngine({ workflows: [nested] });
    const failure = await failureOf(await engine.start(nested, undefined));
    expect(failure.message).toMatch(/the timeout of the run was up/);
    expect(engine.calls('half time').length).toBe(1);
  });

  it('is told once, by a worker that wakes late too, after what was due before', async () => {
    const late = workflow('late', { timeout: '1h' }, function* () {
      yield* sleep('20m');
      yield* sleep('50m');
    });
    const cloud = new SmallCloud([late]);
    await cloud.client.start(late, undefined, { id: 'r' });
    const worker = cloud.worker();
    await worker.turn('r');
    cloud.pass(10 * HOUR_MS);
    expect(await worker.turn('r')).toEqual({ kind: 'ended', status: 'failed' });
    const kinds = (await cloud.entries('r')).map(({ kind }) => kind);
    expect(kinds).toEqual(['started', 'sleep', 'sleep-completed', 'sleep', 'deadline-passed']);
  });

  it('in a run that is cancelled meanwhile ends it as cancelled', async () => {
    const tidy = workflow('tidy', { timeout: '1h' }, function* () {
      try {
        yield* go.receive();
      } finally {
        yield* sleep('2h');
      }
    });
    const engine = createTestEngine({ workflows: [tidy] });
    const run = await engine.start(tidy, undefined);
    await engine.settle();
    await run.cancel('not needed');
    await expect(run.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
    expect(engine.now().getTime()).toBe(START_MS + HOUR_MS); // the clean-up has the same limit
  });

  it('that cannot follow its journal stays blocked (I8), and is told as soon as it can', async () => {
    const before = workflow('moving', { timeout: '1h' }, function* () {
      yield* step('first', () => 1);
      yield* go.receive();
    });
    const broken = workflow('moving', { timeout: '1h' }, function* () {
      yield* step('other', () => 1);
    });
    const cloud = new SmallCloud([before]);
    await cloud.client.start(before, undefined, { id: 'r' });
    await cloud.worker({ workflows: [before] }).turn('r');
    cloud.pass(2 * HOUR_MS);
    expect(await cloud.worker({ workflows: [broken], version: '2' }).turn('r')).toMatchObject({ kind: 'blocked' });
    expect(await cloud.worker({ workflows: [before], version: '3' }).turn('r')).toEqual({
      kind: 'ended',
      status: 'failed',
    });
  });
});

it('the outcome of a timeout is the same wherever a worker dies', async () => {
  const tidy = workflow('tidy', { timeout: '1h' }, function* () {
    try {
      yield* step('begin', () => 1);
      yield* go.receive();
    } finally {
      yield* step('clean up', () => runInfo().workflow);
    }
  });
  await crashEverywhere({
    workflows: [tidy],
    scenario: async (engine) => {
      const run = await engine.start(tidy, undefined);
      await run.result().catch(() => undefined);
    },
  });
});
