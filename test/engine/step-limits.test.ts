import { describe, expect, it } from 'vitest';
import {
  gather,
  LullError,
  sleep,
  step,
  type StepContext,
  StepFailedError,
  type StepOptions,
  timeout,
  TimeoutError,
  workflow,
} from 'lull';
import { createTestEngine, type TestEngine, type TestEngineOptions } from 'lull/testing';
import { silent } from '../testing/silent.ts';

const hang = (): Promise<never> => new Promise(() => {});

function oneStep(options: StepOptions, engineOptions: Partial<TestEngineOptions> = {}) {
  const single = workflow('single', function* () {
    return yield* step<unknown>('work', options, hang);
  });
  const engine = createTestEngine({ workflows: [single], log: silent, ...engineOptions });
  return {
    engine,
    run: () => engine.run(single),
    start: () => engine.start(single),
    secondsPassed: () => passed(engine),
  };
}

function passed(engine: TestEngine): number {
  return (engine.now().getTime() - Date.UTC(2030, 0, 1)) / 1_000;
}

async function failureOf(play: Promise<unknown>): Promise<StepFailedError> {
  const error = await play.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StepFailedError);
  return error as StepFailedError;
}

describe('timeout, the limit of one attempt', () => {
  it('aborts the signal, counts as a failure and is followed by another attempt', async () => {
    const { engine, run, secondsPassed } = oneStep({ timeout: '10s', retry: { maxAttempts: 2, jitter: 0 } });
    const reasons: unknown[] = [];
    engine.mockStep('work', ({ signal }: StepContext) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return hang();
    });
    const error = await failureOf(run());
    expect(error.attempts).toBe(2);
    expect(error.cause).toBeInstanceOf(TimeoutError);
    expect((error.cause as Error).message).toBe('step "work" took longer than its timeout of "10s"');
    expect(reasons.length).toBe(2);
    expect(reasons[0]).toBeInstanceOf(TimeoutError);
    expect(secondsPassed()).toBe(10 + 1 + 10);
  });

  it('does not touch a body that ends in time', async () => {
    const { engine, run } = oneStep({ timeout: '10s' });
    engine.mockStep('work', async () => 'in time');
    expect(await run()).toBe('in time');
  });

  it('makes a result that comes later count for nothing', async () => {
    const { engine, start } = oneStep({ timeout: '10s', retry: { maxAttempts: 2, jitter: 0 } });
    const ends: ((value: string) => void)[] = [];
    engine.mockStep('work', () => new Promise<string>((resolve) => ends.push(resolve)));
    const run = await start();
    await engine.advance('12s');
    ends[0]!('of the first attempt');
    await engine.settle();
    expect((await run.describe()).status).toBe('running');
    ends[1]!('of the second attempt');
    expect(await run.result()).toBe('of the second attempt');
  });
});

describe('totalTimeout, the limit of all attempts', () => {
  it('ends the attempt that is running, for good', async () => {
    const { engine, run, secondsPassed } = oneStep({ totalTimeout: '25s', timeout: '10s', retry: { jitter: 0 } });
    const error = await failureOf(run());
    // 0 to 10, 11 to 21, 23 to 25
    expect(engine.calls('work').length).toBe(3);
    expect(secondsPassed()).toBe(25);
    expect((error.cause as Error).message).toBe('step "work" was not done within its totalTimeout of "25s"');
  });

  it('is no reason to wait for an attempt that would come too late', async () => {
    const { engine, run, secondsPassed } = oneStep({ totalTimeout: '5s', retry: { firstDelay: '10s', jitter: 0 } });
    engine.mockStep('work', () => {
      throw new Error('no');
    });
    const error = await failureOf(run());
    expect(engine.calls('work').length).toBe(1);
    expect(secondsPassed()).toBe(0);
    expect((error.cause as Error).message).toBe('no');
  });

  it('goes on counting while no worker runs', async () => {
    const { engine, start } = oneStep({ totalTimeout: '100s' });
    const run = await start();
    await engine.settle();
    await engine.crash();
    await expect(run.result()).rejects.toThrow('was not done within its totalTimeout');
    expect(passed(engine)).toBe(100);
  });
});

describe('heartbeatTimeout, the limit of silence', () => {
  it('fails an attempt that gives no sign of life', async () => {
    const { run, secondsPassed } = oneStep({ heartbeatTimeout: '30s', retry: false });
    const error = await failureOf(run());
    expect((error.cause as Error).message).toBe('step "work" gave no heartbeat for "30s"');
    expect(secondsPassed()).toBe(30);
  });

  it('leaves alone an attempt that does', async () => {
    const { engine, start } = oneStep({ heartbeatTimeout: '30s', retry: false });
    let beat = (): void => undefined;
    let end = (_value: string): void => undefined;
    engine.mockStep('work', ({ heartbeat }: StepContext) => {
      beat = () => heartbeat();
      return new Promise<string>((resolve) => {
        end = resolve;
      });
    });
    const run = await start();
    for (let count = 0; count < 20; count += 1) {
      await engine.advance('29s');
      beat();
    }
    end('alive');
    expect(await run.result()).toBe('alive');
  });

  it('counts from the last heartbeat', async () => {
    const { engine, start, secondsPassed } = oneStep({ heartbeatTimeout: '30s', retry: false });
    let beat = (): void => undefined;
    engine.mockStep('work', ({ heartbeat }: StepContext) => {
      beat = () => heartbeat();
      return hang();
    });
    const run = await start();
    await engine.advance('20s');
    beat();
    await expect(run.result()).rejects.toThrow('gave no heartbeat');
    expect(secondsPassed()).toBe(50);
  });
});

describe('the details of a heartbeat', () => {
  it('are what the next attempt finds, after a failure', async () => {
    const { engine, run } = oneStep({ retry: { maxAttempts: 3 } });
    engine.mockStep('work', ({ attempt, heartbeat, lastHeartbeat }: StepContext) => {
      if (attempt === 3) return lastHeartbeat;
      heartbeat({ row: attempt * 10, seen: new Set([attempt]) });
      throw new Error('again');
    });
    expect(await run()).toEqual({ row: 20, seen: new Set([2]) });
  });

  it('are there after a crash too, if they were recorded by then', async () => {
    const { engine, start } = oneStep({});
    let beat = (_details: unknown): void => undefined;
    engine.mockStep('work', ({ attempt, heartbeat, lastHeartbeat }: StepContext) => {
      if (attempt > 1) return lastHeartbeat;
      beat = heartbeat;
      return hang();
    });
    const run = await start();
    for (let row = 1; row <= 5; row += 1) {
      await engine.advance('12s');
      beat({ row });
      await engine.settle();
    }
    await engine.crash();
    expect(await run.result()).toEqual({ row: 5 });
  });

  it('are recorded now and then, not each time', async () => {
    const { engine, start } = oneStep({});
    let beat = (_details: unknown): void => undefined;
    let end = (): void => undefined;
    engine.mockStep('work', ({ heartbeat }: StepContext) => {
      beat = heartbeat;
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    });
    const run = await start();
    for (let row = 0; row < 600; row += 1) {
      await engine.advance(100);
      beat({ row });
    }
    end();
    await run.result();
    const recorded = (await engine.history(run)).filter(({ kind }) => kind === 'step-heartbeat');
    expect(recorded.length).toBeGreaterThanOrEqual(3);
    expect(recorded.length).toBeLessThanOrEqual(7);
  });

  it('that cannot be stored are an error of the body that gave them', async () => {
    const { engine, run } = oneStep({ retry: false });
    engine.mockStep('work', ({ heartbeat }: StepContext) => {
      heartbeat({ on: () => 1 });
    });
    const error = await failureOf(run());
    expect((error.cause as Error).message).toContain('the heartbeat details of step "work"');
  });

  it('are undefined where there was none', async () => {
    const { engine, run } = oneStep({});
    engine.mockStep('work', ({ lastHeartbeat }: StepContext) => [lastHeartbeat]);
    expect(await run()).toEqual([undefined]);
  });
});

describe("near the end of a worker's invocation", () => {
  it('a step is told, and is tried again by the next one', async () => {
    const { engine, run, secondsPassed } = oneStep(
      { retry: { maxAttempts: 3, jitter: 0 } },
      { invocationLimit: '60s' },
    );
    const reasons: unknown[] = [];
    engine.mockStep('work', ({ attempt, signal }: StepContext) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return attempt === 2 ? 'second time' : hang();
    });
    expect(await run()).toBe('second time');
    expect((reasons[0] as LullError).code).toBe('STEP_INTERRUPTED');
    expect(secondsPassed()).toBeLessThanOrEqual(60 + 1);
    expect(secondsPassed()).toBeGreaterThanOrEqual(57);
  });

  it('remainingMs says how long there is, to the limit that comes first', async () => {
    const remaining: number[] = [];
    const limits: StepOptions[] = [{}, { timeout: '10s' }, { totalTimeout: '20s' }, { timeout: '2m' }];
    for (const options of limits) {
      const { engine, run } = oneStep(options, { invocationLimit: '60s' });
      engine.mockStep('work', ({ remainingMs }: StepContext) => remaining.push(remainingMs()));
      await run();
    }
    expect(remaining).toEqual([57_000, 10_000, 20_000, 57_000]);
  });

  it('no new step begins: it waits for the next invocation', async () => {
    const both = workflow('both', function* () {
      yield* gather([
        step('long', { retry: false }, () => hang()),
        (function* () {
          yield* sleep('57s 500ms');
          yield* step('late', () => 1);
        })(),
      ]);
    });
    const engine = createTestEngine({ workflows: [both], invocationLimit: '60s', log: silent });
    const run = await engine.start(both);
    await engine.advance('57s 400ms');
    expect(engine.calls('late').length).toBe(0);
    await run.result().catch(() => undefined);
    expect(passed(engine)).toBeLessThanOrEqual(60);
  });
});

describe('maxStepsInFlight', () => {
  it('lets so many bodies run at the same time, and the others in the order of asking', async () => {
    const many = workflow('many', function* () {
      return yield* gather(Array.from({ length: 20 }, (_, index) => step(`step ${index}`, () => index)));
    });
    const engine = createTestEngine({ workflows: [many], settings: { maxStepsInFlight: 3 } });
    let running = 0;
    let most = 0;
    const order: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      engine.mockStep(`step ${index}`, async () => {
        order.push(index);
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return index;
      });
    }
    expect(await engine.run(many)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(most).toBe(3);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('counts a step that is withdrawn no more', async () => {
    const racing = workflow('racing', function* () {
      const results: string[] = [];
      for (let round = 0; round < 3; round += 1) {
        try {
          yield* timeout('1s', step('hang', hang));
        } catch (error) {
          if (!(error instanceof TimeoutError)) throw error;
          results.push('late');
        }
      }
      return results;
    });
    const engine = createTestEngine({ workflows: [racing], settings: { maxStepsInFlight: 1 } });
    expect(await engine.run(racing)).toEqual(['late', 'late', 'late']);
    expect(engine.calls('hang').length).toBe(3);
  });
});
