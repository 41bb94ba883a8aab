import { describe, expect, it } from 'vitest';
import { workflow } from '../../lib/api/workflow.ts';
import { encodeError } from '../../lib/codec/encode-error.ts';
import { CancelledError, registerClass, StepFailedError, TimeoutError } from '../../lib/index.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { createWorld, endRun, NOON_MS, takeLease, type World } from './client-world.ts';

const greet = workflow('greet', function* (name: string) {
  return `Hello, ${name}`;
});

async function worldWithRun(): Promise<World> {
  const world = createWorld();
  await world.client.start(greet, 'Ada', { id: 'r1' });
  return world;
}

class Money {
  readonly cents: number;
  constructor(cents: number) {
    this.cents = cents;
  }
}

describe('run.result', () => {
  it.each(['inline', 'item'] as const)('gives what the workflow returned, stored as %s', async (stored) => {
    const world = await worldWithRun();
    const result = { at: new Date(0), all: new Map([['a', 1n]]) };
    await endRun(world.store, 'r1', { status: 'completed', value: result, stored });
    expect(await world.client.run('r1').result()).toEqual(result);
  });

  it('waits until the run has ended, looking less and less often, at least each second', async () => {
    const world = await worldWithRun();
    const lookedAtMs: number[] = [];
    const store = aroundStore(world.store, async ({ operation }, go) => {
      if (operation === 'readRun') lookedAtMs.push(world.clock.nowMs() - NOON_MS);
      if (lookedAtMs.length === 14) await endRun(world.store, 'r1', { status: 'completed', value: 'done' });
      return go();
    });
    expect(await world.clientWith({ store }).run('r1').result()).toBe('done');
    const gapsMs = lookedAtMs.slice(1).map((atMs, index) => atMs - lookedAtMs[index]!);
    expect(gapsMs[0]).toBe(50);
    expect(gapsMs).toEqual([...gapsMs].sort((a, b) => a - b));
    expect(gapsMs.at(-1)).toBe(1_000);
  });

  it('gives up after its timeout, and says where the run is', async () => {
    const world = await worldWithRun();
    const run = world.client.run('r1');
    const waiting = run.result({ timeout: '10s' });
    await expect(waiting).rejects.toBeInstanceOf(TimeoutError);
    await expect(waiting).rejects.toThrow('run "r1" has not ended within 10000 ms: it is pending');
    expect(world.clock.nowMs() - NOON_MS).toBe(10_000);
  });

  it('looks once with a timeout of zero', async () => {
    const world = await worldWithRun();
    await expect(world.client.run('r1').result({ timeout: 0 })).rejects.toThrow('has not ended within 0 ms');
    await endRun(world.store, 'r1', { status: 'completed', value: null });
    expect(await world.client.run('r1').result({ timeout: 0 })).toBeNull();
    expect(world.clock.nowMs()).toBe(NOON_MS);
  });

  it('goes on waiting for a run that is blocked, and says why when it gives up', async () => {
    const world = await worldWithRun();
    const epoch = await takeLease(world.store, 'r1');
    const blocked = { reason: 'step "charge" is not in the journal', sinceMs: NOON_MS };
    await world.store.release('r1', {
      epoch,
      wakesSeen: 0,
      status: 'blocked',
      dueAtMs: undefined,
      inboxIds: [],
      blocked,
    });
    await expect(world.client.run('r1').result({ timeout: '1s' })).rejects.toThrow(
      'run "r1" has not ended within 1000 ms: it is blocked, since 2026-11-22T12:00:00.000Z: step "charge" is not in the journal',
    );
  });

  it("raises the workflow's own error as the cause of a failure", async () => {
    const world = await worldWithRun();
    const error = new StepFailedError('charge', 5, 'step "charge" failed', { cause: new RangeError('card declined') });
    await endRun(world.store, 'r1', { status: 'failed', value: error });
    await expect(world.client.run('r1').result()).rejects.toMatchObject({
      code: 'RUN_FAILED',
      runId: 'r1',
      message: 'run "r1" of workflow "greet" failed: StepFailedError: step "charge" failed',
      cause: { name: 'StepFailedError', step: 'charge', cause: { name: 'RangeError', message: 'card declined' } },
    });
  });

  it('raises a failure also when the class of its error is not known here', async () => {
    const world = await worldWithRun();
    class CardError extends Error {
      override readonly name = 'CardError';
    }
    const value = encodeError(new CardError('declined'), 'the error');
    const epoch = await takeLease(world.store, 'r1');
    const result = { kind: 'inline', value } as const;
    await world.store.finish('r1', {
      epoch,
      wakesSeen: 0,
      status: 'failed',
      result,
      endedAtMs: 1,
      purgeAtMs: undefined,
    });
    await expect(world.client.run('r1').result()).rejects.toThrow('failed: CardError: declined');
  });

  it.each<[unknown, string]>([
    [new CancelledError('out of stock'), 'run "r1" was cancelled: out of stock'],
    [new CancelledError(), 'run "r1" was cancelled'],
  ])('says that a run was cancelled, and why', async (value, message) => {
    const world = await worldWithRun();
    await endRun(world.store, 'r1', { status: 'cancelled', value });
    const failing = world.client.run('r1').result();
    await expect(failing).rejects.toMatchObject({ code: 'RUN_CANCELLED', reason: (value as Error).message, message });
  });

  it('says that a run was terminated, and why', async () => {
    const world = await worldWithRun();
    await endRun(world.store, 'r1', { status: 'terminated', value: 'a wrong order' });
    const failing = world.client.run('r1').result();
    await expect(failing).rejects.toMatchObject({ code: 'RUN_TERMINATED', reason: 'a wrong order' });
    await expect(failing).rejects.toThrow('run "r1" was terminated: a wrong order');
  });

  it('refuses a result of a class that is not registered here, rather than to give something else', async () => {
    const world = await worldWithRun();
    const name = `Money-${Math.floor(NOON_MS)}`;
    registerClass(Money, { name, toData: ({ cents }) => cents, fromData: (cents) => new Money(cents) });
    await endRun(world.store, 'r1', { status: 'completed', value: new Money(5) });
    expect(await world.client.run('r1').result()).toEqual(new Money(5));
    const renamed = aroundStore(world.store, async (_, go) => {
      const answer = await go();
      return JSON.parse(JSON.stringify(answer).replaceAll(name, 'Money-of-elsewhere')) as typeof answer;
    });
    const client = world.clientWith({ store: renamed });
    await expect(client.run('r1').result()).rejects.toMatchObject({ code: 'UNREGISTERED_CLASS' });
    expect(await client.run('r1').describe()).toMatchObject({ status: 'completed', result: 5 });
  });

  it('bears a store that does not answer for a moment', async () => {
    const world = await worldWithRun();
    await endRun(world.store, 'r1', { status: 'completed', value: 'done', stored: 'item' });
    let calls = 0;
    const store = aroundStore(world.store, ({ operation }, go) => {
      calls += 1;
      return calls % 3 === 0 ? go() : Promise.reject(new StoreUnavailableError(operation));
    });
    await expect(world.clientWith({ store }).run('r1').result()).rejects.toBeInstanceOf(StoreUnavailableError);
    const seldom = aroundStore(world.store, ({ operation }, go) => {
      calls += 1;
      return calls % 3 !== 0 ? go() : Promise.reject(new StoreUnavailableError(operation));
    });
    expect(await world.clientWith({ store: seldom }).run('r1').result()).toBe('done');
  });

  it('of a run that is not there is an error', async () => {
    const { client } = createWorld();
    await expect(client.run('r1').result()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND', runId: 'r1' });
  });

  it.each<[object, string]>([
    [{ timeout: '10' }, 'the timeout of result() cannot be "10": it needs a unit'],
    [{ wait: '10s' }, 'result has no option "wait": there are timeout'],
  ])('refuses the options %j', async (options, message) => {
    const world = await worldWithRun();
    await expect(world.client.run('r1').result(options)).rejects.toThrow(message);
  });
});
