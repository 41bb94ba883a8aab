/** The command line under arguments of any form: help, a version, an error in words, or a cloud as it was asked for. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dev } from '../../../lib/cli/dev.ts';
import { runFake } from '../../cli/fake-surroundings.ts';

vi.mock('../../../lib/cli/dev.ts', () => ({ dev: vi.fn(() => Promise.resolve(0)) }));

const SEED = 20_261_122;

const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('dev', 'dve', 'help', '--help', '-h', '--version', '-V', '--', '-') },
  {
    weight: 4,
    arbitrary: fc.constantFrom('-p', '--port', '--port=', '-p=1', '-d', '--dir', '--dir=x', '-w', '--workers'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom('0', '1', '33', '-1', '65536', '4000.5', '1e3', '0x10', ' 1', '', '\u0661', 'NaN'),
  },
  fc.constantFrom(
    'workflows.ts',
    '../..',
    '/dev/null',
    '--no-port',
    '--__proto__',
    '--constructor=1',
    '-pdw',
    '--prot',
  ),
  fc.constantFrom('--port=8080', '--workers=4', '-w3', '-p0', '-d.', '\0', '\n', '--=', '---', 'x'.repeat(10_000)),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

const lines = fc.oneof(
  fc.array(word, { maxLength: 6 }),
  fc.array(word, { maxLength: 5 }).map((words) => ['dev', ...words]),
);

async function call(args: readonly string[]): Promise<{ readonly exitCode: number; readonly text: string }> {
  const { exitCode, out, err } = await runFake(args);
  return { exitCode, text: out + err };
}

describe('the command line', () => {
  const unhandled: unknown[] = [];
  const keep = (reason: unknown): void => void unhandled.push(reason);
  beforeEach(() => process.on('unhandledRejection', keep));
  afterEach(() => void process.off('unhandledRejection', keep));

  it('starts a cloud only with a port, a folder and workers that there can be, and else says why not', async () => {
    const started = vi.mocked(dev);
    let starts = 0;
    await fc.assert(
      fc.asyncProperty(lines, async (args) => {
        started.mockClear();
        const { exitCode, text } = await call(args);
        expect(text).not.toMatch(/\n\s+at .+:\d+/);
        if (started.mock.calls.length === 0) {
          expect(text).not.toBe('');
          expect([0, 2]).toContain(exitCode);
          if (exitCode === 2) expect(text).toMatch(/error: |Usage: /);
          return;
        }
        starts += 1;
        expect(args).toContain('dev');
        expect(started).toHaveBeenCalledOnce();
        const [{ entry, port, dir, workers = 2 }] = started.mock.calls[0]!;
        expect(entry === undefined || args.includes(entry)).toBe(true);
        expect(Number.isInteger(port) && port >= 0 && port <= 65_535).toBe(true);
        expect(Number.isInteger(workers) && workers >= 1 && workers <= 32).toBe(true);
        expect(dir === '.lull' || args.some((arg) => arg.endsWith(dir))).toBe(true);
        expect(dir).not.toBe('');
      }),
      { numRuns: 1_000, seed: SEED },
    );
    expect(starts).toBeGreaterThan(50);
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  });
});
