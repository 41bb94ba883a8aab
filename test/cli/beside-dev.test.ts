/** The command and a client, each a process of its own, beside a `lull dev`: with nothing to say where it is. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryProject } from '../local/temporary-project.ts';

const root = join(import.meta.dirname, '../..');
const NODE_ARGS = ['--conditions=lull-source', '--import', join(root, 'node_modules/tsx/dist/esm/index.mjs')];
const MAIN = join(root, 'lib/cli/main.ts');

const WORKFLOWS = `
  import { signal, step, workflow } from 'lull';
  export const go = signal('go');
  export const greet = workflow('greet', function* (name: string) {
    return yield* step('greet', () => 'hello ' + name);
  });
  export const wait = workflow('wait', function* () {
    return yield* go.receive();
  });
  export const fail = workflow('fail', function* () {
    yield* step('call bank', { retry: { maxAttempts: 2, firstDelay: '100ms' } }, () => {
      throw new TypeError('the bank is closed');
    });
  });
  export const loop = workflow('loop', function* () {
    yield* step('first', () => 1);
    for (;;) Math.sqrt(2);
  });
`;

let folder: string;
let cloud: ReturnType<typeof spawn>;
let seen = '';

const clean: (() => unknown)[] = [];

beforeAll(async () => {
  const project = temporaryProject(WORKFLOWS, (undo) => void clean.push(undo));
  folder = project.folder;
  cloud = spawn(process.execPath, [...NODE_ARGS, MAIN, 'dev', project.entry, '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cloud.stdout?.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  await waitFor('lull list');
}, 120_000);

afterAll(async () => {
  const over = new Promise((resolve) => cloud.on('close', resolve));
  cloud.kill('SIGINT');
  await over;
  expect(existsSync(join(folder, '.lull/owner.json'))).toBe(false);
  clean.forEach((undo) => undo());
}, 60_000);

/** On a busy machine a start takes its time. */
async function waitFor(text: string): Promise<void> {
  await vi.waitUntil(() => seen.includes(text), { timeout: 100_000, interval: 50 });
}

function lull(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...NODE_ARGS, MAIN, ...args], {
    cwd: folder,
    encoding: 'utf8',
    input: '"Ada"',
  });
  return { status, stdout, stderr };
}

async function workflowsAt(link = ''): Promise<unknown[]> {
  const answer = await fetch(`${link}api/workflows`);
  return [answer.status, await answer.json()];
}

describe('beside a lull dev', { timeout: 120_000 }, () => {
  it('the command finds it, from standard input to the result', () => {
    const { status, stdout } = lull('start', 'greet', '-', '--wait', '20s', '--json');
    expect([status, JSON.parse(stdout)]).toMatchObject([0, { status: 'completed', result: 'hello Ada' }]);
  });

  it('the console that it prints a link to asks it, and so does the one of lull console', async () => {
    const own = await workflowsAt(/console +at (\S+)/.exec(seen)?.[1]);
    expect(own).toEqual([200, { workflows: ['fail', 'greet', 'loop', 'wait'] }]);
    const other = spawn(process.execPath, [...NODE_ARGS, MAIN, 'console', '--json'], { cwd: folder });
    const over = new Promise((resolve) => other.on('close', resolve));
    let said = '';
    other.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await vi.waitUntil(() => said.includes('\n'), { timeout: 100_000, interval: 50 });
    const { url } = JSON.parse(said) as { url: string };
    expect(await workflowsAt(url)).toEqual(own);
    expect((await fetch(new URL('/api/workflows', url))).status).toBe(404);
    other.kill('SIGINT');
    expect(await over).toBe(0);
  });

  it('a client without options finds it', () => {
    const script = `
      import { Client } from 'lull/client';
      const client = new Client();
      const run = await client.start('wait', undefined, { id: 'from-client' });
      await run.signal('go', 7);
      console.log(JSON.stringify(await run.result({ timeout: '20s' })));
    `;
    writeFileSync(join(folder, 'script.mts'), script);
    const { stdout, stderr } = spawnSync(process.execPath, [...NODE_ARGS, 'script.mts'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([stdout, stderr]).toEqual(['7\n', '']);
  });

  it('a reader that closes the pipe ends the command quietly', () => {
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', `"$0" "$@" | head -1; echo "$?"`, process.execPath, ...NODE_ARGS, MAIN, 'list', '--all', '--json'],
      { cwd: folder, encoding: 'utf8' },
    );
    expect([status, stdout.trimEnd().split('\n').length, stderr]).toEqual([0, 2, '']);
  });

  it('shows why an attempt failed once, with the line, and that the run failed', async () => {
    lull('start', 'fail', '--id', 'f-1');
    await waitFor('failed     fail  f-1');
    const lines = seen.split('\n').filter((line) => line.includes('f-1') || line.includes('the bank is closed'));
    const text = lines
      .map((line) => line.replace(/^\d\d:\d\d:\d\d/, 'TIME').replace(/\(at .*workflows/, '(at workflows'))
      .join('\n');
    expect(text).toMatch(
      /^TIME {2}started {4}fail {2}f-1\nTIME {2}again {6}fail {2}f-1 {2}step "call bank" failed in attempt 1; the next one is in 0\.1 s\nTIME +TypeError: the bank is closed {2}\(at workflows\.ts:\d+:\d+\)\nTIME {2}gave up {4}fail {2}f-1 {2}step "call bank" failed for good: its workflow gets the error\nTIME {2}failed {5}fail {2}f-1/,
    );
    expect(seen.split('completed  greet').length).toBe(2);
  });

  it('a run whose code does not yield is named, and ended', async () => {
    lull('start', 'loop', '--id', 'l-1');
    await waitFor('busy       loop  l-1');
    expect(seen).toContain('after it asked for step "first" (#1): a loop without yield*?');
    expect(lull('terminate', 'l-1').status).toBe(0);
  });

  it('a second lull dev in the folder is refused, and says where the first one is', () => {
    const { status, stderr } = lull('dev', 'workflows.ts', '--port', '0');
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/\.lull is in use by process \d+ at http:\/\/127\.0\.0\.1:\d+: go on with that/),
    ]);
  });
});
