/** Schedules with the functions that are deployed in the place of the kit's engine, and with clients that know no workflows. */
import { describe, expect, it } from 'vitest';
import { Client } from '../../lib/client/index.ts';
import { runInfo, sleep, workflow } from '../../lib/index.ts';
import { createCloud, createEngineOn, type TestEngine } from '../../lib/testing/create-test-engine.ts';
import { startHandlers } from '../conformance/homes/handler-engine.ts';

const report = workflow('report', function* (label: string) {
  yield* sleep('90 minutes');
  return `${label} ${runInfo().scheduledAt?.toISOString()}`;
});

function open(isCold: boolean): { engine: TestEngine; client: Client; lines: string[] } {
  const lines: string[] = [];
  const options = { workflows: [report], now: new Date('2026-11-30T00:30:00Z') };
  const cloud = createCloud(options, undefined, startHandlers({ isCold, writeLine: (line) => void lines.push(line) }));
  const { store, wakes, clock } = cloud.outside;
  return { engine: createEngineOn(cloud, options), client: new Client({ store, wakes, clock }), lines };
}

describe.each([
  ['warm', false],
  ['cold', true],
])('by a %s worker', (_what, isCold) => {
  it('a schedule starts its runs, and does what it is told', async () => {
    const { engine, client, lines } = open(isCold);
    const { schedules } = engine;
    await schedules.create('s', { workflow: report, input: 'a', schedule: 'cron(0 * * * ? *)', overlap: 'buffer-one' });
    await engine.advance('3 hours'); // 03:30
    expect((await engine.list()).map(({ id, status }) => `${id} ${status}`).sort()).toEqual([
      's-2026-11-30T01:00:00Z completed',
      's-2026-11-30T02:00:00Z suspended',
    ]);
    await schedules.pause('s');
    expect(await client.schedules.describe('s')).toMatchObject({ paused: true, input: 'a' });
    await schedules.delete('s');
    await engine.advance('1 hour');
    expect(await engine.client.run('s-2026-11-30T02:00:00Z').result()).toBe('a 2026-11-30T02:00:00.000Z');
    expect(await engine.list()).toHaveLength(2);
    const problems = lines
      .map((line) => JSON.parse(line) as { level?: string })
      .filter(({ level }) => level === 'ERROR');
    expect(problems).toEqual([]);
  });
});

it('a client that knows no workflows makes a schedule, and sees how it stands', async () => {
  const { engine, client } = open(false);
  await client.schedules.create('s', { workflow: 'report', input: 'a', schedule: 'rate(1 hour)' });
  await engine.advance('1 hour');
  expect(await client.schedules.describe('s')).toMatchObject({ lastRunId: 's-2026-11-30T01:30:00Z' });
  await expect(client.run('s-2026-11-30T01:30:00Z').query('anything')).rejects.toThrow(/this Client knows none/);
});
