// I10: a journal does not grow without end. At a limit the code is asked to stop, and has a tenth more to do so.
import { describe, expect, it } from 'vitest';
import { gather, signal, sleep, step, workflow, type Logger } from 'lull';
import { createTestEngine } from 'lull/testing';
import type { LullError } from '../../lib/core/errors.ts';
import type { EngineSettings } from '../../lib/engine/settings.ts';
import { SmallCloud } from '../engine/small-cloud.ts';
import { silent } from '../testing/silent.ts';
import { limit } from './limit-cases.ts';

/** A journal of `1 + 2 * steps` entries. */
const steps = workflow('steps', function* (count: number) {
  for (let done = 0; done < count; done += 1) yield* step('do', () => 'x'.repeat(10));
  return 'all done';
});

/** It cleans up with as many steps. */
const cleaning = workflow('cleaning', function* (count: number) {
  try {
    for (;;) yield* step('do', () => undefined);
  } finally {
    for (let done = 0; done < count; done += 1) yield* step('clean', () => undefined);
  }
});

/** It catches whatever it is told, and goes on. */
const stubborn = workflow('stubborn', function* () {
  for (;;) {
    try {
      yield* step('do', () => undefined);
    } catch {
      // goes on
    }
  }
});

const MODES = [
  ['straight', {}],
  ['rebuilt at every await', { rebuildAtEveryAwait: true }],
] as const;

function engineWith(settings: Partial<EngineSettings>, log: Logger = silent) {
  return createTestEngine({ workflows: [steps, cleaning, stubborn], settings, log });
}

async function outcomeOf(settings: Partial<EngineSettings>, count: number): Promise<string> {
  try {
    return await engineWith(settings).run(steps, count);
  } catch (error) {
    return (error as LullError).code;
  }
}

limit('maxJournalEvents', {
  under: async () => expect(await outcomeOf({ maxJournalEvents: 22 }, 10)).toBe('all done'),
  at: async () => expect(await outcomeOf({ maxJournalEvents: 21 }, 10)).toBe('all done'),
  over: async () => expect(await outcomeOf({ maxJournalEvents: 20 }, 10)).toBe('JOURNAL_TOO_LONG'),
});

const bytesOfTen = await journalBytes(10);

limit('maxJournalBytes', {
  under: async () => expect(await outcomeOf({ maxJournalBytes: bytesOfTen + 1 }, 10)).toBe('all done'),
  at: async () => expect(await outcomeOf({ maxJournalBytes: bytesOfTen }, 10)).toBe('all done'),
  // Of the entries before the last: the run has ended with that.
  over: async () =>
    expect(await outcomeOf({ maxJournalBytes: (await journalBytes(9)) - 1 }, 10)).toBe('JOURNAL_TOO_LONG'),
});

async function journalBytes(count: number): Promise<number> {
  const cloud = new SmallCloud([steps]);
  const run = await cloud.client.start(steps, count);
  await cloud.worker({ version: 'unversioned' }).turn(run.id);
  const records = await cloud.records(run.id);
  return records.reduce((sum, { entries }) => sum + Buffer.byteLength(JSON.stringify(entries)), 0);
}

describe.each(MODES)('a run at the limit of its journal, %s', (_mode, settings) => {
  it('is asked to stop, cleans up, and has failed with a message that names both numbers', async () => {
    const engine = createTestEngine({
      workflows: [cleaning],
      log: silent,
      settings: { maxJournalEvents: 100 },
      ...settings,
    });
    const run = await engine.start(cleaning, 3);
    await expect(run.result()).rejects.toMatchObject({
      cause: {
        code: 'JOURNAL_TOO_LONG',
        message: expect.stringMatching(/has 100 events, and the limit is 100 \(maxJournalEvents\)/) as string,
      },
    });
    const history = await engine.history(run);
    expect(history.filter(({ kind }) => kind === 'limit-reached')).toMatchObject([{ name: 'maxJournalEvents' }]);
    expect(history.filter(({ kind, name }) => kind === 'step-completed' && name === 'clean').length).toBe(3);
    expect((await run.describe()).status).toBe('failed');
  });

  it('is failed at once when it takes more than a tenth to stop', async () => {
    const engine = createTestEngine({
      workflows: [stubborn],
      log: silent,
      settings: { maxJournalEvents: 100 },
      ...settings,
    });
    const run = await engine.start(stubborn);
    await expect(run.result()).rejects.toMatchObject({
      cause: { code: 'JOURNAL_TOO_LONG', message: expect.stringContaining('did not within another') as string },
    });
    // What one event leads to may stand beyond it.
    expect((await engine.history(run)).length).toBeLessThanOrEqual(100 + 1 + 10 + 2 + 1);
  });
});

it('retries alone bring a run to its limit, and end with it', async () => {
  const failing = workflow('failing', function* () {
    yield* step('fail', { retry: { maxAttempts: 1_000_000, maxDelay: '1s' } }, () => Promise.reject(new Error('no')));
  });
  const engine = createTestEngine({ workflows: [failing], settings: { maxJournalEvents: 50 }, log: silent });
  await expect(engine.run(failing)).rejects.toMatchObject({ code: 'JOURNAL_TOO_LONG' });
});

describe('who has died', () => {
  it('before the end was written is followed by one who writes the same end', async () => {
    const cloud = new SmallCloud([stubborn]);
    const settings = { maxJournalEvents: 40 };
    const run = await cloud.client.start(stubborn);
    const dying = cloud.worker({
      ...settings,
      around: async (call, go) => {
        if (call.operation === 'finish') throw new Error('dead');
        return go();
      },
    });
    await expect(dying.turn(run.id)).rejects.toThrow('dead');
    cloud.pass(40_000);
    expect(await cloud.worker(settings).turn(run.id)).toEqual({ kind: 'ended', status: 'failed' });
    await expect(run.result()).rejects.toMatchObject({ cause: { code: 'JOURNAL_TOO_LONG' } });
  });

  it('leaves a run that goes on where the limit is higher by then', async () => {
    const cloud = new SmallCloud([stubborn]);
    const run = await cloud.client.start(stubborn);
    const around = async <T>(call: { operation: string }, go: () => Promise<T>): Promise<T> => {
      if (call.operation === 'finish') throw new Error('dead');
      return go();
    };
    await expect(cloud.worker({ maxJournalEvents: 40, around }).turn(run.id)).rejects.toThrow('dead');
    const before = (await cloud.entries(run.id)).length;
    cloud.pass(40_000);
    expect(await cloud.worker({ maxJournalEvents: 400 }).turn(run.id)).toEqual({ kind: 'ended', status: 'failed' });
    expect((await cloud.entries(run.id)).length).toBeGreaterThan(before + 30);
  });
});

describe('a run whose journal is full', () => {
  const go = signal<number>('go');
  const waiting = workflow('waiting', function* () {
    for (let times = 0; times < 20; times += 1) yield* step('do', () => undefined);
    try {
      for (;;) yield* go.receive();
    } catch (error) {
      yield* sleep('365 days');
      throw error;
    }
  });

  /** One signal before the limit: each makes two entries, itself and the next receive. */
  async function nearlyFull() {
    const engine = createTestEngine({ workflows: [waiting], settings: { maxJournalEvents: 60 }, log: silent });
    const run = await engine.start(waiting);
    await engine.settle();
    for (let times = 0; times < 8; times += 1) {
      await run.signal(go, times);
      await engine.settle();
    }
    expect((await engine.history(run)).length).toBe(58);
    return { engine, run };
  }

  async function full() {
    const { engine, run } = await nearlyFull();
    await run.signal(go, 8);
    await engine.settle();
    expect((await engine.history(run)).at(-2)).toMatchObject({ kind: 'limit-reached' });
    expect((await run.describe()).status).toBe('suspended');
    return { engine, run };
  }

  it('can be cancelled', async () => {
    const { run } = await full();
    await run.cancel('enough');
    await expect(run.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
  });

  it('can be terminated', async () => {
    const { run } = await full();
    await run.terminate('enough');
    await expect(run.result()).rejects.toMatchObject({ code: 'RUN_TERMINATED', reason: 'enough' });
  });

  it('takes no more signals, which would use up what it has for cleaning up', async () => {
    const { engine, run } = await full();
    await expect(run.signal(go, 9)).rejects.toMatchObject({ code: 'INBOX_FULL' });
    await engine.advance('365 days');
    await expect(run.result()).rejects.toMatchObject({ cause: { code: 'JOURNAL_TOO_LONG' } });
  });

  it('has all that it is given for cleaning up, however far one inbox has led it beyond the limit', async () => {
    const { engine, run } = await nearlyFull();
    for (let times = 8; times < 28; times += 1) await run.signal(go, times);
    await engine.settle();
    expect(await run.describe()).toMatchObject({ status: 'suspended', journal: { events: 58 + 40 + 1 + 1 } });
    await engine.advance('365 days');
    await expect(run.result()).rejects.toMatchObject({
      cause: { message: expect.stringContaining('its code was asked to stop. Give') as string },
    });
  });

  it('has in its journal what was accepted before, also what is more than it takes (I6)', async () => {
    const { engine, run } = await nearlyFull();
    for (let times = 8; times < 40; times += 1) await run.signal(go, times);
    await expect(run.result()).rejects.toMatchObject({ cause: { code: 'JOURNAL_TOO_LONG' } });
    const received = (await engine.history(run)).filter(({ kind }) => kind === 'signal-received');
    expect(received.map(({ value }) => value)).toEqual(Array.from({ length: 40 }, (_, index) => index));
  });

  it('has been terminated if that was asked for before it was failed', async () => {
    const { run } = await nearlyFull();
    for (let times = 0; times < 30; times += 1) await run.signal(go, times);
    await run.terminate('first');
    await expect(run.result()).rejects.toMatchObject({ code: 'RUN_TERMINATED', reason: 'first' });
  });
});

describe('from 80% on', () => {
  async function watched(count: number) {
    const warnings: unknown[][] = [];
    const log: Logger = { ...silent, warn: (...values) => void warnings.push(values) };
    const long = workflow('long', function* () {
      for (let done = 0; done < count; done += 1) yield* step('do', () => undefined);
      yield* sleep('1 day');
      yield* step('more', () => undefined);
      yield* sleep('1 day');
    });
    const engine = createTestEngine({ workflows: [long], settings: { maxJournalEvents: 100 }, log });
    const run = await engine.start(long);
    await engine.advance('25 hours');
    return { warnings, description: await run.describe() };
  }

  it('the log says it, once, and so does the description of the run', async () => {
    const { warnings, description } = await watched(40);
    expect(warnings).toHaveLength(1);
    expect(String(warnings[0]![0])).toContain('maxJournalEvents (100)');
    expect(description).toMatchObject({ journal: { events: 86, bytes: expect.any(Number) as number } });
  });

  it('and not before', async () => {
    const { warnings, description } = await watched(30);
    expect(warnings).toEqual([]);
    expect(description).not.toHaveProperty('journal');
  });
});

describe('the limits of its code', () => {
  const many = workflow('many', function* (count: number) {
    yield* sleep('1 day');
    return (yield* gather(Array.from({ length: count }, () => sleep('1 day')))).length;
  });
  it('are those with which a run was started, whatever is set later: a replay comes to them at the same place (I4)', async () => {
    const cloud = new SmallCloud([many]);
    const run = await cloud.client.start(many, 5);
    await cloud.worker({ maxTasks: 4 }).turn(run.id);
    cloud.pass(86_400_000);
    expect((await cloud.entries(run.id))[0]).toMatchObject({ kind: 'started', limits: { maxTasks: 4 } });
    expect(await cloud.worker({ maxTasks: 100 }).turn(run.id)).toEqual({ kind: 'ended', status: 'failed' });
    await expect(run.result()).rejects.toMatchObject({ cause: { code: 'TOO_MANY_TASKS' } });
  });

  it('stand in the journal only where they differ from what every version knows', async () => {
    const cloud = new SmallCloud([many]);
    const run = await cloud.client.start(many, 5);
    await cloud.worker().turn(run.id);
    cloud.pass(86_400_000);
    expect((await cloud.entries(run.id))[0]).toEqual({
      kind: 'started',
      atMs: expect.any(Number) as number,
      version: 'unversioned',
      seed: expect.any(String) as string,
    });
    // One that was started without is not held to a limit that came later.
    expect(await cloud.worker({ maxTasks: 4 }).turn(run.id)).toMatchObject({ kind: 'suspended' });
  });
});
