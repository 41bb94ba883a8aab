import { describe, expect, it, vi } from 'vitest';
import {
  CancelledError,
  defineStep,
  gather,
  Lock,
  log,
  NondeterminismError,
  now,
  signal,
  sleep,
  StepFailedError,
  step,
  timeout,
  TimeoutError,
  workflow,
} from 'lull';
import { RunNotFoundError, RunTerminatedError } from 'lull/client';
import { createTestEngine, MemoryStore, RunStuckError } from 'lull/testing';
import { silent } from './silent.ts';

const answered = signal<string>('answered');

const nap = workflow('nap', function* (hours: number) {
  yield* sleep({ hours });
  return `slept ${hours} h`;
});

const ask = workflow('ask', function* () {
  return yield* answered.receive();
});

const charge = defineStep('charge', (cents: number, currency: string) => `${cents} ${currency}`);

const pay = workflow('pay', function* (cents: number) {
  return yield* charge(cents, 'EUR');
});

const failing = workflow('failing', function* () {
  yield* step('break', { retry: false }, () => {
    throw new RangeError('broken');
  });
});

describe('run', () => {
  it('gives the result, and lets the time pass that the workflow takes', async () => {
    const engine = createTestEngine({ workflows: [nap], now: new Date('2026-03-01T00:00:00Z') });
    expect(await engine.run(nap, 240)).toBe('slept 240 h');
    expect(engine.now()).toEqual(new Date('2026-03-11T00:00:00Z'));
  });

  it("rejects with the workflow's own error", async () => {
    const engine = createTestEngine({ workflows: [failing] });
    const error = await engine.run(failing).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StepFailedError);
    expect((error as StepFailedError).cause).toBeInstanceOf(RangeError);
  });

  it('rejects with a CancelledError when the run was cancelled, with the reason as its message', async () => {
    const engine = createTestEngine({ workflows: [nap] });
    const running = engine.run(nap, 1);
    await engine.client.run('run-0001').cancel('enough');
    await expect(running).rejects.toThrow(new CancelledError('enough'));
    await expect(running).rejects.toBeInstanceOf(CancelledError);
  });

  it('rejects with a RunTerminatedError when the run was terminated', async () => {
    const engine = createTestEngine({ workflows: [nap] });
    const running = engine.run(nap, 1);
    await engine.client.run('run-0001').terminate('enough');
    await expect(running).rejects.toBeInstanceOf(RunTerminatedError);
  });

  it('of several at once goes through their times in order', async () => {
    const woken: string[] = [];
    const note = workflow('note', function* (hours: number) {
      yield* sleep({ hours });
      yield* step('note', () => woken.push(`${hours} h`));
    });
    const engine = createTestEngine({ workflows: [note] });
    await Promise.all([engine.run(note, 3), engine.run(note, 1), engine.run(note, 2)]);
    expect(woken).toEqual(['1 h', '2 h', '3 h']);
  });

  it('rejects with what the code cannot follow when the run is blocked, both sides shown', async () => {
    const oldCode = workflow('order', function* () {
      yield* step('reserve', () => 1);
      yield* sleep('1 day');
    });
    const newCode = workflow('order', function* () {
      yield* step('charge', () => 1);
      yield* sleep('1 day');
    });
    const engine = createTestEngine({ workflows: [oldCode], log: silent });
    const run = await engine.start(oldCode);
    await engine.settle();
    await engine.deploy([newCode]);
    const error = await run.result().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NondeterminismError);
    expect((error as Error).message).toContain('"reserve"');
    expect((error as Error).message).toContain('"charge"');
  });
});

describe('a run that can never end', () => {
  it('is an error that names the signal it waits for', async () => {
    const engine = createTestEngine({ workflows: [ask] });
    const error = await engine.run(ask).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunStuckError);
    expect((error as Error).message).toContain('run "run-0001" of workflow "ask"');
    expect((error as Error).message).toContain('signal "answered"');
    expect((error as Error).message).toContain('run.signal(...)');
  });

  it('is an error that says so when its tasks wait for each other', async () => {
    const deadlock = workflow('deadlock', function* () {
      const lock = new Lock();
      yield* lock.acquire();
      yield* lock.acquire();
    });
    const engine = createTestEngine({ workflows: [deadlock] });
    await expect(engine.run(deadlock)).rejects.toThrow('its tasks wait for each other');
  });

  it('ends all the same when the test sends what it waits for beside it', async () => {
    const engine = createTestEngine({ workflows: [ask] });
    const answer = engine.run(ask);
    await engine.settle();
    await engine.client.run('run-0001').signal(answered, 'yes');
    expect(await answer).toBe('yes');
  });
});

describe('start', () => {
  it('begins nothing before time is given to the run', async () => {
    const engine = createTestEngine({ workflows: [pay] });
    const run = await engine.start(pay, 100);
    expect((await run.describe()).status).toBe('pending');
    expect(engine.calls('charge')).toEqual([]);
    await engine.settle();
    expect(engine.calls('charge')).toEqual([[100, 'EUR']]);
    expect((await run.describe()).status).toBe('completed');
  });

  it('takes the options of a client', async () => {
    const engine = createTestEngine({ workflows: [nap] });
    const first = await engine.start(nap, 1, { id: 'mine' });
    const second = await engine.start(nap, 1, { id: 'mine' });
    expect([first.id, second.id]).toEqual(['mine', 'mine']);
  });

  it('gives runs ids that are the same each time', async () => {
    const ids = async (): Promise<string[]> => {
      const engine = createTestEngine({ workflows: [nap] });
      return [(await engine.start(nap, 1)).id, (await engine.start(nap, 1)).id];
    };
    expect(await ids()).toEqual(['run-0001', 'run-0002']);
    expect(await ids()).toEqual(['run-0001', 'run-0002']);
  });
});

describe('result', () => {
  it('moves the clock to the end of the run', async () => {
    const engine = createTestEngine({ workflows: [nap] });
    const before = engine.now().getTime();
    const run = await engine.start(nap, 48);
    expect(await run.result()).toBe('slept 48 h');
    expect(engine.now().getTime() - before).toBe(48 * 3_600_000);
  });

  it('with a timeout moves the clock no further than that, and the run goes on', async () => {
    const engine = createTestEngine({ workflows: [nap] });
    const before = engine.now().getTime();
    const run = await engine.start(nap, 48);
    await expect(run.result({ timeout: '1h' })).rejects.toBeInstanceOf(TimeoutError);
    expect(engine.now().getTime() - before).toBe(3_600_000);
    expect(await run.result({ timeout: '47h' })).toBe('slept 48 h');
  });

  it('with a timeout is a TimeoutError also for a run that can never end', async () => {
    const engine = createTestEngine({ workflows: [ask] });
    const run = await engine.start(ask);
    await expect(run.result({ timeout: '1 day' })).rejects.toThrow('it is suspended');
  });

  it('of a run that is not there is a RunNotFoundError', async () => {
    const engine = createTestEngine({ workflows: [ask] });
    await expect(engine.client.run('nobody').result()).rejects.toBeInstanceOf(RunNotFoundError);
  });

  it('may be waited for by describe', async () => {
    const engine = createTestEngine({ workflows: [nap] });
    const run = await engine.start(nap, 2);
    expect((await run.describe({ wait: '1h' })).status).toBe('suspended');
    expect((await run.describe({ wait: '1h' })).status).toBe('completed');
  });
});

describe('settle and advance', () => {
  it('settle does not move the clock', async () => {
    const engine = createTestEngine({ workflows: [nap] });
    const run = await engine.start(nap, 1);
    await engine.settle();
    await engine.settle();
    expect((await run.describe()).status).toBe('suspended');
    expect(engine.now()).toEqual(new Date('2030-01-01T00:00:00Z'));
  });

  it('advance stops exactly where it was told to', async () => {
    const engine = createTestEngine({ workflows: [nap] });
    const run = await engine.start(nap, 1);
    await engine.advance('59m');
    expect((await run.describe()).status).toBe('suspended');
    await engine.advance('1m');
    expect((await run.describe()).status).toBe('completed');
    expect(engine.now()).toEqual(new Date('2030-01-01T01:00:00Z'));
  });

  it('advance does everything on the way at its own time', async () => {
    const seen: string[] = [];
    const tick = workflow('tick', function* () {
      for (let count = 0; count < 4; count += 1) {
        yield* sleep('8h');
        const time = now().toISOString();
        yield* step('note', () => seen.push(time));
      }
    });
    const engine = createTestEngine({ workflows: [tick] });
    await engine.start(tick);
    await engine.advance('1 day');
    expect(seen).toEqual(['2030-01-01T08:00:00.000Z', '2030-01-01T16:00:00.000Z', '2030-01-02T00:00:00.000Z']);
  });

  it('advance by nothing is settle', async () => {
    const engine = createTestEngine({ workflows: [pay] });
    const run = await engine.start(pay, 1);
    await engine.advance(0);
    expect((await run.describe()).status).toBe('completed');
  });
});

describe('a store of its own', () => {
  it('keeps runs for another engine', async () => {
    const store = new MemoryStore();
    const first = createTestEngine({ workflows: [nap], store });
    const run = await first.start(nap, 24 * 90);
    await first.advance('1 day');
    const second = createTestEngine({ workflows: [nap], store, now: first.now() });
    expect(await second.client.run(run.id).result()).toBe('slept 2160 h');
    expect((await second.start(nap, 1)).id).not.toBe(run.id);
  });
});

describe('history', () => {
  it('tells what has happened, oldest first', async () => {
    const engine = createTestEngine({ workflows: [pay] });
    const run = await engine.start(pay, 3);
    await run.result();
    const kinds = (await engine.history(run)).map(({ kind }) => kind);
    expect(kinds).toEqual(['started', 'step', 'step-completed', 'completed']);
    expect((await engine.history(run.id)).length).toBe(kinds.length);
  });
});

describe('what is wrong with the engine itself', () => {
  class Broken extends MemoryStore {
    override async putRecord(): Promise<never> {
      throw new RangeError('out of paper');
    }
  }

  it('is thrown to whoever drives it, not swallowed', async () => {
    const engine = createTestEngine({ workflows: [pay], store: new Broken() });
    await engine.start(pay, 1);
    await expect(engine.settle()).rejects.toThrow(new RangeError('out of paper'));
    await engine.start(pay, 1);
    await expect(engine.advance('1m')).rejects.toThrow('out of paper');
    await expect(engine.run(pay, 1)).rejects.toThrow('out of paper');
  });
});

describe('list', () => {
  it('gives the runs there are, newest first', async () => {
    const engine = createTestEngine({ workflows: [nap, ask] });
    await engine.run(nap, 1);
    await engine.start(ask);
    await engine.settle();
    expect((await engine.list()).map(({ id, status }) => [id, status])).toEqual([
      ['run-0002', 'suspended'],
      ['run-0001', 'completed'],
    ]);
    expect((await engine.list({ workflow: 'nap' })).map(({ id }) => id)).toEqual(['run-0001']);
  });
});

describe('options', () => {
  it('strict is the default: what nobody awaits is an error with its place', async () => {
    const forgetful = workflow('forgetful', function* () {
      sleep('1s');
    });
    await expect(createTestEngine({ workflows: [forgetful] }).run(forgetful)).rejects.toThrow(
      /sleep\("1s"\) \(at create-test-engine\.test\.ts:\d+:\d+\) was created and never awaited/,
    );
    const lenient = createTestEngine({ workflows: [forgetful], strict: false, log: silent });
    await lenient.run(forgetful);
  });

  it('log takes what workflows and steps say, once, however often the run is rebuilt', async () => {
    const said: unknown[] = [];
    const talkative = workflow('talkative', function* () {
      log.info('begin');
      yield* step('work', ({ log: stepLog }) => {
        stepLog.info('working');
      });
      yield* sleep('1h');
      log.info('end');
    });
    const logger = { ...silent, info: (value: unknown) => said.push(value) };
    await createTestEngine({ workflows: [talkative], log: logger, rebuildAtEveryAwait: true }).run(talkative);
    expect(said).toEqual(['begin', 'working', 'end']);
  });

  it('rebuildAtEveryAwait runs the code again from the start at each await', async () => {
    let begun = 0;
    const counting = workflow('counting', function* () {
      begun += 1;
      yield* sleep('1h');
      yield* step('work', () => 1);
      yield* gather([sleep('1h'), sleep('2h')]);
    });
    await createTestEngine({ workflows: [counting], checkReplay: false }).run(counting);
    expect(begun).toBe(1);
    begun = 0;
    await createTestEngine({ workflows: [counting], rebuildAtEveryAwait: true }).run(counting);
    expect(begun).toBeGreaterThanOrEqual(5);
  });

  it('seed decides the delays of retries', async () => {
    const flaky = workflow('flaky', function* () {
      yield* step('flaky', ({ attempt }) => {
        if (attempt < 5) throw new Error('not yet');
      });
    });
    const took = async (seed: number): Promise<number> => {
      const engine = createTestEngine({ workflows: [flaky], seed });
      await engine.run(flaky);
      return engine.now().getTime();
    };
    expect(await took(7)).toBe(await took(7));
    expect(await took(7)).not.toBe(await took(8));
  });

  it("settings are the engine's", async () => {
    const engine = createTestEngine({ workflows: [nap], settings: { version: 'v7' } });
    const run = await engine.start(nap, 1);
    await engine.settle();
    expect((await engine.history(run))[0]?.version).toBe('v7');
  });

  it('are read strictly', () => {
    expect(() => createTestEngine({ workflows: [nap], clock: 1 } as never)).toThrow('has no option "clock"');
    expect(() => createTestEngine({ workflows: [nap], now: new Date('x') })).toThrow('give a valid Date');
    expect(() => createTestEngine({ workflows: [] })).toThrow('the array of workflows is empty');
  });

  it('log is the console unless given: warnings and errors alone', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const info = vi.spyOn(console, 'info').mockReturnValue();
    const talkative = workflow('talkative', function* () {
      log.info('not this');
      log.warn('this');
    });
    await createTestEngine({ workflows: [talkative] }).run(talkative);
    expect(warn.mock.calls.map(([first]) => first as unknown)).toEqual(['this']);
    expect(info).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});

it('the limits of awaits count in the time of the test', async () => {
  const patient = workflow('patient', function* () {
    try {
      return yield* timeout('30 days', answered.receive());
    } catch (error) {
      if (error instanceof TimeoutError) return 'nobody answered';
      throw error;
    }
  });
  expect(await createTestEngine({ workflows: [patient] }).run(patient)).toBe('nobody answered');
});
