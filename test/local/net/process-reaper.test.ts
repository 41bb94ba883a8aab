import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ProcessReaper } from '../../../lib/local/net/process-reaper.ts';
import { isAlive } from '../is-alive.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { waitUntil } from '../wait-until.ts';

function startSleeper(): number {
  const child = spawn('sleep', ['100'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child.pid!;
}

it('kills at its end whom it still has, frozen ones too, and nobody else', async () => {
  const folder = temporaryFolder();
  const keeper = new ProcessReaper(folder);
  const [kept, frozen, released] = [startSleeper(), startSleeper(), startSleeper()];
  for (const pid of [kept, frozen, released]) keeper.add(pid);
  process.kill(-frozen, 'SIGSTOP');
  keeper.delete(released);
  await keeper.end();
  await waitUntil(() => !isAlive(kept) && !isAlive(frozen));
  expect(isAlive(released)).toBe(true);
  expect(existsSync(folder)).toBe(false);
  await keeper.end(); // again: nothing happens
});

it('is started again, with all that it has, if somebody kills it', async () => {
  const keeper = new ProcessReaper(join(temporaryFolder(), 'task'));
  const kept = startSleeper();
  keeper.add(kept);
  const first = keeper.pid()!;
  process.kill(first, 'SIGKILL');
  await waitUntil(() => keeper.pid() !== first);
  expect(isAlive(kept)).toBe(true);
  await keeper.end();
  await waitUntil(() => !isAlive(kept));
});
