import { spawn } from 'node:child_process';
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
  const tsx = join(root, 'node_modules/tsx/dist/esm/index.mjs');
  const child = spawn(
    process.execPath,
    ['--conditions=lull-source', '--import', tsx, join(root, 'lib/cli/main.ts'), ...args],
    { cwd: temporaryFolder(), stdio: ['ignore', 'pipe', 'pipe'] },
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
