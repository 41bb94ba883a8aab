import { fork } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isAlive } from '../../is-alive.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { waitUntil } from '../../wait-until.ts';

it('no sandbox outlives a parent that is killed, be it frozen or busy, nor does their folder', async () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'index.mjs'),
    `export const handler = async ({ busy }) => {
       process.stdout.write(process.env.HOME + '\\n');
       for (; busy;);
     };`,
  );
  const parent = fork(join(import.meta.dirname, 'fixtures/lambda-supervisor.ts'), [folder], {
    execArgv: ['--conditions=lull-source', '--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const said: { root: string; pids: number[] }[] = [];
  parent.on('message', (message) => said.push(message as { root: string; pids: number[] }));
  await waitUntil(() => said.length === 2 && said.some(({ pids }) => pids.length === 2));
  const { root, pids } = said.at(-1)!;
  expect(pids.map(isAlive)).toEqual([true, true]);
  expect(existsSync(root)).toBe(true);
  parent.kill('SIGKILL');
  await waitUntil(() => !pids.some(isAlive) && !existsSync(root));
});
