/** Schedules that cannot be, and starts that go wrong. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runInfo, sleep, step, workflow } from '../../lib/index.ts';
import { createTestEngine, type TestEngine } from '../../lib/testing/index.ts';
import { silent } from '../testing/silent.ts';

const quick = workflow('quick', function* (label: string) {
  yield* step('note', () => label);
  return runInfo().id;
});
const slow = workflow('slow', function* () {
  yield* sleep('90 minutes');
});
const strict = workflow('strict', { input: z.object({ n: z.number() }) }, function* ({ n }) {
  return yield* sleep(0, n);
});

const workflows = [quick, slow, strict];
const hourly = { schedule: 'cron(0 * * * ? *)' };

function makeEngine(): TestEngine {
  return createTestEngine({ workflows, now: new Date('2026-11-30T00:30:00Z'), log: silent });
}

async function runsOf(engine: TestEngine, workflow: string): Promise<string[]> {
  const runs = await engine.list({ workflow });
  return runs.map(({ id, status }) => `${id} ${status}`).sort();
}

async function allOf<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

describe('what cannot be is refused at the door', () => {
  const good = { workflow: 'quick', input: 'a', schedule: 'rate(1 hour)' };
  it.each<[string, unknown, string]>([
    ['a b', good, 'the name of a schedule is'],
    ['a'.repeat(65), good, 'up to 64 characters'],
    ['s', { ...good, schedule: 'every day' }, 'is not a schedule: write rate(5 minutes)'],
    ['s', { ...good, schedule: 'cron(0 8 * * * *)' }, 'has to be ?'],
    ['s', { ...good, schedule: 'rate(0 hours)' }, 'is not a rate'],
    ['s', { ...good, schedule: undefined }, 'cannot be undefined'],
    ['s', { ...good, schedule: `cron(0 8 * * ? ${'2026,'.repeat(60)}2026)` }, 'a text of up to 256 characters'],
    ['s', { ...good, timezone: 'Europe/Atlantis' }, 'give one of IANA'],
    ['s', { ...good, overlap: 'queue' }, "choose one of 'skip'"],
    ['s', { ...good, catchUp: 'soon' }, 'catchUp cannot be'],
    ['s', { ...good, cron: '* *' }, 'has no option "cron"'],
    ['s', { ...good, workflow: 'quik' }, 'did you mean "quick"?'],
    ['s', { ...good, workflow: 'strict', input: { n: '1' } }, '$.n'],
    ['s', { ...good, workflow: 'lull.schedule' }, 'there is no workflow'],
  ])('%s %j', async (name, options, message) => {
    const engine = makeEngine();
    await expect(engine.schedules.create(name, options as never)).rejects.toThrow(message);
    expect(await allOf(engine.schedules.list())).toEqual([]);
  });

  it('a schedule that is not there', async () => {
    const { schedules } = makeEngine();
    const code = 'SCHEDULE_NOT_FOUND';
    await expect(schedules.describe('none')).rejects.toMatchObject({ code });
    await expect(schedules.pause('none')).rejects.toMatchObject({ code });
    await expect(schedules.trigger('none')).rejects.toMatchObject({ code });
    await expect(schedules.delete('none')).rejects.toMatchObject({ code });
    await expect(schedules.backfill('none', { since: '2026-01-02', until: '2026-01-01' })).rejects.toThrow(/not after/);
    await expect(schedules.backfill('none', { since: '2026-01-02' } as never)).rejects.toThrow(/since and until/);
  });

  it('names of lull are its own', async () => {
    const engine = makeEngine();
    expect(() => workflow('lull.mine', function* () {})).toThrow(/lull's own/);
    await expect(engine.client.start('lull.schedule', {})).rejects.toThrow(/client.schedules/);
    await expect(engine.client.start(quick, 'a', { id: 'lull.schedule:s' })).rejects.toThrow(/lull's own/);
  });
});

describe('what goes wrong with a start is shown, and does not end the schedule', () => {
  it('a workflow that is not deployed yet is waited for a little', async () => {
    const engine = makeEngine();
    await engine.schedules.create('s', { workflow: quick, input: 'a', ...hourly });
    await engine.deploy([slow]);
    await engine.advance('30 minutes');
    await engine.advance('10 seconds');
    await engine.deploy(workflows);
    await engine.advance('1 minute');
    expect(await runsOf(engine, 'quick')).toEqual(['s-2026-11-30T01:00:00Z completed']);
    await engine.deploy([slow]);
    await engine.advance('1 hour');
    const { lastError } = await engine.schedules.describe('s');
    expect(lastError).toMatch(/^it could not start a run: there is no workflow "quick"/);
    await engine.deploy(workflows);
    await engine.advance('1 hour');
    expect(await runsOf(engine, 'quick')).toHaveLength(2);
    expect(await engine.schedules.describe('s')).not.toHaveProperty('lastError');
  });

  it('a run of that id that is of another workflow', async () => {
    const engine = makeEngine();
    await engine.client.start(slow, undefined, { id: 's-2026-11-30T01:00:00Z' });
    await engine.schedules.create('s', { workflow: quick, input: 'a', ...hourly });
    await engine.advance('40 minutes');
    expect((await engine.schedules.describe('s')).lastError).toMatch(/is taken/);
    await engine.advance('1 hour');
    expect(await runsOf(engine, 'quick')).toEqual(['s-2026-11-30T02:00:00Z completed']);
  });
});
