import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenOnLoopback, stopServer } from '../../lib/local/net/listen.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';
import { temporaryProject } from '../local/temporary-project.ts';
import { waitUntil } from '../local/wait-until.ts';

const root = join(import.meta.dirname, '../..');

const WORKFLOWS = `
  import { step, workflow } from 'lull';
  export const greet = workflow('greet', function* () {
    return yield* step('greet', () => {
      console.log('said by a step');
      return 'hello';
    });
  });
  export const report = workflow('report', function* () {});
`;

/** The command as a user starts it, in a folder of its own. */
function lull(...args: string[]) {
  return lullWith({}, ...args);
}

function lullWith(env: Record<string, string>, ...args: string[]) {
  const tsx = join(root, 'node_modules/tsx/dist/esm/index.mjs');
  const child = spawn(
    process.execPath,
    ['--conditions=lull-source', '--import', tsx, join(root, 'lib/cli/main.ts'), ...args],
    { cwd: temporaryFolder(), env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const seen = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (seen.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (seen.err += chunk.toString()));
  const exitCode = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, seen, exitCode };
}

describe('lull dev', { timeout: 120_000 }, () => {
  it('says where it is, what it has and a command that works; stops at Ctrl-C, and says that runs go on', async () => {
    const { child, seen, exitCode } = lull('dev', temporaryProject(WORKFLOWS).entry, '--port', '0');
    await waitUntil(() => seen.out.includes('openapi.json'));
    expect(seen.out).toMatch(/lull dev at http:\/\/127\.0\.0\.1:\d+\n.*workflows {2}greet, report/s);

    const [, command = ''] = /curl -X POST '(.*)'/.exec(seen.out) ?? [];
    const answer = await fetch(command, { method: 'POST' });
    expect([answer.status, await answer.json()]).toMatchObject([200, { workflow: 'greet', result: 'hello' }]);
    await waitUntil(() => seen.out.includes('completed  greet'));
    expect(seen.out).toMatch(/worker \d+ {2}said by a step/);

    child.kill('SIGINT');
    expect(await exitCode).toBe(0);
    expect(seen.out).toContain('Runs that had not ended are in .lull and go on at the next start.');
    expect(seen.err).toBe('');
  });

  it('with --frames a run goes on from a snapshot, and code that is refused is shown with its place', async () => {
    const source = (wrong: string, value = 'a value of before') => `
      import { query, signal, workflow } from 'lull';
      let runs = 0;
      export const walk = workflow('walk', function* () {
        const before = ['${value}'];
        yield* signal('go').receive();
        ${wrong}
        return before;
      });
      export const count = workflow('count', { history: 'unbounded' }, function* () {
        let rounds = 0;
        query('rounds').handle(() => rounds);
        for (;;) {
          yield* signal('more').receive();
          rounds += 1;
        }
      });
    `;
    const settings = { snapshotRecords: 1, maxSnapshotPercent: 1_000_000, maxWarmRuns: 0 };
    const env = { LULL_ENGINE: 'dev', LULL_SETTINGS: JSON.stringify(settings) };
    const { entry } = temporaryProject(source(''));
    const { seen } = lullWith(env, 'dev', entry, '--port', '0', '--frames');
    await waitUntil(() => seen.out.includes('openapi.json'));
    const [, url = ''] = /lull dev at (\S+)/.exec(seen.out) ?? [];
    const { id } = (await (await fetch(`${url}/workflows/walk/runs`, { method: 'POST' })).json()) as { id: string };
    await waitUntil(() => seen.out.includes('SnapshotsWritten=1'));
    const standing = await (await fetch(`${url}/runs/${id}?locals=true`)).text();
    expect(standing).toMatch(
      /"at":"workflows\.ts:6:\d+","variables":\[\{"name":"before","value":"\[\\"a value of before\\"\]"\}\]/,
    );
    await fetch(`${url}/runs/${id}/signals/go`, { method: 'POST' });
    await waitUntil(() => seen.out.includes('completed  walk'));
    expect(seen.out).toContain('SnapshotsRestored=1');
    expect(seen.out).not.toMatch(/"ReplayedEvents":/);
    expect(await (await fetch(`${url}/runs/${id}`)).json()).toMatchObject({ result: ['a value of before'] });

    // The API knows a run with an unbounded history by its base.
    const endless = (await (await fetch(`${url}/workflows/count/runs`, { method: 'POST' })).json()) as { id: string };
    const answer = async (path: string): Promise<unknown> => (await fetch(`${url}/runs/${endless.id}${path}`)).json();
    for (let round = 1; round <= 2; round += 1) {
      await fetch(`${url}/runs/${endless.id}/signals/more`, { method: 'POST' });
      await waitUntil(async () => (await answer('/queries/rounds')) === round);
    }
    expect(await answer('')).toMatchObject({ history: {} });
    expect(JSON.stringify(await answer('?locals=true'))).toContain('{"name":"rounds","value":"2"}');

    // Code behind the place where a run waits, which goes on in it; then code that it has passed.
    const afterReload = async (code: string): Promise<{ readonly metrics: string; readonly result: unknown }> => {
      const run = (await (await fetch(`${url}/workflows/walk/runs`, { method: 'POST' })).json()) as { id: string };
      await waitUntil(() =>
        seen.out.split('\n').some((line) => isOf(line, run.id) && line.includes('outcome=suspended')),
      );
      const begin = seen.out.length;
      writeFileSync(entry, code);
      await waitUntil(() => seen.out.slice(begin).includes('reloaded'));
      await fetch(`${url}/runs/${run.id}/signals/go`, { method: 'POST' });
      const { result } = (await (await fetch(`${url}/runs/${run.id}?wait=20s`)).json()) as { result: unknown };
      const ended = (): string | undefined =>
        seen.out.split('\n').find((line) => isOf(line, run.id) && line.includes('outcome=completed'));
      await waitUntil(() => ended() !== undefined);
      return { metrics: ended() ?? '', result };
    };
    const isOf = (line: string, runId: string): boolean => line.includes(runId) && line.includes('  metrics  ');
    const behind = await afterReload(source('return [before.length, "went on"];'));
    expect(behind.result).toEqual([1, 'went on']);
    expect(behind.metrics).toContain('SnapshotsRestored=1');
    const passed = await afterReload(source('return [...before];', 'a value of now'));
    expect(passed.result).toEqual(['a value of now']);
    expect(passed.metrics).toContain('SnapshotsDropped=1');

    writeFileSync(entry, source('runs += 1;'));
    await waitUntil(() => seen.out.includes('writes to `runs`'));
    expect(seen.out).toMatch(/workflows\.ts:7:8/);

    const unbounded = source('runs();').replace("'walk', function", "'walk', { history: 'unbounded' }, function");
    writeFileSync(
      entry,
      unbounded.replace('runs = 0', 'runs = () => 0').replace("['a value of before']", 'fetch("a")'),
    );
    await waitUntil(() => seen.out.includes('`before` is a promise, or holds it'));
    expect(seen.out).toMatch(/workflows\.ts:5:23/);
  });

  it('at a port in use says what to do, and ends with 1', async () => {
    const server = createServer();
    const port = await listenOnLoopback(server, 0);
    onTestFinished(() => stopServer(server));
    const { seen, exitCode } = lull('dev', 'workflows.ts', '--port', String(port));
    expect(await exitCode).toBe(1);
    expect(seen.err).toMatch(new RegExp(`lull dev did not start: port ${port} is in use .* --port ${port + 1}`));
  });

  it('without workflows says where it looked, and ends with 1', async () => {
    const { seen, exitCode } = lull('dev');
    expect(await exitCode).toBe(1);
    expect(seen.err).toMatch(/no workflows were found: name the file .*functions\/workflows\/index\.ts/);
  });
});
