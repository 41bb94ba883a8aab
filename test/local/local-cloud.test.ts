import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { LocalCloud, CloudEvent } from 'lull/local';
import { openCloudFolder } from '../../lib/local/folder.ts';
import { listenOnLoopback, stopServer } from '../../lib/local/net/listen.ts';
import { awaitRun, startCloud, startRun } from './cloud-under-test.ts';
import { isAlive } from './is-alive.ts';
import { temporaryFolder, whenAllIsOver } from './temporary-folder.ts';
import { temporaryProject } from './temporary-project.ts';
import { waitUntil } from './wait-until.ts';

const linesOf = (file: string): string[] =>
  existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').filter(Boolean) : [];

describe('the local cloud', { timeout: 120_000 }, () => {
  let cloud: LocalCloud;
  let dir: string;
  let notices: CloudEvent[];

  const whenDone = whenAllIsOver();
  beforeAll(async () => {
    ({ cloud, dir, notices } = await startCloud({}, whenDone));
  });

  it('runs a workflow over HTTP, in a process of its own', async () => {
    const run = await startRun(cloud.url, 'whoami', undefined, '?wait=10s');
    const { pid } = run.result as { pid: number };
    expect(run.status).toBe('completed');
    expect(cloud.workers().map((worker) => worker.pid)).toEqual([pid]);
    expect(pid).not.toBe(process.pid);
    expect(cloud.workflows().map(({ name }) => name)).toEqual(['diary', 'echo', 'patient', 'stuck', 'whoami']);
    await waitUntil(() => notices.some((notice) => notice.kind === 'run-ended'));
    expect(notices.filter(({ kind }) => kind.startsWith('run-'))).toMatchObject([
      { kind: 'run-started', runId: run.id, workflow: 'whoami' },
      { kind: 'run-ended', runId: run.id, workflow: 'whoami', status: 'completed' },
    ]);
  });

  it('kills nobody that it did not start', async () => {
    expect(cloud.killWorker(process.pid)).toBe(undefined);
  });

  it('answers a body that is too large, a path that is not encoded and what it does not know', async () => {
    const post = (body: string | Buffer) => fetch(`${cloud.url}/workflows/echo/runs`, { method: 'POST', body });
    expect((await post(Buffer.alloc(11 * 1024 * 1024))).status).toBe(413);
    expect((await post(Buffer.alloc(5 * 1024 * 1024))).status).toBe(413);
    expect((await post('"x'.padEnd(5_300_000, 'x') + '"')).status).toBe(413);
    expect((await post('"x'.padEnd(300_000, 'x') + '"')).status).toBe(202); // it goes to the bucket
    expect((await fetch(`${cloud.url}/runs/%zz`)).status).toBe(400);
    expect((await fetch(`${cloud.url}/nowhere`)).status).toBe(404);
  });

  it('hands on values as they were sent', async () => {
    const value = { text: 'grüße, 世界', list: [1, null, { deep: true }], __proto__x: 1 };
    expect(await startRun(cloud.url, 'echo', value, '?wait=10s')).toMatchObject({ result: value });
  });

  it('takes over the run of a worker that was killed in the middle of a step', async () => {
    const folder = temporaryFolder();
    const [begun, release] = [join(folder, 'begun'), join(folder, 'release')];
    const { id } = await startRun(cloud.url, 'patient', { begun, release });
    await waitUntil(() => linesOf(begun).length === 1);
    const [worker] = cloud.workers();
    expect(worker?.busy).toBe(true);
    expect(cloud.killWorker()).toBe(worker?.pid);
    await waitUntil(() => linesOf(begun).length === 2);
    writeFileSync(release, '');
    expect(await awaitRun(cloud.url, id)).toMatchObject({ status: 'completed' });

    const [[firstPid, , firstKey], [secondPid, , secondKey]] = linesOf(begun).map((line) => line.split(' ')) as [
      string[],
      string[],
    ];
    expect(firstPid).toBe(String(worker?.pid));
    expect(secondPid).not.toBe(firstPid);
    expect(secondKey).toBe(firstKey);
    expect(notices).toContainEqual({ kind: 'process-ended', function: 'worker', pid: worker?.pid, how: 'SIGKILL' });
    expect(cloud.deadLetters()).toEqual([]);
  });

  it('keeps its folder to itself, and tells whoever wants it too where it is', async () => {
    await expect(startCloud({ dir })).rejects.toMatchObject({
      code: 'FOLDER_IN_USE',
      message: expect.stringContaining(`process ${process.pid} at ${cloud.url}`) as string,
    });
    expect((await fetch(`${cloud.url}/runs`)).status).toBe(200);
  });

  it('goes on after a stop with what had not ended, without repeating what was recorded, and leaves no process behind', async () => {
    const { cloud, dir } = await startCloud({ workers: 2 });
    await waitUntil(() => cloud.workers().length === 2);
    const pids = cloud.workers().map((worker) => worker.pid);
    const file = join(temporaryFolder(), 'diary');
    const { id } = await startRun(cloud.url, 'diary', { file, seconds: 2 });
    await waitUntil(async () =>
      (await (await fetch(`${cloud.url}/runs/${id}/history`)).text()).includes('step-completed'),
    );
    await cloud.stop();
    expect(pids.filter(isAlive)).toEqual([]);
    await expect(fetch(cloud.url)).rejects.toThrow('fetch failed');

    const { cloud: next } = await startCloud({ dir });
    expect(await awaitRun(next.url, id)).toMatchObject({ status: 'completed', result: 'rested' });
    expect(linesOf(file)).toEqual(['before', 'after']);
  });
});

describe('the local cloud does not start', { timeout: 120_000 }, () => {
  it('at a port that is in use, says what to do, and leaves the folder free', async () => {
    const server = createServer();
    const port = await listenOnLoopback(server, 0);
    onTestFinished(() => stopServer(server));
    const dir = join(temporaryFolder(), 'cloud');
    await expect(startCloud({ port, dir })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringMatching(new RegExp(`port ${port} is in use .* --port ${port + 1}`)) as string,
    });
    await (await openCloudFolder(dir)).close();
  });

  it('in a folder of a newer format', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'format.json'), '{"format":99}');
    await expect(startCloud({ dir })).rejects.toMatchObject({ code: 'FOLDER_FORMAT' });
  });

  it('without its entry', async () => {
    await expect(startCloud({ entry: '/nowhere/workflows.ts' })).rejects.toMatchObject({
      code: 'ENTRY_NOT_FOUND',
      message: expect.stringContaining('/nowhere/workflows.ts') as string,
    });
  });

  it.each([
    ['code with a syntax error', 'export const = 1;', 'BUILD_FAILED', /workflows\.ts:1:13/],
    ['code that imports what is not there', `import './nothing.ts';`, 'BUILD_FAILED', /nothing\.ts/],
    ['code that throws', `throw new Error('not today');`, 'CODE_NOT_LOADED', /not today/],
    ['code that exits', `process.exit(5);`, 'CODE_NOT_LOADED', /ended while it loaded/],
    [
      'code without a workflow',
      `export const answer = 42;`,
      'CODE_NOT_LOADED',
      /it exports answer.*write export const/,
    ],
    ['code that exports nothing', `export {};`, 'CODE_NOT_LOADED', /it exports nothing/],
    [
      'a history without end, without frames',
      `import { workflow } from 'lull'; export const long = workflow('long', { history: 'unbounded' }, function* () {});`,
      'CODE_NOT_LOADED',
      /workflow "long" has history: 'unbounded', and this code is not compiled for frames: .* begin lull dev with --frames/,
    ],
  ])('with %s', async (_what, text, code, message) => {
    const { folder, entry } = temporaryProject(text);
    await expect(startCloud({ entry, dir: join(folder, 'cloud') })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });
});
