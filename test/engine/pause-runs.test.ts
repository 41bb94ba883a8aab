// Runs of all kinds that are paused: not begun, delayed, blocked, with children, with links, tried again.
import { describe, expect, it } from 'vitest';
import {
  child,
  continueAsNew,
  type Coroutine,
  RunEndedError,
  RunNotFoundError,
  signal,
  step,
  workflow,
  type Workflow,
} from 'lull';
import { createTestEngine } from 'lull/testing';
import { promisesToGoOn, SmallCloud } from './small-cloud.ts';

const note = signal<string>('note');

async function settle(): Promise<void> {
  for (let times = 0; times < 40; times += 1) await promisesToGoOn();
}

describe('runs of all kinds', () => {
  it('a run that has not begun does not, and one with a delay neither: until both are over', async () => {
    const ping = workflow('ping', function* () {
      return yield* step('ping', () => 'pong');
    });
    const engine = createTestEngine({ workflows: [ping] });
    const run = await engine.start(ping);
    const later = await engine.start(ping, undefined, { delay: '1 hour' });
    await run.pause();
    await later.pause();
    await engine.advance('10 minutes');
    await later.resume();
    await engine.advance('10 minutes');
    expect(engine.calls('ping')).toHaveLength(0);
    expect((await later.describe()).status).toBe('pending');
    await later.pause();
    await engine.advance('1 day');
    expect(engine.calls('ping')).toHaveLength(0);
    for (const each of [run, later]) await each.resume();
    expect([await run.result(), await later.result()]).toEqual(['pong', 'pong']);
  });

  it('a delayed run that is paused and cancelled ends without having begun', async () => {
    const ping = workflow('ping', function* () {
      return yield* step('ping', () => 'pong');
    });
    const engine = createTestEngine({ workflows: [ping] });
    const run = await engine.start(ping, undefined, { delay: '1 hour' });
    await engine.settle();
    await run.pause();
    await run.cancel();
    await engine.settle();
    expect(await run.describe()).toMatchObject({ status: 'cancelled' });
    expect(engine.calls('ping')).toHaveLength(0);
  });

  it('a blocked run can be paused, shows both, and is tried again after the resume', async () => {
    const before = workflow('order', function* () {
      yield* step('charge', () => 1);
      yield* note.receive();
    });
    const after = workflow('order', function* () {
      yield* step('pay', () => 1);
      yield* note.receive();
    });
    const cloud = new SmallCloud([before]);
    const run = await cloud.client.start(before);
    await cloud.worker().turn(run.id);
    await run.signal(note, 'a');
    await cloud.worker({ workflows: [after], version: '2' }).turn(run.id);
    await run.pause();
    expect(await run.describe()).toMatchObject({ status: 'paused', blocked: { code: 'NONDETERMINISM' } });
    // Other code does not take it while it is paused.
    expect(await cloud.worker({ version: '3' }).turn(run.id)).toEqual({ kind: 'skipped', reason: 'paused' });
    await run.resume();
    expect(await run.describe()).toMatchObject({ status: 'blocked' });
    expect(await cloud.worker({ version: '3' }).turn(run.id)).toEqual({ kind: 'ended', status: 'completed' });
  });

  it('a parent waits for a child that is paused', async () => {
    const part = workflow('part', function* () {
      return yield* note.receive();
    });
    const whole = workflow('whole', function* () {
      return yield* child(part, undefined, { id: 'part-1' });
    });
    const engine = createTestEngine({ workflows: [part, whole] });
    const run = await engine.start(whole);
    await engine.settle();
    const paused = engine.client.run('part-1');
    await paused.pause();
    await paused.signal(note, 'done');
    await engine.advance('1 day');
    expect((await run.describe()).status).toBe('suspended');
    await paused.resume();
    expect(await run.result()).toBe('done');
  });

  it('a run that continues as new stays paused: its next link waits', async () => {
    let finish: () => void = () => undefined;
    const links: Workflow<number, number> = workflow('links', function* (n: number): Coroutine<number> {
      if (n === 2) return yield* step('last', () => n);
      yield* step('first', () => new Promise<void>((resolve) => void (finish = resolve)));
      return yield* continueAsNew(n + 1);
    });
    const cloud = new SmallCloud([links]);
    const run = await cloud.client.start(links, 1);
    const turn = cloud.worker().turn(run.id);
    await settle();
    await run.pause();
    finish();
    await settle();
    cloud.pass(1_000);
    expect(await turn).toEqual({ kind: 'continued', link: 2 });
    expect(await run.describe()).toMatchObject({ status: 'paused', link: 2 });
    expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'skipped', reason: 'paused' });
    await run.resume();
    expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'ended', status: 'completed' });
  });

  it('a run that is tried again and paused before its turn goes on at the resume, with what comes again', async () => {
    let isUp = false;
    const order = workflow('order', function* () {
      const first = yield* note.receive();
      yield* step('ship', { retry: false }, () => {
        if (!isUp) throw new Error('down');
      });
      return first + (yield* note.receive());
    });
    const cloud = new SmallCloud([order]);
    const run = await cloud.client.start(order);
    await run.signal(note, 'a');
    await run.signal(note, 'b');
    expect(await cloud.worker().turn(run.id)).toMatchObject({ kind: 'ended', status: 'failed' });
    isUp = true;
    await run.retry();
    await run.pause();
    expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'skipped', reason: 'paused' });
    await run.resume();
    expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'ended', status: 'completed' });
    expect(await run.result()).toBe('ab');
  });
});

describe('what is asked for twice, or of a run that is not there', () => {
  const wait = workflow('wait', function* () {
    yield* note.receive();
  });

  it('a paused run can be paused, and one that is not paused resumed: nothing is written', async () => {
    const cloud = new SmallCloud([wait]);
    const run = await cloud.client.start(wait);
    await run.resume();
    expect((await cloud.run(run.id)).wakes).toBe(0);
    await run.pause();
    cloud.pass(5_000);
    await run.pause();
    expect(await cloud.run(run.id)).toMatchObject({ wakes: 1, pausedAtMs: cloud.clock.nowMs() - 5_000 });
  });

  it('a run that has ended, or is not there, raises what a request to stop raises', async () => {
    const engine = createTestEngine({ workflows: [wait] });
    const run = await engine.start(wait);
    await run.signal(note, 'a');
    await run.result();
    await expect(run.pause()).rejects.toThrow(RunEndedError);
    await expect(run.resume()).rejects.toThrow(RunEndedError);
    await expect(engine.client.run('nobody').pause()).rejects.toThrow(RunNotFoundError);
  });

  it('in the kit, waiting for a paused run says what is missing', async () => {
    const engine = createTestEngine({ workflows: [wait] });
    const run = await engine.start(wait);
    await run.pause();
    await expect(run.result()).rejects.toThrow('it waits for its resume. Call run.resume()');
  });
});
