import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { isAlive } from '../is-alive.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { waitUntil } from '../wait-until.ts';

const BUSY_OR_NOT = `
  export const handler = async ({ busy }) => {
    process.stdout.write(process.env.HOME + '\\n');
    for (; busy;);
  };
`;

function startParent(...order: string[]): ChildProcess {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'index.mjs'), BUSY_OR_NOT);
  const parent = fork(join(import.meta.dirname, 'fixtures/lambda-supervisor.ts'), [folder, ...order], {
    execArgv: ['--conditions=lull-source', '--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  return parent;
}

it('no sandbox outlives a parent that is killed, be it frozen or busy, nor does their folder', async () => {
  const parent = startParent();
  const said: { root: string; pids: number[] }[] = [];
  parent.on('message', (message) => said.push(message as { root: string; pids: number[] }));
  await waitUntil(() => said.length === 2 && said.some(({ pids }) => pids.length === 2));
  const { root, pids } = said.at(-1)!;
  expect(pids.map(isAlive)).toEqual([true, true]);
  expect(existsSync(root)).toBe(true);
  parent.kill('SIGKILL');
  await waitUntil(() => !pids.some(isAlive) && !existsSync(root));
});

it('a parent that has nothing else to do ends well after a stop', async () => {
  const parent = startParent('stop');
  expect(await once(parent, 'exit')).toEqual([0, null]);
});
