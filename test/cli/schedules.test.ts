/** `lull schedules ...` against the API. */
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { workflow } from '../../lib/api/workflow.ts';
import { createCommandWorld } from './command-world.ts';

const report = workflow('report', function* (input: { n: number } | undefined) {
  return input?.n ?? 0;
});

beforeEach(() => vi.stubEnv('TZ', 'UTC'));

it('a schedule is created, listed, paused, triggered, backfilled and deleted', async () => {
  const { lull, engine } = createCommandWorld([report]);
  const shown: string[] = [];
  const say = async (...args: string[]): Promise<void> => {
    const { exitCode, out, err } = await lull(['schedules', ...args]);
    await engine.settle();
    shown.push(`$ lull schedules ${args.join(' ')}\n${out}${err}(${exitCode})\n`);
  };
  await say('list');
  await say('create', 'nightly', '--workflow', 'report', '--schedule', 'cron(0 3 * * ? *)', '--input', '{"n":1}');
  await say('create', 'hourly', '--workflow', 'report', '--schedule', 'rate(1 hour)');
  await engine.advance('2s');
  await say('list');
  await say('pause', 'nightly');
  await say('show', 'nightly');
  await say('resume', 'nightly');
  await say('create', 'nightly', '--workflow', 'report', '--schedule', 'rate(2 hours)');
  await say('create', 'x', '--workflow', 'report', '--schedule', 'rate(1 huor)');
  await say('show', 'nihgtly');
  await say('delete', 'hourly');
  await say('delete', 'hourly', '--yes');
  expect(await lull(['schedules', 'trigger', 'nightly', '--json'])).toMatchObject({ exitCode: 0 });
  const { exitCode, out } = await lull([
    ...['schedules', 'backfill', 'nightly', '--since', '2029-12-28', '--until', '2029-12-30', '--json'],
  ]);
  expect([exitCode, (JSON.parse(out) as { ids: string[] }).ids.length]).toEqual([0, 2]);
  await expect(shown.join('')).toMatchFileSnapshot(join(import.meta.dirname, 'golden/schedules.txt'));
});
