import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { CloudEvent } from '../../../lib/local/cloud-event.ts';
import { createFunction } from '../../../lib/local/functions/function.ts';
import type { Invocation } from '../../../lib/local/functions/invocation.ts';
import type { FunctionResource } from '../../../lib/local/resources.ts';
import { SystemClock } from '../../../lib/memory/system-clock.ts';
import { isAlive } from '../is-alive.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { waitUntil } from '../wait-until.ts';
import { functionOf } from './lambda-function.ts';
import { errorOf, resultOf } from './function-under-test.ts';

const folder = mkdtempSync(join(tmpdir(), 'lull-test-'));

beforeAll(() => {
  const entry = join(import.meta.dirname, 'fixtures/small-function.ts');
  buildSync({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile: join(folder, 'index.mjs'),
    sourcemap: 'linked',
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

function createPool(options: Partial<FunctionResource> = {}) {
  const events: CloudEvent[] = [];
  const { NODE_OPTIONS: _options, ...inherited } = process.env as Record<string, string>;
  const made: FunctionResource = {
    ...functionOf(folder),
    ...{ name: 'worker', handler: 'worker', isolation: 'process', provisioned: 1, timeoutMs: 10_000 },
    ...options,
  };
  const pool = createFunction({
    function: made,
    region: 'us-east-1',
    clock: new SystemClock(),
    environment: () => ({}),
    report: (event) => void events.push(event),
  });
  onTestFinished(() => pool.stop(0));
  const deploy = (env: Record<string, string> = {}) =>
    pool.deploy({ ...made, environment: { ...inherited, AWS_LAMBDA_FUNCTION_NAME: 'lull-local', ...env } });
  const invoke = (event: unknown): Promise<Invocation> => pool.invoke(JSON.stringify(event));
  const call = async (event: unknown): Promise<unknown> => resultOf(await invoke(event));
  const pids = (): number[] => pool.sandboxes().map(({ pid }) => pid);
  return { pool, deploy, invoke, call, events, pids };
}

const failureOf = (error: unknown): string => (error as Error).message;

describe('the provisioned sandboxes of a function that is not isolated', () => {
  it('load the code, say which workflows it has, and answer with a context as Lambda has it', async () => {
    const { call, deploy, pids } = createPool();
    expect(await deploy()).toEqual([{ name: 'checkout', takesAnything: true }]);
    const answer = (await call({ doing: 'answer', text: 'hi' })) as { ms: number };
    expect(answer).toMatchObject({ text: 'hi', name: 'lull-local', pid: pids()[0] });
    expect(answer.ms).toBeGreaterThan(5_000);
    expect(answer.ms).toBeLessThanOrEqual(10_000);
  });

  it('answer null for nothing, as JSON has it', async () => {
    const { call, deploy } = createPool();
    await deploy();
    expect(await call({ doing: 'nothing' })).toBe(null);
  });

  it('survive a handler that throws, and report its error with a stack that names the source', async () => {
    const { invoke, deploy, pids, events } = createPool();
    await deploy();
    const before = pids();
    expect(errorOf(await invoke({ doing: 'throw' }))).toMatchObject({
      errorType: 'TypeError',
      errorMessage: 'no such thing',
    });
    const reason = expect.stringMatching(/TypeError: no such thing[^]*small-function\.ts:/) as string;
    expect(events).toContainEqual({ kind: 'invocation-failed', function: 'worker', reason });
    expect(pids()).toEqual(before);
  });

  it('are replaced when they are killed, and the event fails', async () => {
    const { pool, invoke, call, deploy, pids, events } = createPool();
    await deploy();
    const [first] = pids();
    const event = invoke({ doing: 'wait' });
    expect(pool.sandboxes()).toMatchObject([{ pid: first, busy: true }]);
    expect(pool.kill(first)).toBe(first);
    expect(errorOf(await event)).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('signal: killed') as string,
    });
    expect(await call({ doing: 'answer' })).toMatchObject({ pid: pids()[0] });
    expect(pids()).not.toEqual([first]);
    expect(events).toEqual([{ kind: 'process-ended', function: 'worker', pid: first, how: 'SIGKILL' }]);
  });

  it('are replaced when user code exits', async () => {
    const { invoke, call, deploy } = createPool();
    await deploy();
    expect(errorOf(await invoke({ doing: 'exit' })).errorMessage).toMatch(/exit status 3/);
    expect(await call({ doing: 'answer', text: 'again' })).toMatchObject({ text: 'again' });
  });

  it('are killed when their time is up, though they be busy in a loop', async () => {
    const { invoke, deploy, pids, events } = createPool({ timeoutMs: 100 });
    await deploy();
    const [pid] = pids();
    expect(errorOf(await invoke({ doing: 'loop' })).errorType).toBe('Sandbox.Timedout');
    await waitUntil(() => events.length > 0);
    expect(events).toEqual([{ kind: 'process-ended', function: 'worker', pid, how: 'its time was up' }]);
    expect(isAlive(pid!)).toBe(false);
  });

  it('take one event at a time; the next one waits for its turn', async () => {
    const { pool, call, deploy } = createPool();
    await deploy();
    const release = join(temporaryFolder(), 'release');
    const order: string[] = [];
    const first = call({ doing: 'wait', text: release }).then(() => order.push('first'));
    const second = call({ doing: 'answer' }).then(() => order.push('second'));
    expect(pool.hasRoom()).toBe(false);
    writeFileSync(release, '');
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
  });

  it('take several events at a time where that is wanted', async () => {
    const { pool, invoke, call, deploy } = createPool({ eventsAtATime: 3 });
    await deploy();
    void invoke({ doing: 'wait' });
    expect(pool.hasRoom()).toBe(true);
    expect(await call({ doing: 'answer', text: 'beside' })).toMatchObject({ text: 'beside' });
    void invoke({ doing: 'wait' });
    expect(pool.hasRoom()).toBe(true);
    void invoke({ doing: 'wait' });
    expect(pool.hasRoom()).toBe(false);
  });

  it('are exchanged for new code: what was begun ends on the old code, what comes later runs on the new', async () => {
    const { call, deploy, pids } = createPool({ eventsAtATime: 2 });
    await deploy();
    const [old] = pids();
    const release = join(temporaryFolder(), 'release');
    const begun = call({ doing: 'wait', text: release });
    await deploy({ AWS_LAMBDA_FUNCTION_NAME: 'newer' });
    expect(await call({ doing: 'answer' })).toMatchObject({ name: 'newer' });
    expect(isAlive(old!)).toBe(true);
    writeFileSync(release, '');
    expect(await begun).toBe('lull-local');
    await waitUntil(() => !isAlive(old!));
    expect(pids()).toHaveLength(1);
  });

  it('stay when the new code cannot be loaded, and the error says why', async () => {
    const { call, deploy, pids } = createPool();
    await deploy();
    const before = pids();
    await expect(deploy({ FAIL_TO_LOAD: 'yes' })).rejects.toThrow('this code cannot be loaded');
    expect(pids()).toEqual(before);
    expect(await call({ doing: 'answer', text: 'still here' })).toMatchObject({ text: 'still here' });
  });

  it('hand on each line that they print', async () => {
    const { pool, call, deploy, events, pids } = createPool();
    await deploy();
    const pid = pids()[0]!;
    await call({ doing: 'print' });
    await pool.stop(1_000);
    const lines = (): string[] =>
      events.flatMap((event) => (event.kind === 'output' ? [`${event.pid} ${event.line}`] : []));
    await waitUntil(() => lines().length === 3);
    expect(lines().sort()).toEqual([`${pid} to the errors`, `${pid} to the output`, `${pid} unfinished`]);
  });

  it('neither take nor give more than Lambda does', async () => {
    const { invoke, deploy } = createPool();
    await deploy();
    const tooMuch = { doing: 'answer', text: 'x'.repeat(7_000_000) };
    expect(await invoke(tooMuch)).toMatchObject({
      kind: 'refused',
      error: 'RequestTooLargeException',
      statusCode: 413,
    });
    expect(errorOf(await invoke({ doing: 'large' })).errorType).toBe('Function.ResponseSizeTooLarge');
  });

  it('are not started by an exchange that a stop overtakes', async () => {
    const { pool, deploy, events } = createPool({ provisioned: 2 });
    await deploy();
    const exchange = deploy({ AWS_LAMBDA_FUNCTION_NAME: 'newer' }).catch(failureOf);
    await pool.stop(1_000);
    expect(await exchange).toBe('the local cloud was stopped');
    expect(await deploy().catch(failureOf)).toBe('the local cloud was stopped');
    expect(pool.sandboxes()).toEqual([]);
    expect(events).toEqual([]);
  });

  it('end without an event when they are retired while they load their code', async () => {
    const { deploy, events, pids } = createPool({ provisioned: 5 });
    await deploy();
    await deploy({ AWS_LAMBDA_FUNCTION_NAME: 'newer' });
    await waitUntil(() => pids().length === 5);
    expect(events).toEqual([]);
  });

  it('are gone after a stop, also those that do not end by themselves; and no invocation waits for them', async () => {
    const { pool, invoke, deploy, pids } = createPool();
    await deploy();
    const [pid] = pids();
    const loop = invoke({ doing: 'loop' });
    const waiting = invoke({ doing: 'answer' });
    await pool.stop(50);
    expect(errorOf(await loop).errorType).toBe('Runtime.ExitError');
    expect(await waiting).toMatchObject({ kind: 'refused', message: 'the function was stopped' });
    expect(isAlive(pid!)).toBe(false);
  });
});
