import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../local/temporary-folder.ts';
import { runFake } from './fake-surroundings.ts';

async function bashCompletes(...words: string[]): Promise<string[]> {
  const file = join(temporaryFolder(), 'completion.bash');
  writeFileSync(file, (await runFake(['completion', 'bash'])).out);
  const script = `source ${file}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lull; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion', () => {
  it('completes verbs, verbs of verbs, options and their values in bash', async () => {
    expect(await bashCompletes('lull', 're')).toEqual(['resume', 'retry', 'replay', 'reencrypt']);
    expect(await bashCompletes('lull', 'schedules', 'p')).toEqual(['pause']);
    expect(await bashCompletes('lull', 'show', '--fu')).toEqual(['--full']);
    expect(await bashCompletes('lull', 'start', '--on-conflict', '')).toEqual(['fail', 'use-existing']);
    expect(await bashCompletes('lull', 'schedules', 'create', '--overlap', 'c')).toEqual(['cancel-other']);
  });

  it.each(['zsh', 'fish'])('is there for %s, with each verb', async (shell) => {
    const { exitCode, out } = await runFake(['completion', shell]);
    expect(exitCode).toBe(0);
    for (const verb of ['dev', 'start', 'show', 'watch', 'schedules', 'delete']) expect(out).toContain(verb);
  });

  it('of an unknown shell says which there are', async () => {
    expect(await runFake(['completion', 'tcsh'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('bash, zsh, fish') as string,
    });
  });
});
