import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDemoFolder } from '../../functions/examples/demo-folder.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'lull-test-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

it('a demo deletes the folder of one that was killed', () => {
  const { pid } = spawnSync(process.execPath, ['--version']); // it has ended
  const left = join(parent, `lull-demo-${pid}-abcdef`);
  mkdirSync(join(left, 'cloud'), { recursive: true });
  const mine = makeDemoFolder(parent);
  expect(existsSync(left)).toBe(false);
  expect(basename(mine)).toMatch(new RegExp(`^lull-demo-${process.pid}-`));
});

it('a demo leaves alone the folder of one that is running, and all that is no demo’s', () => {
  const others = [`lull-demo-${process.pid}-abcdef`, `lull-demo-${process.ppid}-abcdef`, 'lull-demo-notes', 'other'];
  for (const name of others) mkdirSync(join(parent, name));
  makeDemoFolder(parent);
  for (const name of others) expect(existsSync(join(parent, name)), name).toBe(true);
});
