import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { FunctionPool, type FunctionPoolOptions } from '../../lib/local/function-pool.ts';
import type { InvocationError } from '../../lib/local/invocation-error.ts';
import type { CloudEvent } from '../../lib/local/cloud-event.ts';
import { isAlive } from './is-alive.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitUntil } from './wait-until.ts';

const folder = mkdtempSync(join(tmpdir(), 'lull-test-'));
const file = join(folder, 'small-function.mjs');

beforeAll(() => {
  const entry = join(import.meta.dirname, 'fixtures/small-function.ts');
  buildSync({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile: file,
    sourcemap: 'linked',
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

function createPool(options: Partial<FunctionPoolOptions> = {}) {
  const notices: CloudEvent[] = [];
  const report = (notice: CloudEvent): void => void notices.push(notice);
  const pool = new FunctionPool({
    name: 'worker',
    processes: 1,
    eventsPerProcess: 1,
    timeoutMs: 10_000,
    report,
    ...options,
  });
  onTestFinished(() => pool.stop(0));
  const deploy = (env: Record<string, string> = {}) =>
    pool.deploy({
      file,
      env: { ...process.env, NODE_OPTIONS: undefined, AWS_LAMBDA_FUNCTION_NAME: 'lull-local', ...env },
    });
  const pids = (): number[] => pool.processes().map((process) => process.pid);
  return { pool, deploy, notices, pids };
}

const failureOf = (error: unknown): string => (error as InvocationError).failure;

describe('the processes of a function', () => {
  it('load the code, say which workflows it has, and answer with a context as Lambda has it', async () => {
    const { pool, deploy, pids } = createPool();
    expect(await deploy()).toEqual([{ name: 'checkout', takesAnything: true }]);
    const answer = (await pool.invoke({ doing: 'answer', text: 'hi' })) as { ms: number };
    expect(answer).toMatchObject({ text: 'hi', name: 'lull-local', pid: pids()[0] });
    expect(answer.ms).toBeGreaterThan(5_000);
    expect(answer.ms).toBeLessThanOrEqual(10_000);
  });

  it('answer null for nothing, as JSON has it', async () => {
    const { pool, deploy } = createPool();
    await deploy();
    expect(await pool.invoke({ doing: 'nothing' })).toBe(null);
  });

  it('survive a handler that throws, and tell its error with a stack that names the source', async () => {
    const { pool, deploy, pids } = createPool();
    await deploy();
    const before = pids();
    await expect(pool.invoke({ doing: 'throw' })).rejects.toMatchObject({
      failure: 'failed',
      message: expect.stringMatching(/TypeError: no such thing[^]*small-function\.ts:/) as string,
    });
    expect(pids()).toEqual(before);
  });

  it('are replaced when they are killed, and the event fails', async () => {
    const { pool, deploy, pids, notices } = createPool();
    await deploy();
    const [first] = pids();
    const event = pool.invoke({ doing: 'wait' });
    expect(pool.processes()).toEqual([{ pid: first, busy: true }]);
    expect(pool.kill(first!)).toBe(true);
    await expect(event).rejects.toMatchObject({ failure: 'died', message: 'its process ended (SIGKILL)' });
    expect(await pool.invoke({ doing: 'answer' })).toMatchObject({ pid: pids()[0] });
    expect(pids()).not.toEqual([first]);
    expect(notices).toEqual([{ kind: 'process-ended', function: 'worker', pid: first, how: 'SIGKILL' }]);
  });

  it('are replaced when user code exits', async () => {
    const { pool, deploy } = createPool();
    await deploy();
    await expect(pool.invoke({ doing: 'exit' })).rejects.toMatchObject({
      failure: 'died',
      message: expect.stringMatching(/exit code 3/) as string,
    });
    expect(await pool.invoke({ doing: 'answer', text: 'again' })).toMatchObject({ text: 'again' });
  });

  it('are killed when their time is up, though they be busy in a loop', async () => {
    const { pool, deploy, pids } = createPool({ timeoutMs: 100 });
    await deploy();
    const [pid] = pids();
    await expect(pool.invoke({ doing: 'loop' })).rejects.toMatchObject({ failure: 'timed-out' });
    expect(isAlive(pid!)).toBe(false);
  });

  it('take one event at a time; the next one waits for its turn', async () => {
    const { pool, deploy } = createPool();
    await deploy();
    const release = join(temporaryFolder(), 'release');
    const order: string[] = [];
    const first = pool.invoke({ doing: 'wait', text: release }).then(() => order.push('first'));
    const second = pool.invoke({ doing: 'answer' }).then(() => order.push('second'));
    expect(pool.free()).toBe(0);
    writeFileSync(release, '');
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
  });

  it('take several events at a time where that is wanted', async () => {
    const { pool, deploy } = createPool({ eventsPerProcess: 3 });
    await deploy();
    void pool.invoke({ doing: 'wait' }).catch(() => undefined);
    expect(pool.free()).toBe(2);
    expect(await pool.invoke({ doing: 'answer', text: 'beside' })).toMatchObject({ text: 'beside' });
  });

  it('are exchanged for new code: what was begun ends on the old code, what comes later runs on the new', async () => {
    const { pool, deploy, pids } = createPool({ eventsPerProcess: 2 });
    await deploy();
    const [old] = pids();
    const release = join(temporaryFolder(), 'release');
    const begun = pool.invoke({ doing: 'wait', text: release });
    await deploy({ AWS_LAMBDA_FUNCTION_NAME: 'newer' });
    expect(await pool.invoke({ doing: 'answer' })).toMatchObject({ name: 'newer' });
    expect(isAlive(old!)).toBe(true);
    writeFileSync(release, '');
    expect(await begun).toBe('lull-local');
    await waitUntil(() => !isAlive(old!));
    expect(pids()).toHaveLength(1);
  });

  it('stay when the new code cannot be loaded, and the error says why', async () => {
    const { pool, deploy, pids } = createPool();
    await deploy();
    const before = pids();
    await expect(deploy({ FAIL_TO_LOAD: 'yes' })).rejects.toThrow('this code cannot be loaded');
    expect(pids()).toEqual(before);
    expect(await pool.invoke({ doing: 'answer', text: 'still here' })).toMatchObject({ text: 'still here' });
  });

  it('hand on each line that they print', async () => {
    const { pool, deploy, notices, pids } = createPool();
    await deploy();
    const pid = pids()[0]!;
    await pool.invoke({ doing: 'print' });
    await pool.stop(1_000);
    const lines = (): string[] =>
      notices.flatMap((notice) => (notice.kind === 'output' ? [`${notice.pid} ${notice.line}`] : []));
    await waitUntil(() => lines().length === 3);
    expect(lines().sort()).toEqual([`${pid} to the errors`, `${pid} to the output`, `${pid} unfinished`]);
  });

  it('neither take nor give more than Lambda does', async () => {
    const { pool, deploy } = createPool();
    await deploy();
    const tooMuch = { doing: 'answer', text: 'x'.repeat(7_000_000) };
    await expect(pool.invoke(tooMuch)).rejects.toMatchObject({
      failure: 'too-large',
      message: expect.stringMatching(/the event is larger/) as string,
    });
    await expect(pool.invoke({ doing: 'large' })).rejects.toMatchObject({
      failure: 'too-large',
      message: expect.stringMatching(/the result/) as string,
    });
  });

  it('are not started by an exchange that a stop overtakes', async () => {
    const { pool, deploy, notices } = createPool({ processes: 2 });
    await deploy();
    const exchange = deploy({ AWS_LAMBDA_FUNCTION_NAME: 'newer' }).catch(failureOf);
    await pool.stop(1_000);
    expect(await exchange).toBe('stopped');
    expect(await deploy().catch(failureOf)).toBe('stopped');
    expect(pool.processes()).toEqual([]);
    expect(notices).toEqual([]);
  });

  it('are gone after a stop, also those that do not end by themselves; and nobody waits for them any more', async () => {
    const { pool, deploy, pids } = createPool();
    await deploy();
    const [pid] = pids();
    const loop = pool.invoke({ doing: 'loop' }).catch(failureOf);
    const waiting = pool.invoke({ doing: 'answer' }).catch(failureOf);
    await pool.stop(50);
    expect(await Promise.all([loop, waiting])).toEqual(['stopped', 'stopped']);
    expect(isAlive(pid!)).toBe(false);
  });
});
