import { beforeEach, describe, expect, it } from 'vitest';
import {
  createTask,
  random,
  uuid,
  defineStep,
  gather,
  isCancelled,
  saga,
  signal,
  sleep,
  step,
  StepFailedError,
  timeout,
  TimeoutError,
  workflow,
} from 'lull';
import { crashEverywhere, OutcomeChangedError, type TestEngine } from 'lull/testing';
import { silent } from './silent.ts';

const approved = signal<{ by: string }>('approved');
const charge = defineStep('charge', (cents: number) => `charged ${cents}`);

const order = workflow('order', function* (cents: number) {
  const payment = yield* charge(cents);
  yield* sleep('3 days');
  const [stock, label] = yield* gather([step('reserve', async () => 7), step('label', () => 'label')]);
  const { by } = yield* timeout('7 days', approved.receive());
  return { payment, stock, label, by };
});

async function orderScenario(engine: TestEngine): Promise<void> {
  const run = await engine.start(order, 3);
  await engine.advance('4 days');
  await run.signal(approved, { by: 'Ann' });
  expect(await run.result()).toEqual({ payment: 'charged 3', stock: 7, label: 'label', by: 'Ann' });
}

describe('an honest workflow passes', () => {
  it('with steps, timers, signals and limits', async () => {
    const { points } = await crashEverywhere({ workflows: [order], scenario: orderScenario });
    expect(points).toBeGreaterThan(25);
  });

  it('rebuilt at every await', async () => {
    await crashEverywhere({ workflows: [order], scenario: orderScenario, rebuildAtEveryAwait: true });
  });

  it('with dice and dates', async () => {
    const dicing = workflow('dicing', function* () {
      const names = [uuid(), random(), Math.random()];
      yield* step('work', () => 1);
      yield* sleep('1 day');
      return [...names, uuid(), new Date()];
    });
    await crashEverywhere({
      workflows: [dicing],
      scenario: async (engine) => {
        await engine.run(dicing);
      },
    });
  });

  it('when steps fail, are tried again, and are undone', async () => {
    const undoing = workflow('undoing', function* () {
      try {
        return yield* saga(function* (undo) {
          yield* step('book', () => 'booked');
          undo.onFailure(() => step('unbook', () => 'unbooked')[Symbol.iterator]() as never);
          yield* step('pay', { retry: { maxAttempts: 2, firstDelay: '10m' } }, () => {
            throw new Error('no money');
          });
        });
      } catch (error) {
        if (!(error instanceof StepFailedError)) throw error;
        return error.step;
      }
    });
    await crashEverywhere({
      workflows: [undoing],
      scenario: async (engine) => {
        expect(await engine.run(undoing)).toBe('pay');
      },
    });
  });

  it('when it fails, is cancelled and cleans up, or is terminated', async () => {
    const patient = workflow('patient', function* (kind: string) {
      try {
        yield* sleep('1 day');
      } catch (error) {
        if (isCancelled(error)) yield* step('clean', () => 'cleaned');
        throw error;
      }
      if (kind === 'fails') throw new RangeError('too late');
    });
    await crashEverywhere({
      workflows: [patient],
      scenario: async (engine) => {
        const failing = await engine.start(patient, 'fails');
        const cancelled = await engine.start(patient, 'is cancelled');
        const terminated = await engine.start(patient, 'is terminated');
        await engine.advance('1h');
        await cancelled.cancel('no need');
        await terminated.terminate('enough');
        await expect(failing.result()).rejects.toThrow('too late');
        await expect(cancelled.result()).rejects.toThrow('no need');
        await expect(terminated.result()).rejects.toThrow('enough');
      },
    });
  });

  it('when time limits meet steps that hang', async () => {
    const impatient = workflow('impatient', function* () {
      try {
        return yield* timeout(
          '5m',
          step('hang', () => new Promise<string>(() => {})),
        );
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        return 'too late';
      }
    });
    await crashEverywhere({
      workflows: [impatient],
      scenario: async (engine) => {
        expect(await engine.run(impatient)).toBe('too late');
      },
    });
  });

  it('when messages come in a crowd', async () => {
    const collect = workflow('collect', function* () {
      const names: string[] = [];
      while (names.length < 5) names.push((yield* approved.receive()).by);
      return names;
    });
    await crashEverywhere({
      workflows: [collect],
      scenario: async (engine) => {
        const run = await engine.start(collect, undefined, { id: 'crowd' });
        for (const by of ['a', 'b', 'c', 'd', 'e']) await run.signal(approved, { by });
        expect(await run.result()).toEqual(['a', 'b', 'c', 'd', 'e']);
      },
    });
  });
});

describe('what a crash changes is found', () => {
  let begun = 0;

  beforeEach(() => {
    begun = 0;
  });

  const failure = async (play: Promise<unknown>): Promise<OutcomeChangedError> => {
    const error = await play.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OutcomeChangedError);
    return error as OutcomeChangedError;
  };

  /** Its result says how often its only step was begun, in this engine. */
  const counting = workflow('counting', function* () {
    return yield* step('count', () => {
      begun += 1;
      return begun;
    });
  });

  const scenario = async (engine: TestEngine): Promise<void> => {
    begun = 0;
    await engine.run(counting);
  };

  it('in the steps that are begun, though the result is the same', async () => {
    let isOdd = false;
    const hidden = workflow('hidden', function* () {
      isOdd = !isOdd;
      for (let count = isOdd ? 1 : 2; count > 0; count -= 1) createTask(step('extra', () => new Promise(() => {})));
      yield* sleep('1s');
    });
    const playing = async (engine: TestEngine): Promise<void> => {
      isOdd = false;
      await engine.run(hidden);
    };
    const only = 'before putRecord #1 of run-0001';
    const error = await failure(crashEverywhere({ workflows: [hidden], scenario: playing, only }));
    expect(error.message).toContain('step "extra#3" of run-0001 with the idempotency key ');
  });

  it('in the result of a step, with the point and both outcomes', async () => {
    const error = await failure(crashEverywhere({ workflows: [counting], scenario }));
    expect(error.point).toBe('after step "count" #1 of run-0001');
    expect(error.message).toContain('with a crash after step "count" #1 of run-0001, the outcome changes');
    expect(error.message).toContain('run-0001: completed with 1');
    expect(error.message).toContain('run-0001: completed with 2');
    expect(error.message).toContain('only: "after step \\"count\\" #1 of run-0001"');
  });

  it('at that point alone, when it is asked for alone', async () => {
    const only = 'after step "count" #1 of run-0001';
    const error = await failure(crashEverywhere({ workflows: [counting], scenario, only }));
    expect(error.point).toBe(only);
    expect(await crashEverywhere({ workflows: [counting], scenario, only: 'before take #1 of run-0001' })).toEqual({
      points: 1,
    });
  });

  it("in the scenario's own assertions, with the assertion as the cause", async () => {
    const asserting = async (engine: TestEngine): Promise<void> => {
      begun = 0;
      engine.mockStep('count', () => {
        begun += 1;
        return 'the same';
      });
      await engine.run(counting);
      expect(begun).toBe(1);
    };
    const error = await failure(crashEverywhere({ workflows: [counting], scenario: asserting }));
    expect(error.message).toContain('the scenario fails: expected 2 to be 1');
    expect((error.cause as Error).name).toBe('AssertionError');
  });

  it('when code that is not deterministic cannot follow its journal', async () => {
    let odd = false;
    const fickle = workflow('fickle', function* () {
      odd = !odd;
      yield* step(odd ? 'odd' : 'even', () => 1);
      yield* sleep('1h');
    });
    const playing = async (engine: TestEngine): Promise<void> => {
      odd = false;
      await engine.run(fickle);
    };
    const error = await failure(
      crashEverywhere({
        workflows: [fickle],
        scenario: playing,
        only: 'after putRecord #1 of run-0001',
        log: silent,
      }),
    );
    expect(error.message).toContain('cannot follow its journal');
  });
});

describe('a scenario', () => {
  it('that fails by itself fails with its own error', async () => {
    const scenario = async (): Promise<void> => {
      throw new RangeError('wrong');
    };
    await expect(crashEverywhere({ workflows: [order], scenario })).rejects.toBeInstanceOf(RangeError);
  });

  it('that is different each time is told so', async () => {
    const dice = workflow('dice', function* () {
      return yield* step('roll', () => performance.now());
    });
    const scenario = async (engine: TestEngine): Promise<void> => {
      await engine.run(dice);
    };
    await expect(crashEverywhere({ workflows: [dice], scenario })).rejects.toThrow('Mock the steps whose results');
  });

  it('that ends while a step is still running is inconclusive, and does not pass', async () => {
    const hanging = workflow('hanging', function* () {
      yield* step('hang', () => new Promise(() => {}));
    });
    const scenario = async (engine: TestEngine): Promise<void> => {
      await engine.start(hanging, undefined, { id: 'never-ends' });
    };
    await expect(crashEverywhere({ workflows: [hanging], scenario })).rejects.toMatchObject({
      code: 'INCONCLUSIVE',
      message: expect.stringContaining('never-ends has not come to rest') as string,
    });
  });

  it('may end while a run waits for a timer or a signal: that is at rest', async () => {
    const waiting = workflow('waiting', function* () {
      yield* step('work', () => 1);
      yield* approved.receive();
    });
    const scenario = async (engine: TestEngine): Promise<void> => {
      await engine.start(waiting);
    };
    expect((await crashEverywhere({ workflows: [waiting], scenario })).points).toBeGreaterThan(0);
  });

  it('has no other points than its own', async () => {
    const only = 'before lunch';
    await expect(crashEverywhere({ workflows: [order], scenario: orderScenario, only })).rejects.toThrow(
      'crashEverywhere has no point "before lunch": there are ',
    );
  });

  it('is also played with every message twice', async () => {
    const sent: number[] = [];
    await crashEverywhere({
      workflows: [order],
      only: 'every message twice',
      scenario: async (engine) => {
        await orderScenario(engine);
        const history = await engine.history('run-0001');
        sent.push(history.filter(({ kind }) => kind === 'signal-received').length);
      },
    });
    expect(sent).toEqual([1, 1, 1]);
  });
});
