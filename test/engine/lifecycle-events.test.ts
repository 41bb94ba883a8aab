/** What the event bus hears of runs, and what becomes of a run while the bus is away. */
import { child, defineStep, LullError, sleep, step, workflow } from 'lull';
import { describe, expect, it } from 'vitest';
import { silent } from '../testing/silent.ts';
import { KeptEvents } from './kept-events.ts';
import { SmallCloud, START_MS, type Workflows } from './small-cloud.ts';

const quick = workflow('quick', function* (word: string) {
  return yield* step('say', () => `secret ${word}`);
});
const nap = workflow('nap', function* () {
  yield* sleep('1 day');
});
const fall = workflow('fall', function* (secret: string) {
  yield* step('fall', { retry: false }, () => {
    throw new LullError('NO_STOCK', `nothing left${secret.slice(0, 0)}`);
  });
});

function fail(message: string): never {
  throw new Error(message);
}

function setUp(workflows: Workflows, options: ConstructorParameters<typeof SmallCloud>[1] = {}) {
  const cloud = new SmallCloud(workflows, options);
  const events = new KeptEvents();
  return { cloud, events, worker: cloud.worker({ events }) };
}

describe('the event bus hears', () => {
  it('that a run has started, and how it has ended, and nothing of its values', async () => {
    const { cloud, events, worker } = setUp([quick]);
    await cloud.client.start(quick, 'hush', { id: 'r1', attributes: { customer: 'c1' } });
    await worker.turn('r1');
    const run = { runId: 'r1', workflow: 'quick', createdAtMs: START_MS, attributes: { customer: 'c1' } };
    expect(events.taken).toEqual([
      { id: expect.stringMatching(/^started-[\w-]{22}$/) as string, kind: 'started', atMs: START_MS, run },
      {
        id: expect.stringMatching(/^completed-[\w-]{22}$/) as string,
        ...{ kind: 'completed', atMs: START_MS, run: { ...run, endedAtMs: START_MS } },
      },
    ]);
    expect(JSON.stringify(events.taken)).not.toMatch(/secret|hush/);
    expect(await cloud.run('r1')).not.toHaveProperty('afterEnd');
    expect(await cloud.run('r1')).not.toHaveProperty('dueAtMs');
  });

  it('why one has failed: class, code and message of its error, and of a long one the begin', async () => {
    const long = workflow('long', function* () {
      yield* step('shout', { retry: false }, () => {
        throw new TypeError('x'.repeat(5_000));
      });
    });
    const { cloud, events, worker } = setUp([fall, long]);
    await cloud.client.start(fall, 'secret', { id: 'f1' });
    await cloud.client.start(long, undefined, { id: 'l1' });
    await worker.turn('f1');
    await worker.turn('l1');
    expect(events.taken[1]).toMatchObject({
      kind: 'failed',
      error: {
        name: 'StepFailedError',
        code: 'STEP_FAILED',
        message: expect.stringContaining('nothing left') as string,
      },
    });
    const { message = '' } = events.taken[3]?.error ?? {};
    expect([message.length, message.at(-1)]).toEqual([1_000, '…']);
  });

  it('nothing of what a sensitive step says', async () => {
    const check = defineStep('check', { sensitive: true, retry: false }, (pin: string) => {
      throw new Error(`${pin} is wrong`);
    });
    const login = workflow('login', function* () {
      yield* check('pin-1234');
    });
    const { cloud, events, worker } = setUp([login]);
    await cloud.client.start(login, undefined, { id: 'r1' });
    await worker.turn('r1');
    expect(events.said()).toEqual(['started r1', 'failed r1']);
    expect(JSON.stringify(events.taken)).not.toContain('pin-1234');
  });

  it('that one was cancelled or terminated, and the reason', async () => {
    const { cloud, events, worker } = setUp([nap]);
    const runs = await Promise.all(['c', 't'].map((id) => cloud.client.start(nap, undefined, { id })));
    for (const id of ['c', 't']) await worker.turn(id);
    await runs[0]?.cancel('not any more');
    await runs[1]?.terminate();
    for (const id of ['c', 't']) await worker.turn(id);
    expect(events.taken.slice(2)).toMatchObject([
      { kind: 'cancelled', reason: 'not any more' },
      { kind: 'terminated', reason: '' },
    ]);
  });

  it('once that one is blocked, however often it is retried, and its end after that', async () => {
    const other = workflow('nap', function* () {
      yield* step('new', () => 1);
    });
    const { cloud, events, worker } = setUp([nap]);
    await cloud.client.start(nap, undefined, { id: 'r1' });
    await worker.turn('r1');
    const newer = cloud.worker({ workflows: [other], events, version: '2' });
    cloud.pass(86_400_000);
    await newer.turn('r1');
    cloud.pass(86_400_000);
    await newer.turn('r1');
    expect(events.said()).toEqual(['started r1', 'blocked r1']);
    expect(events.taken[1]).toMatchObject({ atMs: START_MS + 86_400_000, error: { code: 'NONDETERMINISM' } });
    await cloud.worker({ events }).turn('r1');
    expect(events.said()).toEqual(['started r1', 'blocked r1', 'completed r1']);
  });

  it('of a child which run is its parent; and nothing of a run of lull’s own', async () => {
    const outer = workflow('outer', function* () {
      yield* child(quick, 'x', { id: 'inner' });
    });
    const { cloud, events, worker } = setUp([outer, quick]);
    await cloud.client.start(outer, undefined, { id: 'o1' });
    for (const id of ['o1', 'inner', 'o1']) await worker.turn(id);
    expect(events.said()).toEqual(['started o1', 'started inner', 'completed inner', 'completed o1']);
    expect(events.taken.map(({ run }) => run.parentRunId)).toEqual([undefined, 'o1', 'o1', undefined]);

    events.taken.length = 0;
    await cloud.client.schedules.create('nightly', { workflow: quick, input: 'x', schedule: 'rate(1 hour)' });
    for (const { runId } of cloud.wakes.takeDue(Infinity)) await worker.turn(runId);
    expect(events.taken).toEqual([]);
  });

  it('of a run that is tried again each end, under an id of its own', async () => {
    const { cloud, events, worker } = setUp([fall]);
    const run = await cloud.client.start(fall, '', { id: 'r1' });
    await worker.turn('r1');
    await run.retry();
    await worker.turn('r1');
    expect(events.said()).toEqual(['started r1', 'failed r1', 'failed r1']);
    const [, first, second] = events.taken;
    expect(first?.id).not.toBe(second?.id);
    expect(second?.run.retries).toBe(1);
  });

  it('the attributes that the code has set last', async () => {
    const { setAttributes } = await import('lull');
    const tagged = workflow('tagged', function* () {
      setAttributes({ state: 'done' });
      yield* step('one', () => 1);
    });
    const { cloud, events, worker } = setUp([tagged]);
    await cloud.client.start(tagged, undefined, { id: 'r1', attributes: { state: 'new' } });
    await worker.turn('r1');
    expect(events.taken.at(-1)?.run.attributes).toEqual({ state: 'done' });
  });
});

describe('while the event bus is away', () => {
  it('runs end as ever, and the bus hears of their ends when it is back', async () => {
    const { cloud, events, worker } = setUp([quick]);
    events.isAway = true;
    const run = await cloud.client.start(quick, 'x', { id: 'r1' });
    await worker.turn('r1');
    expect(await run.result({ timeout: 0 })).toBe('secret x');
    expect(await cloud.run('r1')).toMatchObject({ afterEnd: 'emit', dueAtMs: START_MS + 60_000 });

    cloud.pass(60_000);
    expect(await worker.sweep()).toMatchObject({ woken: 1 });
    await worker.turn('r1');
    expect(await cloud.run('r1')).toMatchObject({ dueAtMs: START_MS + 120_000 });
    events.isAway = false;
    cloud.pass(60_000);
    await worker.turn('r1');
    expect(events.said()).toEqual(['completed r1']);
    expect(await cloud.run('r1')).not.toHaveProperty('afterEnd');
  });

  it('a parent learns of its child at once, and once', async () => {
    const outer = workflow('outer', function* () {
      return yield* child(quick, 'x', { id: 'inner' });
    });
    const { cloud, events, worker } = setUp([outer, quick]);
    events.isAway = true;
    const run = await cloud.client.start(outer, undefined, { id: 'o1' });
    for (const id of ['o1', 'inner', 'o1']) await worker.turn(id);
    expect(await run.result({ timeout: 0 })).toBe('secret x');
    expect(await cloud.run('inner')).toMatchObject({ afterEnd: 'emit' });
    const { wakes } = await cloud.run('o1');
    events.isAway = false;
    cloud.pass(60_000);
    await worker.turn('inner');
    expect(events.said()).toEqual(['completed inner']);
    expect((await cloud.run('o1')).wakes).toBe(wakes);
  });

  it('a run can be tried again, and deleted', async () => {
    const { cloud, events, worker } = setUp([fall, quick]);
    events.isAway = true;
    const failed = await cloud.client.start(fall, '', { id: 'f1' });
    const done = await cloud.client.start(quick, 'x', { id: 'r1' });
    for (const id of ['f1', 'r1']) await worker.turn(id);
    await failed.retry();
    await done.delete();
    expect(await cloud.run('f1')).toMatchObject({ status: 'suspended' });
    expect(await cloud.table.readRun('r1')).toBeUndefined();
  });

  it('an end is put again at growing intervals, and is given up after a day', async () => {
    const errors: unknown[][] = [];
    const log = { ...silent, error: (...values: unknown[]) => void errors.push(values) };
    const brief = workflow('brief', { retention: '1 hour' }, function* () {
      yield* step('one', () => 1);
    });
    const { cloud, events, worker } = setUp([brief], { log });
    events.isAway = true;
    await cloud.client.start(brief, undefined, { id: 'r1' });
    await worker.turn('r1');
    const asked = events.asked;
    for (let hours = 0; hours < 26; hours += 0.25) {
      cloud.pass(900_000);
      await worker.sweep();
      for (const { runId } of cloud.wakes.takeDue(cloud.clock.nowMs())) await worker.turn(runId);
    }
    expect(events.asked - asked).toBeLessThan(40);
    expect(events.asked - asked).toBeGreaterThan(20);
    expect(errors).toMatchObject([
      ['the end of a run was never taken by the event bus: it is given up', { runId: 'r1' }],
    ]);
    expect(await cloud.table.readRun('r1')).toBeUndefined(); // purged, and not before
  });

  it('a bus that throws, at once or later, is as one that is away', async () => {
    for (const put of [() => Promise.reject(new Error('no bus')), () => fail('no bus')]) {
      const { cloud } = setUp([quick]);
      const run = await cloud.client.start(quick, 'x', { id: 'r1' });
      await cloud.worker({ events: { put } }).turn('r1');
      expect(await run.result({ timeout: 0 })).toBe('secret x');
      expect(await cloud.run('r1')).toMatchObject({ afterEnd: 'emit', dueAtMs: START_MS + 60_000 });
    }
  });

  it('and the workflow is then taken out of the deployment, a run is purged when its retention is over all the same', async () => {
    const brief = workflow('brief', { retention: '1 hour' }, function* () {
      yield* step('one', () => 1);
    });
    const { cloud, events, worker } = setUp([brief]);
    events.isAway = true;
    await cloud.client.start(brief, undefined, { id: 'r1' });
    await worker.turn('r1');
    const without = cloud.worker({ workflows: [quick], events });
    cloud.pass(60_000);
    await without.turn('r1'); // in vain once more
    events.isAway = false;
    cloud.pass(120_000);
    await without.turn('r1');
    expect(events.said()).toEqual(['completed r1']);
    expect(await cloud.run('r1')).toMatchObject({ dueAtMs: START_MS + 3_600_000 });
    cloud.pass(3_600_000);
    expect(await without.sweep()).toMatchObject({ purged: 1 });
  });

  it('and is then taken out of the deployment, what is left is settled', async () => {
    const { cloud, events, worker } = setUp([quick]);
    events.isAway = true;
    await cloud.client.start(quick, 'x', { id: 'r1' });
    await worker.turn('r1');
    await cloud.worker().turn('r1');
    expect(await cloud.run('r1')).not.toHaveProperty('afterEnd');
  });
});
