import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const suite = join(import.meta.dirname, 'fixtures/suite');

describe('npm test on a suite with a failing test, a wrong type and a file that cannot be loaded', () => {
  let lines: string[];
  let status: number | null;

  beforeAll(() => {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const args = [vitest, 'run', '--config', join(root, 'vitest.config.ts'), '--root', suite];
    const result = spawnSync(process.execPath, args, { encoding: 'utf8', env: { PATH: process.env['PATH'], CI: '1' } });
    lines = result.stdout.trimEnd().split('\n');
    status = result.status;
  }, 60_000);

  test('fails', () => {
    expect(status).toBe(1);
  });

  test('ends with the line that counts what passed and what failed', () => {
    expect(lines.at(-1)).toBe('2 passed, 3 failed');
  });

  test('names each failure in a line of its own', () => {
    expect(lines.filter((line) => line.startsWith('FAILED ')).sort()).toEqual([
      'FAILED test/sums.test.ts > one and one are three',
      'FAILED test/types/sums.test-d.ts > a sum is a string',
      'FAILED test/unloadable.test.ts: this file cannot be loaded',
    ]);
  });
});
