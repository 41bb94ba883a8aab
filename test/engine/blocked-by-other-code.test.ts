/** A run that is blocked waits longer from look to look. Code that has not looked yet does not wait for the next one. */
import { sleep, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { silent } from '../testing/silent.ts';
import { SmallCloud } from './small-cloud.ts';

const greets = (name: string) =>
  workflow('greet', function* () {
    yield* step(name, () => 'hello');
    yield* sleep('1 day');
    return name;
  });
const first = greets('greet');
const changed = greets('greet politely');
const mended = greets('greet');

async function blockedRun() {
  const cloud = new SmallCloud([first]);
  const run = await cloud.client.start(first, undefined, { id: 'r' });
  await cloud.worker({ version: '1' }).turn(run.id);
  cloud.pass(86_400_000);
  const behind = cloud.worker({ version: '2', workflows: [changed] });
  expect(await behind.turn(run.id)).toMatchObject({ kind: 'blocked' });
  cloud.wakes.clear();
  return { cloud, run, behind };
}

describe('a run that is blocked', () => {
  it('says which code blocked it', async () => {
    const { cloud, run } = await blockedRun();
    expect((await cloud.run(run.id)).blocked).toMatchObject({
      version: '2',
      reason: expect.stringContaining('journal') as string,
    });
  });

  it('is not due for the code that blocked it before its next look', async () => {
    const { run, behind } = await blockedRun();
    expect(await behind.turn(run.id)).toEqual({ kind: 'skipped', reason: 'not-due' });
  });

  it('is taken at once by other code that is woken for it', async () => {
    const { cloud, run } = await blockedRun();
    expect(await cloud.worker({ version: '3', workflows: [mended] }).turn(run.id)).toEqual({
      kind: 'ended',
      status: 'completed',
    });
    expect((await cloud.run(run.id)).blocked).toBeUndefined();
  });

  it('is woken by a sweep that looks for blocked runs, and by no other before its next look', async () => {
    const { cloud, run, behind } = await blockedRun();
    expect(await behind.sweep({ aheadMs: 90_000 })).toMatchObject({ woken: 0 });
    expect(await behind.sweep({ wakesBlocked: true })).toMatchObject({ woken: 1 });
    expect(cloud.wakes.takeDue(cloud.clock.nowMs())).toMatchObject([{ runId: run.id }]);
  });
});

it('a sweep that looks for blocked runs does not wake those that sleep', async () => {
  const dozes = workflow('dozes', function* () {
    yield* sleep('5 minutes');
  });
  const cloud = new SmallCloud([dozes]);
  const run = await cloud.client.start(dozes, undefined, { id: 'd' });
  await cloud.worker().turn(run.id);
  cloud.wakes.clear();
  expect(await cloud.worker().sweep({ wakesBlocked: true })).toMatchObject({
    woken: 0,
    purged: 0,
    leased: 0,
    ahead: 0,
  });
});

it('a run of the kit goes on with the code that is deployed, without the clock', async () => {
  const engine = createTestEngine({ workflows: [first], log: silent });
  const run = await engine.start(first);
  await engine.settle();
  await engine.deploy([changed]);
  await engine.advance('1 day');
  expect((await run.describe()).status).toBe('blocked');
  const blockedAt = engine.now();
  await engine.deploy([mended]);
  await engine.settle();
  expect((await run.describe()).status).toBe('completed');
  expect(engine.now()).toEqual(blockedAt);
});
