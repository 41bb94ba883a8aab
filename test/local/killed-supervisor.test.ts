import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { awaitRun, startCloud, startRun } from './cloud-under-test.ts';
import { isAlive } from './is-alive.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitUntil } from './wait-until.ts';

it(
  'nothing outlives a supervisor that is killed, and the runs go on at the next start',
  { timeout: 120_000 },
  async () => {
    const folder = temporaryFolder();
    const dir = join(folder, 'cloud');
    const supervisor = fork(join(import.meta.dirname, 'fixtures/supervisor.ts'), [dir], {
      execArgv: ['--conditions=lull-source', '--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [{ url, pids }] = (await once(supervisor, 'message')) as [{ url: string; pids: number[] }];
    const { id } = await startRun(url, 'diary', { file: join(folder, 'diary'), seconds: 1.5 });
    const [begun, release] = [join(folder, 'begun'), join(folder, 'release')];
    const stuck = await startRun(url, 'stuck', { begun, release }); // a process that hears nothing has to go too
    await waitUntil(() => existsSync(begun));

    supervisor.kill('SIGKILL');
    await waitUntil(() => !pids.some(isAlive));

    writeFileSync(release, '');
    const { cloud } = await startCloud({ dir });
    expect(await awaitRun(cloud.url, stuck.id)).toMatchObject({ status: 'completed' });
    expect(await awaitRun(cloud.url, id)).toMatchObject({ status: 'completed', result: 'rested' });
  },
);
