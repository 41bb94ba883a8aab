import { defineStep, signal, sleep, step, workflow } from 'lull';
import { createTestEngine, ReplayDiffersError } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { silent } from './silent.ts';

/** What the engine rejects with; undefined if the run ends well. */
async function problemOf(
  flow: Parameters<typeof createTestEngine>[0]['workflows'],
  options: Partial<Parameters<typeof createTestEngine>[0]> = {},
): Promise<Error | undefined> {
  const engine = createTestEngine({ workflows: flow, ...options });
  const [first] = flow as readonly Parameters<typeof engine.run>[0][];
  return engine.run(first as never).then(
    () => undefined,
    (error: unknown) => error as Error,
  );
}

let ordersOfThisWorker = 0;

describe('a test engine, by default,', () => {
  it('finds a step that changes a variable of the workflow, and names both', async () => {
    const counting = workflow('counting', function* () {
      let total = 0;
      yield* step('count', () => void (total = 5));
      yield* sleep('1 day');
      return total;
    });
    const error = await problemOf([counting]);
    expect(error).toBeInstanceOf(ReplayDiffersError);
    expect(error).toMatchObject({ code: 'REPLAY_DIFFERS', runId: 'run-0001' });
    expect(error?.message).toContain('it ended with 5, and a replay ends with 0');
    expect(error?.message).toContain('the body of step "count" changes total');
  });

  it('finds it when the run suspends, where the next step depends on it', async () => {
    const branching = workflow('branching', function* () {
      const found: number[] = [];
      yield* step('search', () => void found.push(1));
      if (found.length > 0) yield* step('use', () => undefined);
      yield* sleep('1 day');
    });
    const engine = createTestEngine({ workflows: [branching] });
    await engine.start(branching);
    await expect(engine.settle()).rejects.toThrow(/step "use".*the body of step "search" changes found/s);
  });

  it('finds a variable of the module that workflow code changes, and names it', async () => {
    ordersOfThisWorker = 0;
    const numbered = workflow('numbered', function* () {
      ordersOfThisWorker += 1;
      const number = ordersOfThisWorker;
      yield* step(`order ${number}`, () => undefined);
      return number;
    });
    const error = await problemOf([numbered]);
    expect(error).toBeInstanceOf(ReplayDiffersError);
    expect(error?.message).toContain('workflow "numbered" changes ordersOfThisWorker');
  });

  it('finds a promise on whose result the code depends', async () => {
    const loading = workflow('loading', function* () {
      let name = 'nothing';
      void Promise.resolve('Ada').then((loaded) => (name = loaded));
      yield* step('wait', () => undefined);
      yield* sleep('1 day');
      return name;
    });
    const error = await problemOf([loading]);
    expect(error).toBeInstanceOf(ReplayDiffersError);
    expect(error?.message).toContain('workflow "loading" has a promise in its code');
  });

  it('finds what a run depends on that fails after a replay', async () => {
    const failing = workflow('failing', function* () {
      let isPaid = false;
      yield* step('pay', () => void (isPaid = true));
      yield* sleep('1 day');
      if (!isPaid) throw new Error('not paid');
    });
    expect((await problemOf([failing]))?.message).toContain('a replay fails with "not paid"');
  });

  it('finds a step that changes what it is given, in its own words', async () => {
    const pay = defineStep('pay', (order: { paid?: boolean }) => {
      order.paid = true;
    });
    const paying = workflow('paying', function* () {
      const order: { paid?: boolean } = {};
      yield* pay(order);
      return order.paid;
    });
    await expect(problemOf([paying])).resolves.toMatchObject({ cause: { code: 'ARGUMENT_CHANGED' } });
  });

  it('has nothing against code that depends on the run alone', async () => {
    const paid = signal<number>('paid');
    const careful = workflow('careful', function* () {
      const seen: number[] = [];
      for (let n = 0; n < 20; n += 1) {
        seen.push(yield* step('read', () => n), Math.random(), Date.now());
        yield* sleep('1 day');
      }
      seen.push(yield* paid.receive());
      return { seen, at: new Date(), map: new Map([['a', 1]]) };
    });
    const engine = createTestEngine({ workflows: [careful] });
    const run = await engine.start(careful);
    await engine.advance('30 days');
    await run.signal(paid, 1);
    await expect(run.result()).resolves.toMatchObject({ map: new Map([['a', 1]]) });
  });

  it('has nothing against a workflow that fails, is cancelled, or is terminated', async () => {
    const failing = workflow('failing', function* () {
      yield* sleep('1 day');
      throw new Error(`no ${Math.random()}`);
    });
    const waiting = workflow('waiting', function* () {
      try {
        yield* sleep('365 days');
      } finally {
        yield* step('clean up', () => undefined);
      }
    });
    const engine = createTestEngine({ workflows: [failing, waiting] });
    await expect(engine.run(failing)).rejects.toThrow(/^no 0/);
    for (const end of ['cancel', 'terminate'] as const) {
      const run = await engine.start(waiting);
      await engine.settle();
      await run[end]('enough');
      await engine.advance('1h');
    }
  });
});

describe('the check', () => {
  const counting = workflow('counting', function* () {
    let total = 0;
    yield* step('count', () => void (total = 5));
    return total;
  });

  it('is a warning where strict is off', async () => {
    const warnings: unknown[] = [];
    const log = { ...silent, warn: (...values: unknown[]) => void warnings.push(...values) };
    const engine = createTestEngine({ workflows: [counting], strict: false, log });
    await expect(engine.run(counting)).resolves.toBe(5);
    expect(warnings).toEqual([expect.stringContaining('a replay ends with 0')]);
  });

  it('can be turned off', async () => {
    const engine = createTestEngine({ workflows: [counting], checkReplay: false });
    await expect(engine.run(counting)).resolves.toBe(5);
  });
});
