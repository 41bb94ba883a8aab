/**
 * Suspicion: code of Node's own, which loads late, warns or reads process.env, fails a run, and in some processes only.
 * Each process here is a fresh one.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

async function answersOf(how: 'plain' | 'hooked' | 'frozen'): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...[
        '--no-warnings',
        '--conditions=lull-source',
        '--import',
        'tsx',
        ...(how === 'frozen' ? ['--frozen-intrinsics'] : []),
      ],
      ...[join(import.meta.dirname, '../engine/node-under-guard.ts'), how],
    ],
    { encoding: 'utf8' },
  );
  return JSON.parse(/^=> (.*)$/m.exec(stdout)?.[1] ?? 'null');
}

const RIGHT = {
  'a failed assertion': 'AssertionError',
  'a failed deep assertion': 'AssertionError',
  'a style': true,
  'something deprecated': 4,
  'a warning': 'warned',
  'the first headers': 'b',
  'the first request': 'POST',
  'the first response': 200,
  'a form': 0,
  'a stopwatch': 'timed',
  'a count': 'counted',
  'a signal of signals': false,
  'a clone': 1,
  'a stack': 'string',
  'a fetch in a step': 'hello',
};

it("what Node's own code does under the guard, it does as outside of runs", { timeout: 120_000 }, async () => {
  expect(await answersOf('plain')).toEqual(RIGHT);
});

it('a hook that puts stacks into words may read process.env', { timeout: 120_000 }, async () => {
  expect(await answersOf('hooked')).toEqual(RIGHT);
});

it('with frozen intrinsics no engine starts, and nothing of the guard stays up', { timeout: 120_000 }, async () => {
  expect(await answersOf('frozen')).toEqual({ code: 'GLOBALS_FROZEN', isReal: true });
});
