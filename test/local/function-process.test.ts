import { buildSync } from 'esbuild';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FunctionProcess } from '../../lib/local/function-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

const file = join(temporaryFolder(afterAll), 'small-function.mjs');

beforeAll(() => {
  const entry = join(import.meta.dirname, 'fixtures/small-function.ts');
  buildSync({ entryPoints: [entry], bundle: true, format: 'esm', platform: 'node', outfile: file });
});

it('a process that is asked to leave while it loads its code ends without an error', async () => {
  const output: string[] = [];
  const ends = await Promise.all(
    Array.from({ length: 5 }, async () => {
      let end = '';
      const leaving = new FunctionProcess({
        name: 'worker',
        file,
        env: { ...process.env, NODE_OPTIONS: undefined },
        onOutput: (line) => output.push(line),
        onEnd: (how) => (end = how),
      });
      leaving.retire();
      await leaving.ended;
      return end;
    }),
  );
  expect({ ends, output }).toEqual({ ends: Array(5).fill('exit code 0'), output: [] });
});
