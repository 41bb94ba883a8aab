/** The command beside the cloud of a template, which asks for signatures, as a deployed engine does. */
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Client } from 'lull/client';
import { startLocalCloud, type LocalCloud } from 'lull/local';
import { synthesizeStack } from '../infra/built-stack.ts';
import { temporaryFolder, whenAllIsOver } from '../local/temporary-folder.ts';
import { runFake, type Ended } from './fake-surroundings.ts';

let cloud: LocalCloud;
let cwd: string;
const whenDone = whenAllIsOver();

beforeAll(async () => {
  cwd = temporaryFolder(whenDone);
  cloud = await startLocalCloud({ from: synthesizeStack(whenDone), dir: join(cwd, '.lull'), maxSandboxes: 2 });
  whenDone(() => cloud.stop());
}, 200_000);

afterEach(() => vi.unstubAllEnvs());

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function lull(...args: string[]): Promise<Ended> {
  return runFake(args, { cwd, fetch, sleep, nowMs: Date.now });
}

describe('beside a lull dev --from', { timeout: 120_000 }, () => {
  it('the command signs with the keys of that cloud', async () => {
    const { exitCode, out } = await lull('start', 'echo', '"hello"', '--id', 'e-1', '--wait', '60s', '--json');
    expect([exitCode, JSON.parse(out)]).toMatchObject([0, { id: 'e-1', status: 'completed' }]);
    expect(await lull('list')).toMatchObject({ exitCode: 0, out: expect.stringContaining('e-1') as string });
    expect(await lull('show', 'e-1', '--endpoint', cloud.url)).toMatchObject({ exitCode: 0 });
  });

  it('a caller without its keys is not let in', async () => {
    const { status } = await fetch(`${cloud.url}/runs`);
    expect(status).toBe(403);
  });

  it('a client without options uses its table and its queue', async () => {
    for (const name of ['LULL_TABLE_NAME', 'LULL_QUEUE_URL', 'AWS_LAMBDA_FUNCTION_NAME']) vi.stubEnv(name, undefined);
    const spy = vi.spyOn(process, 'cwd').mockReturnValue(cwd);
    onTestFinished(() => spy.mockRestore());
    const run = await new Client().start('echo', 'again', { id: 'e-2' });
    await run.result({ timeout: '60s' });
    expect((await run.describe()).status).toBe('completed');
  });
});
