/** Schedules that are made at run time, in the testing kit: created, followed, paused, triggered, filled in, deleted. */
import { describe, expect, it } from 'vitest';
import { ScheduleExistsError, ScheduleNotFoundError } from '../../lib/client/index.ts';
import type { ScheduleOptions } from '../../lib/client/index.ts';
import { toMilliseconds } from '../../lib/core/duration.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { isCancelled, now, runInfo, sleep, step, workflow } from '../../lib/index.ts';
import { createTestEngine, type TestEngine } from '../../lib/testing/index.ts';
import { silent } from '../testing/silent.ts';

const quick = workflow('quick', function* (label: string) {
  yield* step('note', () => label);
  return `${label} for ${runInfo().scheduledAt?.toISOString()}`;
});

/** Goes on for an hour and a half; cleans up for ten minutes when it is cancelled. */
const slow = workflow('slow', function* () {
  try {
    yield* sleep('90 minutes');
    return now().toISOString();
  } catch (error) {
    if (isCancelled(error)) yield* sleep('10 minutes');
    throw error;
  }
});

const workflows = [quick, slow];

function makeEngine(now = '2026-11-30T00:30:00Z'): TestEngine {
  return createTestEngine({ workflows, now: new Date(now), log: silent });
}

/** Ids and states of the runs of a workflow, oldest first. */
async function runsOf(engine: TestEngine, workflow: string): Promise<string[]> {
  const runs = await engine.list({ workflow });
  return runs.map(({ id, status }) => `${id} ${status}`).sort();
}

async function allOf<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

const hourly: Pick<ScheduleOptions, 'schedule'> = { schedule: 'cron(0 * * * ? *)' };

describe('a schedule', () => {
  it('starts one run for each time, which knows the time', async () => {
    const engine = makeEngine();
    const made = await engine.schedules.create('hourly', { workflow: quick, input: 'a', ...hourly });
    expect(made).toEqual({
      ...{ name: 'hourly', workflow: 'quick', schedule: 'cron(0 * * * ? *)', timezone: 'UTC', paused: false },
      ...{ nextAt: new Date('2026-11-30T01:00:00Z'), input: 'a', overlap: 'skip', catchUpMs: 60_000 },
      createdAt: new Date('2026-11-30T00:30:00Z'),
    });
    await engine.advance('3 hours');
    expect(await runsOf(engine, 'quick')).toEqual([
      'hourly-2026-11-30T01:00:00Z completed',
      'hourly-2026-11-30T02:00:00Z completed',
      'hourly-2026-11-30T03:00:00Z completed',
    ]);
    const run = engine.client.run('hourly-2026-11-30T02:00:00Z');
    expect(await run.result()).toBe('a for 2026-11-30T02:00:00.000Z');
    expect(await run.describe()).toMatchObject({ scheduledAt: new Date('2026-11-30T02:00:00Z') });
    expect(await engine.schedules.describe('hourly')).toMatchObject({
      nextAt: new Date('2026-11-30T04:00:00Z'),
      lastRunId: 'hourly-2026-11-30T03:00:00Z',
    });
  });

  it('is listed, also before its first turn, and its own run is in no ordinary list', async () => {
    const engine = makeEngine();
    await engine.schedules.create('b', { workflow: 'quick', input: 'a', schedule: 'rate(2 hours)' });
    const row = { name: 'b', workflow: 'quick', schedule: 'rate(2 hours)', timezone: 'UTC', paused: false };
    const list = async (): Promise<unknown[]> => allOf(engine.schedules.list());
    expect(await list()).toEqual([{ ...row, nextAt: new Date('2026-11-30T02:30:00Z') }]);
    await engine.advance('2 hours');
    expect(await list()).toEqual([
      { ...row, nextAt: new Date('2026-11-30T04:30:00Z'), lastRunId: 'b-2026-11-30T02:30:00Z' },
    ]);
    expect(await runsOf(engine, 'quick')).toEqual(['b-2026-11-30T02:30:00Z completed']);
    expect((await engine.list()).map(({ id }) => id)).toEqual(['b-2026-11-30T02:30:00Z']);
  });

  it('does not grow, however many times it has seen', async () => {
    const engine = makeEngine();
    await engine.schedules.create('hourly', { workflow: quick, input: 'a', ...hourly });
    await engine.advance('5 days');
    expect(await engine.list({ workflow: 'quick' })).toHaveLength(120);
    const events = await engine.history('lull.schedule:hourly');
    expect(events.length).toBeLessThan(200);
    const { link } = (await engine.client.run('lull.schedule:hourly').describe()) as { link?: number };
    expect(link).toBeGreaterThan(4);
  });

  it('with one time starts one run, and stays', async () => {
    const engine = makeEngine();
    await engine.schedules.create('once', { workflow: quick, input: 'a', schedule: 'at(2026-12-01T09:00:00)' });
    await engine.advance('3 days');
    expect(await runsOf(engine, 'quick')).toEqual(['once-2026-12-01T09:00:00Z completed']);
    expect(await engine.schedules.describe('once')).not.toHaveProperty('nextAt');
  });
});

describe('created again', () => {
  it('with the same values it is the same schedule, with others it is refused', async () => {
    const engine = makeEngine();
    const options = { workflow: quick, input: 'a', ...hourly };
    const first = await engine.schedules.create('s', options);
    expect(await engine.schedules.create('s', options)).toEqual(first);
    await engine.advance('2 hours');
    expect(await engine.schedules.create('s', options)).toMatchObject({ lastRunId: 's-2026-11-30T02:00:00Z' });
    const other = engine.schedules.create('s', { ...options, input: 'b' });
    await expect(other).rejects.toThrow(ScheduleExistsError);
    await expect(other).rejects.toMatchObject({ code: 'SCHEDULE_EXISTS' });
    await expect(engine.schedules.create('s', { ...options, overlap: 'allow' })).rejects.toThrow(/with other values/);
  });

  it('after it was deleted it is another one, from then on', async () => {
    const engine = makeEngine();
    await engine.schedules.create('s', { workflow: quick, input: 'a', ...hourly });
    await engine.advance('1 hour');
    await engine.schedules.delete('s');
    await engine.advance('2 hours');
    expect(await runsOf(engine, 'quick')).toEqual(['s-2026-11-30T01:00:00Z completed']);
    await expect(engine.schedules.describe('s')).rejects.toThrow(ScheduleNotFoundError);
    await engine.schedules.create('s', { workflow: quick, input: 'b', schedule: 'rate(1 day)' });
    expect(await engine.schedules.describe('s')).toMatchObject({ input: 'b', schedule: 'rate(1 day)' });
    await engine.advance('1 day');
    expect((await runsOf(engine, 'quick')).at(-1)).toMatch(/^s-2026-12-01T03:30:00Z/);
  });

  it('within the hour after its end too', async () => {
    const engine = makeEngine();
    await engine.schedules.create('s', { workflow: quick, input: 'a', ...hourly });
    await engine.schedules.delete('s');
    await engine.schedules.create('s', { workflow: quick, input: 'b', ...hourly });
    await engine.advance('1 hour');
    expect(await engine.client.run('s-2026-11-30T01:00:00Z').result()).toMatch(/^b/);
  });
});

describe('while its last run goes on', () => {
  const play = async (overlap: ScheduleOptions['overlap'], until = '210 minutes'): Promise<string[]> => {
    const engine = makeEngine();
    await engine.schedules.create('s', { workflow: 'slow', ...hourly, overlap });
    await engine.advance(until);
    return runsOf(engine, 'slow');
  };

  it('skip starts none', async () => {
    expect(await play(undefined)).toEqual(['s-2026-11-30T01:00:00Z completed', 's-2026-11-30T03:00:00Z suspended']);
    expect(await play('skip')).toEqual(await play(undefined));
  });

  it('allow starts another one', async () => {
    expect(await play('allow')).toEqual([
      's-2026-11-30T01:00:00Z completed',
      's-2026-11-30T02:00:00Z completed',
      's-2026-11-30T03:00:00Z suspended',
      's-2026-11-30T04:00:00Z suspended',
    ]);
  });

  it('cancel-other cancels it, and starts the next when it has cleaned up', async () => {
    const engine = makeEngine();
    await engine.schedules.create('s', { workflow: 'slow', ...hourly, overlap: 'cancel-other' });
    await engine.advance('95 minutes'); // 02:05
    expect(await runsOf(engine, 'slow')).toEqual(['s-2026-11-30T01:00:00Z suspended']);
    await engine.advance('10 minutes');
    expect(await runsOf(engine, 'slow')).toEqual([
      's-2026-11-30T01:00:00Z cancelled',
      's-2026-11-30T02:00:00Z suspended',
    ]);
    const { createdAt } = await engine.client.run('s-2026-11-30T02:00:00Z').describe();
    expect(createdAt).toEqual(new Date('2026-11-30T02:10:00Z'));
    const reason = 'the next time of schedule "s" has come';
    expect(await engine.client.run('s-2026-11-30T01:00:00Z').describe()).toMatchObject({ reason });
  });

  it('buffer-one starts one when it has ended: of the first time that came', async () => {
    const engine = makeEngine();
    await engine.schedules.create('s', { workflow: 'slow', schedule: 'cron(0/30 * * * ? *)', overlap: 'buffer-one' });
    await engine.advance('150 minutes'); // 03:00
    expect(await runsOf(engine, 'slow')).toEqual([
      's-2026-11-30T01:00:00Z completed', // until 02:30
      's-2026-11-30T01:30:00Z suspended', // and not 02:00
    ]);
    const { createdAt } = await engine.client.run('s-2026-11-30T01:30:00Z').describe();
    expect(createdAt).toEqual(new Date('2026-11-30T02:30:00Z'));
    await engine.advance('60 minutes'); // 04:00
    expect((await runsOf(engine, 'slow')).at(-1)).toBe('s-2026-11-30T02:30:00Z suspended');
  });

  it('a run that was triggered counts', async () => {
    const engine = makeEngine();
    await engine.schedules.create('s', { workflow: 'slow', ...hourly });
    await engine.schedules.trigger('s');
    await engine.advance('1 hour');
    expect(await runsOf(engine, 'slow')).toHaveLength(1);
  });
});

describe('paused', () => {
  it('it starts nothing, and what it missed by more than it may catch up is left out', async () => {
    const engine = makeEngine();
    await engine.schedules.create('s', { workflow: quick, input: 'a', ...hourly });
    const paused = await engine.schedules.pause('s');
    expect(paused.paused).toBe(true);
    expect(paused).not.toHaveProperty('nextAt');
    expect(await engine.schedules.pause('s')).toEqual(paused);
    await engine.advance('2 hours'); // 02:30
    expect(await runsOf(engine, 'quick')).toEqual([]);
    expect(await engine.schedules.describe('s')).toEqual(paused);
    expect(await allOf(engine.schedules.list())).toMatchObject([{ name: 's', paused: true }]);
    const resumed = await engine.schedules.resume('s');
    expect(resumed).toMatchObject({ paused: false, nextAt: new Date('2026-11-30T03:00:00Z') });
    await engine.advance('30 minutes');
    expect(await runsOf(engine, 'quick')).toEqual(['s-2026-11-30T03:00:00Z completed']);
  });

  it.each([
    ['59 seconds', 's-2026-11-30T01:00:00Z completed'],
    ['61 seconds', undefined],
  ])('a time missed by %s is made up for by default: %s', async (late, expected) => {
    const engine = makeEngine();
    await engine.schedules.create('s', { workflow: quick, input: 'a', ...hourly });
    await engine.schedules.pause('s');
    await engine.advance('30 minutes');
    await engine.advance(late);
    await engine.schedules.resume('s');
    await engine.settle();
    expect((await runsOf(engine, 'quick'))[0]).toBe(expected);
  });

  it('it makes up for as much as it was told to', async () => {
    const engine = makeEngine();
    await engine.schedules.create('s', { workflow: quick, input: 'a', ...hourly, overlap: 'allow', catchUp: '2h' });
    await engine.schedules.pause('s');
    await engine.advance('3 hours'); // 03:30
    await engine.schedules.resume('s');
    await engine.settle();
    expect(await runsOf(engine, 'quick')).toEqual([
      's-2026-11-30T02:00:00Z completed',
      's-2026-11-30T03:00:00Z completed',
    ]);
  });
});

describe('when the engine was down', () => {
  it.each([
    ['3 minutes', '1m', ['01:00']], // a worker that died is no reason to miss a time
    ['210 minutes', '1m', []],
    ['210 minutes', '2 hours', ['03:00', '04:00']],
  ] as const)('for %s, with a catch-up of %s it starts %j', async (down, catchUp, expected) => {
    const store = new MemoryStore();
    const before = createTestEngine({ workflows, store, now: new Date('2026-11-30T00:30:00Z'), log: silent });
    await before.schedules.create('s', { workflow: quick, input: 'a', ...hourly, overlap: 'allow', catchUp });
    await before.settle();
    const upAgain = new Date(Date.parse('2026-11-30T01:00:00Z') + toMilliseconds(down));
    const engine = createTestEngine({ workflows, store, now: upAgain, log: silent });
    await engine.advance('2 minutes');
    const runs = await runsOf(engine, 'quick');
    expect(runs).toEqual(expected.map((time) => `s-2026-11-30T${time}:00Z completed`));
  });
});

describe('trigger and backfill', () => {
  it('a trigger starts a run now, also while it is paused, and again for another call', async () => {
    const engine = makeEngine();
    await engine.schedules.create('s', { workflow: quick, input: 'a', ...hourly });
    await engine.schedules.pause('s');
    const id = await engine.schedules.trigger('s');
    expect(await engine.client.run(id).result()).toBe('a for 2026-11-30T00:30:00.000Z');
    expect(await engine.schedules.describe('s')).toMatchObject({ paused: true, lastRunId: id });
    expect(await engine.schedules.trigger('s')).not.toBe(id);
    const key = { idempotencyKey: 'k' };
    expect(await engine.schedules.trigger('s', key)).toBe(await engine.schedules.trigger('s', key));
    expect(await engine.list({ workflow: 'quick' })).toHaveLength(3);
  });

  it('a backfill of a month starts the run of each time, from since on and before until, once', async () => {
    const engine = makeEngine();
    await engine.schedules.create('s', { workflow: quick, input: 'a', schedule: 'cron(0 8 * * ? *)' });
    const span = { since: '2026-10-01T08:00:00Z', until: new Date('2026-11-01T08:00:00Z') };
    const ids = await engine.schedules.backfill('s', span);
    expect(ids).toHaveLength(31);
    expect([ids[0], ids.at(-1)]).toEqual(['s-2026-10-01T08:00:00Z', 's-2026-10-31T08:00:00Z']);
    expect(await engine.client.run(ids[1] ?? '').result()).toBe('a for 2026-10-02T08:00:00.000Z');
    expect(await engine.schedules.backfill('s', span)).toEqual(ids);
    expect(await engine.list({ workflow: 'quick' })).toHaveLength(31);
  });

  it('a backfill with too many times starts none', async () => {
    const engine = makeEngine();
    await engine.schedules.create('s', { workflow: quick, input: 'a', schedule: 'cron(* * * * ? *)' });
    const many = engine.schedules.backfill('s', { since: '2026-11-01', until: '2026-11-02' });
    await expect(many).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(many).rejects.toThrow(/1000 runs at most/);
    expect(await engine.list({ workflow: 'quick' })).toEqual([]);
  });
});

it('deleted while its run goes on: the run ends as it would have', async () => {
  const engine = makeEngine();
  await engine.schedules.create('s', { workflow: 'slow', ...hourly, overlap: 'buffer-one' });
  await engine.advance('95 minutes'); // 02:05, and the next run waits for the end of the first
  await engine.schedules.delete('s');
  await engine.advance('3 hours');
  expect(await runsOf(engine, 'slow')).toEqual(['s-2026-11-30T01:00:00Z completed']);
});

it('its own run ends and goes, some time after it was deleted', async () => {
  const engine = makeEngine();
  await engine.schedules.create('s', { workflow: quick, input: 'a', ...hourly });
  await engine.schedules.delete('s');
  await engine.advance('59 minutes');
  expect(await engine.client.run('lull.schedule:s').describe()).toMatchObject({ status: 'suspended' });
  await engine.advance('2 minutes');
  expect(await engine.client.run('lull.schedule:s').describe()).toMatchObject({ status: 'completed' });
  await engine.advance('20 minutes');
  await expect(engine.client.run('lull.schedule:s').describe()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  await engine.schedules.create('s', { workflow: quick, input: 'b', ...hourly });
});
