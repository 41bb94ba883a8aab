/** `--all`: what is asked of the engine, in which order, and what becomes of the answers. */
import { describe, expect, it } from 'vitest';
import { runFake, type FakeProcess } from './fake-surroundings.ts';

interface Asked {
  readonly path: string;
  readonly body: { readonly filter?: object; readonly dryRun?: boolean; readonly cursor?: string };
}

/** An engine with so many runs, of which some cannot be ended. */
function createEngine(count: number, options: { readonly failing?: string; readonly breaksAt?: string } = {}) {
  const asked: Asked[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const body = JSON.parse(init.body as string) as Asked['body'] & { readonly limit: number };
    asked.push({ path: new URL(url).pathname, body });
    const from = Number(body.cursor ?? 0);
    if (body.dryRun !== true && body.cursor === options.breaksAt && body.cursor !== undefined)
      throw new TypeError('fetch failed');
    const ids = Array.from({ length: Math.min(body.limit, count - from) }, (_, index) => `r-${from + index}`);
    const results = ids.map((id) =>
      id === options.failing
        ? { id, done: false, error: { code: 'X', message: 'it is stuck' } }
        : { id, done: body.dryRun !== true },
    );
    const next = from + ids.length;
    return new Response(JSON.stringify({ results, ...(next < count ? { cursor: String(next) } : {}) }));
  };
  const lull = (args: readonly string[], fake: FakeProcess = {}) =>
    runFake([...args, '--endpoint', 'http://127.0.0.1:1'], {
      fetch: fetch as typeof globalThis.fetch,
      sleep: () => Promise.resolve(),
      ...fake,
    });
  return { asked, lull };
}

const FILTER = ['--all', '--workflow', 'checkout', '--status', 'suspended'];

describe('many runs at once', () => {
  it('a dry run says which they would be, and does nothing', async () => {
    const { lull, asked } = createEngine(2);
    expect(await lull(['cancel', ...FILTER, '--dry-run'])).toEqual({
      exitCode: 0,
      out: 'r-0\nr-1\n',
      err: '2 runs would be affected; nothing was done\n',
    });
    expect(asked).toEqual([
      {
        path: '/bulk/cancel',
        body: { filter: { workflow: 'checkout', status: ['suspended'] }, dryRun: true, limit: 1_000 },
      },
    ]);
  });

  it('on a terminal it says how many, and asks', async () => {
    const { lull, asked } = createEngine(450);
    const fake = { columns: 80, env: { NO_COLOR: '1' }, isTyped: true } as const;
    const no = await lull(['terminate', ...FILTER], { ...fake, stdin: 'n\n' });
    expect([no.exitCode, no.out, no.err]).toEqual([
      1,
      'Terminate 450 runs (r-0, r-1, r-2, ...)? [y/N] ',
      'Nothing was done.\n',
    ]);
    expect(asked.every(({ body }) => body.dryRun === true)).toBe(true);
    const yes = await lull(['terminate', ...FILTER, '--reason', 'enough'], { ...fake, stdin: 'yes\n' });
    expect([yes.exitCode, yes.err]).toEqual([0, 'terminate: 450 runs done\n']);
    expect(asked.slice(-3).map(({ body }) => body)).toEqual(
      [undefined, '200', '400'].map((cursor) => ({
        filter: { workflow: 'checkout', status: ['suspended'] },
        reason: 'enough',
        limit: 200,
        ...(cursor === undefined ? {} : { cursor }),
      })),
    );
  });

  it('without a terminal it needs --yes, and does not look first', async () => {
    const { lull, asked } = createEngine(3);
    expect(await lull(['delete', ...FILTER])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('say --yes') as string,
    });
    expect(asked.every(({ body }) => body.dryRun === true)).toBe(true);
    asked.length = 0;
    expect(await lull(['delete', ...FILTER, '--yes', '--json'])).toEqual({
      exitCode: 0,
      out: '{"id":"r-0","done":true}\n{"id":"r-1","done":true}\n{"id":"r-2","done":true}\n',
      err: '',
    });
    expect(asked).toHaveLength(1);
  });

  it('a run that refuses is named, and is an exit code', async () => {
    const { lull } = createEngine(3, { failing: 'r-1' });
    expect(await lull(['cancel', ...FILTER, '--yes'])).toEqual({
      exitCode: 1,
      out: '',
      err: 'failed  r-1  it is stuck\ncancel: 2 runs done, 1 failed\n',
    });
  });

  it('what breaks off halfway says how far it came, and how to go on', async () => {
    const { lull } = createEngine(450, { breaksAt: '200' });
    const { exitCode, err } = await lull(['cancel', ...FILTER, '--yes']);
    expect([exitCode, err]).toEqual([
      4,
      expect.stringContaining('200 runs were done before that. Say the same again to go on'),
    ]);
  });

  it('of no run says so', async () => {
    const { lull } = createEngine(0);
    expect(await lull(['cancel', ...FILTER])).toMatchObject({
      exitCode: 0,
      err: 'There is nothing to cancel: no run fits the filter.\n',
    });
  });

  it.each<[string[], string]>([
    [['cancel'], 'name a run, or --all with a filter'],
    [['cancel', '--all'], '--all needs a filter'],
    [['cancel', 'r-1', ...FILTER], 'name either a run (r-1) or --all'],
    [['cancel', 'r-1', '--status', 'failed'], 'a filter is for many runs: say --all too'],
    [['delete', 'r-1', '--dry-run'], 'a filter is for many runs: say --all too'],
  ])('%j is refused', async (args, message) => {
    const { lull, asked } = createEngine(3);
    const { exitCode, err } = await lull(args);
    expect([exitCode, err, asked.length]).toEqual([2, expect.stringContaining(message), 0]);
  });
});
