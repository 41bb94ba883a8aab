import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTask, gather, LullError, signal, sleep, step, StepFailedError, type StepContext, workflow } from 'lull';
import { RunFailedError } from 'lull/client';
import { createTestEngine, type TestEngine } from 'lull/testing';
import { silent } from '../testing/silent.ts';
import { promisesToGoOn, SmallCloud } from '../engine/small-cloud.ts';
import { interleave } from './interleaving.ts';

const NAMES = ['charge', 'reserve', 'label', 'mail', 'archive'];

const order = workflow('order', function* () {
  const charged = yield* step('charge', () => 'charged');
  const [reserved, labelled] = yield* gather([step('reserve', () => 'reserved'), step('label', () => 'labelled')]);
  yield* sleep('10m');
  const mailed = yield* step('mail', () => 'mailed');
  yield* sleep('10m');
  const archived = yield* step('archive', () => 'archived');
  return [charged, reserved, labelled, mailed, archived];
});

interface Begun {
  readonly key: string;
  readonly attempt: number;
}

/** Each step hangs that often before it ends, so that a crash finds it at work; notes each body that was begun. */
function hangingSteps(engine: TestEngine, hangs: readonly number[]): Map<string, Begun[]> {
  const begun = new Map<string, Begun[]>();
  for (const [index, name] of NAMES.entries()) {
    begun.set(name, []);
    engine.mockStep(name, ({ idempotencyKey: key, attempt }: StepContext) => {
      begun.get(name)!.push({ key, attempt });
      return begun.get(name)!.length <= hangs[index]! ? new Promise(() => {}) : `${name} done`;
    });
  }
  return begun;
}

describe("I5: a step's body runs at least once, and its result is recorded once", () => {
  it('whenever the workers crash', async () => {
    const crashes = fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 4 });
    const hangs = fc.tuple(...NAMES.map(() => fc.constantFrom(0, 0, 1, 2)));
    await fc.assert(
      fc.asyncProperty(crashes, hangs, async (pauses, hanging) => {
        const engine = createTestEngine({ workflows: [order], log: silent });
        const begun = hangingSteps(engine, hanging);
        const run = await engine.start(order);
        for (const ms of pauses) {
          await engine.advance(ms);
          await engine.crash();
        }
        expect(await run.result()).toEqual(NAMES.map((name) => `${name} done`));

        const history = await engine.history(run);
        const completed = history.filter(({ kind }) => kind === 'step-completed');
        expect(completed.map(({ name }) => name).sort()).toEqual([...NAMES].sort());
        const keys = NAMES.map((name) => new Set(begun.get(name)!.map(({ key }) => key)));
        for (const [index, name] of NAMES.entries()) {
          expect(begun.get(name)!.length).toBeGreaterThanOrEqual(1);
          expect(keys[index]!.size).toBe(1); // all attempts share the key
        }
        expect(new Set(keys.flatMap((set) => [...set])).size).toBe(NAMES.length); // and no other step has it
      }),
      { numRuns: 25 },
    );
  });

  it('whatever the order in which the calls of several workers reach the table', async () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const played = await interleave({ seed, workflows: [order], workers: 3 });
      const entries = played.records.flatMap((record) => record.entries);
      const ends = entries.flatMap((entry) => (entry.kind === 'step-completed' ? [entry.id] : []));
      expect(new Set(ends).size, `seed ${seed}`).toBe(ends.length);
      expect(ends.length).toBe(NAMES.length);
      const keys = NAMES.map((name) => new Set(played.begun.filter((one) => one.name === name).map(({ key }) => key)));
      for (const set of keys) expect(set.size).toBe(1);
    }
  });

  it('attempts after failures share the key too, and count up', async () => {
    const flaky = workflow('flaky', function* () {
      yield* step('flaky', ({ attempt }) => {
        if (attempt < 4) throw new Error('not yet');
      });
    });
    const engine = createTestEngine({ workflows: [flaky] });
    await engine.run(flaky);
    const contexts = engine.calls('flaky') as StepContext[];
    expect(contexts.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    expect(new Set(contexts.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });

  it('two steps of one name have two keys, and two runs have none in common', async () => {
    const twice = workflow('twice', function* () {
      yield* step('same', () => 1);
      yield* step('same', () => 2);
    });
    const engine = createTestEngine({ workflows: [twice] });
    await engine.run(twice);
    await engine.run(twice);
    const keys = (engine.calls('same') as StepContext[]).map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(4);
  });
});

describe('I5: atMostOnce', () => {
  const once = workflow('once', function* () {
    yield* step('pay', { atMostOnce: true }, () => new Promise(() => {}));
  });

  const failureOf = async (play: Promise<unknown>): Promise<StepFailedError> => {
    const error = await play.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StepFailedError);
    return error as StepFailedError;
  };

  it('begins no body a second time after a crash: the step has failed', async () => {
    const engine = createTestEngine({ workflows: [once] });
    const run = await engine.start(once);
    await engine.settle();
    await engine.crash();
    const failed = await run.result().catch((thrown: unknown) => thrown);
    expect(failed).toBeInstanceOf(RunFailedError);
    const error = (failed as RunFailedError).cause as StepFailedError;
    expect(engine.calls('pay').length).toBe(1);
    expect((error.cause as LullError).code).toBe('STEP_INTERRUPTED');
    expect((error.cause as LullError).message).toContain('to run at most once');
  });

  it('begins the body when the worker died before it could have', async () => {
    const paying = workflow('paying', function* () {
      yield* sleep('1h');
      return yield* step('pay', { atMostOnce: true }, () => 'paid');
    });
    const engine = createTestEngine({ workflows: [paying] });
    const run = await engine.start(paying);
    await engine.advance('30m');
    await engine.crash();
    expect(await run.result()).toBe('paid');
  });

  it('begins the body when the worker died between two records of one delivery, before the one that asks for it', async () => {
    const paying = workflow('paying', function* () {
      return yield* step('pay', { atMostOnce: true }, () => 'paid');
    });
    const cloud = new SmallCloud([paying]);
    const run = await cloud.client.start(paying);
    let puts = 0;
    const dying = cloud.worker({
      maxRecordBytes: 1, // a record for each entry
      around: async ({ operation }, go) => {
        if (operation === 'putRecord') puts += 1;
        return puts === 2 ? new Promise(() => {}) : go();
      },
    });
    void dying.turn(run.id);
    await promisesToGoOn();
    expect((await cloud.entries(run.id)).map(({ kind }) => kind)).toEqual(['started']);
    cloud.clock.moveTo(cloud.clock.nowMs() + 30_000);
    await cloud.worker().turn(run.id);
    expect(await run.result({ timeout: 0 })).toBe('paid');
  });

  it('does not try again after a failure', async () => {
    const failing = workflow('failing', function* () {
      yield* step('pay', { atMostOnce: true, retry: { maxAttempts: 9 } }, () => {
        throw new Error('declined');
      });
    });
    const engine = createTestEngine({ workflows: [failing] });
    const error = await failureOf(engine.run(failing));
    expect(error.attempts).toBe(1);
    expect(engine.calls('pay').length).toBe(1);
  });

  it('does not try again after the end of the invocation', async () => {
    const engine = createTestEngine({ workflows: [once] });
    await failureOf(engine.run(once));
    expect(engine.calls('pay').length).toBe(1);
    expect(engine.now().getTime() - Date.UTC(2030, 0, 1)).toBeLessThanOrEqual(900_000);
  });
});

it('I5: a step that waits for its next attempt has lost nothing when a worker dies', async () => {
  const flaky = workflow('flaky', function* () {
    createTask(signal('wake up').receive());
    return yield* step('flaky', { retry: { firstDelay: '1h', maxDelay: '1h' } }, ({ attempt }) => {
      if (attempt === 1) throw new Error('not yet');
      return 'done';
    });
  });
  const cloud = new SmallCloud([flaky]);
  const run = await cloud.client.start(flaky);
  const worker = cloud.worker({ maxInterruptions: 0 });
  await worker.turn(run.id);
  await run.signal('wake up');
  const dying = cloud.worker({
    around: async ({ operation }, go) => (operation === 'release' ? new Promise(() => {}) : go()),
  });
  void dying.turn(run.id);
  await promisesToGoOn();
  cloud.clock.moveTo(cloud.clock.nowMs() + 30_000);
  expect(await worker.turn(run.id)).toMatchObject({ kind: 'suspended' });
  cloud.clock.moveTo(cloud.clock.nowMs() + 2 * 3_600_000);
  await worker.turn(run.id);
  expect(await run.result({ timeout: 0 })).toBe('done');
});

it('I5: a step that loses its worker over and over has failed in the end', async () => {
  const deadly = workflow('deadly', function* () {
    yield* step('deadly', () => new Promise(() => {}));
  });
  const engine = createTestEngine({ workflows: [deadly], settings: { maxInterruptions: 3 } });
  const run = await engine.start(deadly);
  let crashes = 0;
  for (; crashes < 20 && (await run.describe()).status !== 'failed'; crashes += 1) {
    await engine.advance('1m');
    await engine.crash();
  }
  expect(engine.calls('deadly').length).toBe(4);
  await expect(run.result()).rejects.toThrow('4 workers were lost while step "deadly" was running');
});
