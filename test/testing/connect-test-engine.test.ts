import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StepFailedError, TimeoutError } from 'lull';
import {
  ForkRefusedError,
  NotFailedError,
  type OpenRunDescription,
  type Run,
  RunNotEndedError,
  type RunNotFoundError,
} from 'lull/client';
import { startLocalCloud } from 'lull/local';
import { connectTestEngine, createTestEngine, type TestEngine } from 'lull/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { synthesizeStack } from '../infra/built-stack.ts';
import { temporaryFolder, whenAllIsOver } from '../local/temporary-folder.ts';
import { ask, answered, broken, count, deliver, nap, oneMore, seen, total } from './fixtures/conversation.ts';

const whenDone = whenAllIsOver();
const entry = join(import.meta.dirname, 'fixtures/conversation.ts');

/** One test file, three engines: it is what a user writes. */
const engines: Record<string, () => Promise<TestEngine>> = {
  'the testing kit': async () => createTestEngine({ workflows: [ask, broken, count, deliver, nap] }),
  'lull dev': async () => {
    const dir = join(temporaryFolder(whenDone), 'cloud');
    const cloud = await startLocalCloud({ entry, dir, workers: 1, stopGraceMs: 300, log: () => undefined });
    whenDone(() => cloud.stop());
    return connectTestEngine({ endpoint: cloud.url });
  },
  'the cloud of a template': async () => {
    const from = synthesizeStack(whenDone, { entry });
    const dir = join(temporaryFolder(whenDone), 'cloud');
    const cloud = await startLocalCloud({ from, dir, maxSandboxes: 2, log: () => undefined });
    whenDone(() => cloud.stop());
    return connectTestEngine({ cloud });
  },
};

describe.each(Object.entries(engines))('on %s, a test', (name, open) => {
  let engine: TestEngine;
  const isReal = name === 'lull dev';

  beforeAll(async () => {
    engine = await open();
  }, 120_000);

  it('runs a workflow to its end, however long it sleeps', async () => {
    expect(await engine.run(nap, isReal ? '20ms' : '3 days')).toBe('rested');
  });

  it('gets the error of the workflow itself, of its class where that is of lull', async () => {
    await expect(engine.run(broken, 'step')).rejects.toBeInstanceOf(StepFailedError);
    await expect(engine.run(broken, 'step')).rejects.toMatchObject({ code: 'STEP_FAILED', message: /no service/ });
    await expect(engine.run(broken, 'code')).rejects.toThrow('bad code');
  });

  it('signals, asks and describes a run, and reads its history', async () => {
    const run = await engine.start(ask, 'Ada', { id: 'ask-ada' });
    await engine.settle();
    expect(await run.query(seen)).toBe('asked Ada');
    expect(await run.describe()).toMatchObject({
      id: 'ask-ada',
      status: 'suspended',
      createdAt: expect.any(Date) as Date,
    });
    await run.signal(answered, 'yes');
    expect(await run.result()).toBe('Ada says yes');
    const kinds = (await engine.history(run)).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['started', 'step-completed', 'signal-received', 'completed']));
    expect((await engine.list({ workflow: 'ask' })).map(({ id }) => id)).toContain('ask-ada');
  });

  it('pauses a run, which is at rest then, and resumes it', async () => {
    const run = await engine.start(ask, 'Grace', { id: 'ask-grace' });
    await engine.settle();
    await run.pause();
    await run.signal(answered, 'no');
    await engine.settle();
    expect(await run.describe()).toMatchObject({ status: 'paused', pausedAt: expect.any(Date) as Date });
    await run.resume();
    expect(await run.result()).toBe('Grace says no');
  });

  it('updates a run, and cancels it', async () => {
    const run = await engine.start(count);
    expect(await run.update(oneMore, 2)).toBe(2);
    expect(await run.update(oneMore, 3)).toBe(5);
    await expect(run.update(oneMore, -1)).rejects.toMatchObject({ code: 'UPDATE_REFUSED' });
    expect(await run.query(total)).toBe(5);
    await run.cancel('enough');
    await expect(run.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED', reason: 'enough' });
  });

  it('has a failed run go on, forks it, and deletes it', async () => {
    const door = join(temporaryFolder(), 'door');
    const run = await engine.start(deliver, { to: 'Ada', door });
    await expect(run.result()).rejects.toMatchObject({ code: 'RUN_FAILED' });
    writeFileSync(door, '');
    await run.retry();
    await engine.settle();
    expect(await run.describe()).toMatchObject({ status: 'completed', result: 'parcel 1 for Ada' });
    await expect(run.retry()).rejects.toBeInstanceOf(NotFailedError);
    const fork = await run.fork({ before: 'ship#2', input: { to: 'Bob', door } });
    await engine.settle();
    expect(await fork.describe()).toMatchObject({ status: 'completed', result: 'parcel 1 for Bob' });
    await expect(run.fork({ before: 'mail#2' })).rejects.toBeInstanceOf(ForkRefusedError);
    await fork.delete();
    await expect(fork.describe()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it('comes to rest without a run that is deleted', async () => {
    const run = await engine.start(nap, '1ms');
    await run.result();
    await run.delete();
    await engine.settle();
  });

  it('is told what a run waits for', async () => {
    const run = await engine.start(ask, 'Eve');
    await engine.settle();
    await expect(run.delete()).rejects.toBeInstanceOf(RunNotEndedError);
    expect(await run.describe()).not.toHaveProperty('waitsFor');
    const since = expect.any(Date) as Date;
    const awaits = [expect.objectContaining({ kind: 'signal', name: 'answered', since })];
    expect(await run.describe({ tasks: true })).toMatchObject({ waitsFor: { from: 'code', tasks: [{ awaits }] } });
    await run.cancel();
  });

  it.each<[string, (run: Run<unknown>, options: object) => Promise<unknown>]>([
    ['start', (_, options) => engine.start(nap, '1ms', options)],
    ['list', (_, options) => engine.list(options)],
    ['result', (run, options) => run.result(options)],
    ['signal', (run, options) => run.signal('answered', 'no', options)],
    ['update', (run, options) => run.update('one-more', 1, options)],
    ['describe', (run, options) => run.describe(options)],
    ['history', (run, options) => engine.history(run, options)],
    ['cancel', (run, options) => run.cancel('', options)],
    ['terminate', (run, options) => run.terminate('', options)],
    ['retry', (run, options) => run.retry(options)],
    ['fork', (run, options) => run.fork({ before: 'ship#2', ...options })],
  ])('is told that %s has no such option', async (call, ask) => {
    const run = await engine.start(nap, '1ms');
    await run.result();
    await expect(ask(run, { tiemout: '1s' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(`${call} has no option "tiemout"`) as string,
    });
  });

  it('lists as many runs as it asks for', async () => {
    await engine.run(nap, '1ms');
    await engine.run(nap, '1ms');
    await expect.poll(async () => engine.list({ limit: 2 })).toHaveLength(2);
    expect(await engine.list({ limit: 1 })).toHaveLength(1);
    expect(await engine.list({ limit: 0 })).toEqual([]);
    await expect(engine.list({ limit: 150.5 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('is told of a run that is not there', async () => {
    const error: unknown = await engine.client
      .run('nobody')
      .describe()
      .catch((thrown: unknown) => thrown);
    expect((error as RunNotFoundError).code).toBe('RUN_NOT_FOUND');
  });
});

describe('an engine elsewhere', () => {
  const nowhere = connectTestEngine({ endpoint: 'http://127.0.0.1:9' });

  it('says what cannot be done with it, and what to do instead', async () => {
    expect(() => nowhere.mockStep('send', () => undefined)).toThrow(/mockStep\(\).*elsewhere.*stand-in/s);
    expect(() => nowhere.calls('send')).toThrow(/history/);
    expect(() => nowhere.now()).toThrow(/NOT_REMOTE|clock/);
    await expect(nowhere.advance('1h')).rejects.toMatchObject({ code: 'NOT_REMOTE' });
    expect(() => nowhere.crash()).toThrow(/killWorker/);
    expect(() => nowhere.deploy([])).toThrow(/deploy/);
    expect(() => nowhere.client.completeCallback('token')).toThrow(/completeCallback\(\)/);
  });

  it('that does not answer is an error with its address', async () => {
    await expect(nowhere.start(ask, 'Ada')).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringContaining('http://127.0.0.1:9/workflows/ask/runs') as string,
    });
  });

  it('is waited for no longer than it may take', async () => {
    const body = JSON.stringify({ id: 'r', workflow: 'ask', status: 'suspended', createdAt: '2030-01-01T00:00:00Z' });
    const fetch = async (): Promise<Response> =>
      new Response(body, { headers: { 'content-type': 'application/json' } });
    const engine = connectTestEngine({ endpoint: 'http://127.0.0.1:9', fetch, timeout: 0 });
    await expect(engine.client.run('r').result()).rejects.toBeInstanceOf(TimeoutError);
  });

  it('is at rest where its run waits because the workflow is paused', async () => {
    const createdAt = '2030-01-01T00:00:00.000Z';
    const run = { id: 'r', workflow: 'ask', status: 'pending', createdAt, workflowPaused: { since: createdAt } };
    const fetch = async (): Promise<Response> => Response.json(run);
    const engine = connectTestEngine({ endpoint: 'http://127.0.0.1:9', fetch, timeout: '2s' });
    await engine.start(ask, 'Ada');
    await engine.settle();
  });

  it('gives times as dates, wherever they are', async () => {
    const at = '2030-01-01T00:00:00.000Z';
    const heartbeat = { at, details: { since: at } };
    const awaits = [
      { kind: 'step', name: 's', stepId: 's#1', since: at, until: at, attempt: 2, retryAt: at, heartbeat },
    ];
    const leaf = { id: '1.1', name: 'leaf', awaits, calls: [], at: 'a.ts:1:1', tasks: [] };
    const waitsFor = { from: 'code', tasks: [{ id: '1', name: 'ask', awaits: [], calls: [], tasks: [leaf] }] };
    const workflowPaused = { since: at, reason: 'the bank is down' };
    const run = {
      id: 'r',
      workflow: 'ask',
      status: 'suspended',
      createdAt: at,
      scheduledAt: at,
      workflowPaused,
      waitsFor,
    };
    const events = [{ kind: 'step-failed', at, dueAt: at, retryAt: at, value: { at } }];
    const fetch = async (url: string): Promise<Response> =>
      Response.json(url.includes('/history') ? { events } : url.includes('/runs/r') ? run : { runs: [run] });
    const engine = connectTestEngine({ endpoint: 'http://127.0.0.1:9', fetch });
    const time = new Date(at);
    const described = (await engine.client.run('r').describe({ tasks: true })) as OpenRunDescription;
    expect(described).toMatchObject({ createdAt: time, scheduledAt: time });
    expect(described.workflowPaused).toEqual({ ...workflowPaused, since: time });
    const [task] = described.waitsFor?.from === 'code' ? described.waitsFor.tasks : [];
    expect(task?.tasks[0]).toEqual({
      ...leaf,
      awaits: [{ ...awaits[0], since: time, until: time, retryAt: time, heartbeat: { ...heartbeat, at: time } }],
    });
    expect(await engine.history('r')).toEqual([
      { kind: 'step-failed', at: time, dueAt: time, retryAt: time, value: { at } },
    ]);
  });

  it.each([
    ['no address', { endpoint: 'lull' }, /endpoint "lull"/],
    ['nothing', {}, /endpoint undefined/],
    ['an unknown option', { endpoint: 'http://a', workflows: [] }, /no option "workflows"/],
  ])('cannot be %s', (_, options, message) => {
    expect(() => connectTestEngine(options)).toThrow(message);
  });
});
