import { callback, createTask, isCancelled, race, shield, sleep, step, TimeoutError, workflow } from 'lull';
import { CallbackDoneError, Client, InvalidTokenError, RunEndedError } from 'lull/client';
import { createTestEngine, crashEverywhere } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { Around } from '../../lib/testing/around-store.ts';
import { SmallCloud } from './small-cloud.ts';

const approval = workflow('approval', function* (timeout: string) {
  const decision = callback<string>('approval', { timeout });
  yield* step('mail', () => decision.token);
  try {
    return yield* decision;
  } catch (error) {
    if (error instanceof TimeoutError) return error.message;
    throw error;
  }
});

/** A run that has mailed its token. */
async function mailed(timeout = '7 days') {
  const engine = createTestEngine({ workflows: [approval] });
  const run = await engine.start(approval, timeout);
  await engine.settle();
  const mail = (await engine.history(run)).find(({ kind }) => kind === 'step-completed');
  return { engine, run, token: mail!.value as string };
}

describe('a callback', () => {
  it('is completed by its token, which is there at once', async () => {
    const { engine, run, token } = await mailed();
    expect(await engine.client.completeCallback(token, 'yes')).toBe(run.id);
    expect(await run.result()).toBe('yes');
  });

  it('is failed by its token: the error comes back as itself', async () => {
    const { engine, run, token } = await mailed();
    await engine.client.failCallback(token, new RangeError('too expensive'));
    await expect(run.result()).rejects.toMatchObject({ cause: new RangeError('too expensive') });
  });

  it('fails with an Error where anything else is given', async () => {
    const { engine, run, token } = await mailed();
    await engine.client.failCallback(token, 'no');
    await expect(run.result()).rejects.toMatchObject({ cause: { message: 'no' } });
  });

  it('is completed once: a second call is a CallbackDoneError, before and after the run has heard, and after its end', async () => {
    const { engine, run, token } = await mailed();
    await engine.client.completeCallback(token, 'yes');
    await expect(engine.client.completeCallback(token, 'yes')).rejects.toThrow(CallbackDoneError);
    await expect(engine.client.failCallback(token, 'no')).rejects.toMatchObject({ code: 'CALLBACK_DONE' });
    expect(await run.result()).toBe('yes');
    await expect(engine.client.completeCallback(token, 'again')).rejects.toThrow(CallbackDoneError);
    await expect(engine.client.heartbeatCallback(token)).rejects.toThrow(CallbackDoneError);
  });

  it('is completed by a call that is repeated with its key', async () => {
    const { engine, run, token } = await mailed();
    await engine.client.completeCallback(token, 'yes', { idempotencyKey: 'k' });
    await engine.client.completeCallback(token, 'yes', { idempotencyKey: 'k' });
    expect(await run.result()).toBe('yes');
    await engine.client.completeCallback(token, 'yes', { idempotencyKey: 'k' });
    await expect(engine.client.completeCallback(token, 'yes', { idempotencyKey: 'l' })).rejects.toThrow(
      CallbackDoneError,
    );
  });

  it('of a run that has ended otherwise is a RunEndedError', async () => {
    const { engine, run, token } = await mailed();
    await run.terminate();
    await expect(run.result()).rejects.toMatchObject({ code: 'RUN_TERMINATED' });
    await expect(engine.client.completeCallback(token, 'late')).rejects.toThrow(RunEndedError);
  });

  it('throws a TimeoutError when its timeout is up, and its token has expired', async () => {
    const { engine, run, token } = await mailed('1h');
    await engine.advance('1h');
    await expect(engine.client.completeCallback(token, 'late')).rejects.toThrow(InvalidTokenError);
    expect(await run.result()).toBe('callback "approval" was not completed within 3600000 ms');
  });

  it('may be awaited by several tasks, raced, shielded and awaited again', async () => {
    const flow = workflow('flow', function* () {
      const paid = callback<number>('paid');
      yield* step('pay', () => paid.token);
      const first = yield* race({ paid: shield(paid), late: sleep('1h') });
      const task = createTask(paid);
      return [first.key, yield* paid, yield* task, yield* paid];
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow, undefined);
    await engine.advance('2h');
    const pay = (await engine.history(run)).find(({ kind }) => kind === 'step-completed');
    await engine.client.completeCallback(pay!.value as string, 990);
    expect(await run.result()).toEqual(['late', 990, 990, 990]);
  });

  it('that lost a race is cancelled: what comes then changes nothing', async () => {
    const flow = workflow('flow', function* () {
      const paid = callback<number>('paid');
      yield* step('pay', () => paid.token);
      const first = yield* race({ paid, late: sleep('1h') });
      yield* sleep('1h');
      try {
        yield* paid;
      } catch (error) {
        return [first.key, isCancelled(error)];
      }
      return undefined;
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow, undefined);
    await engine.advance('90m');
    const pay = (await engine.history(run)).find(({ kind }) => kind === 'step-completed');
    await engine.client.completeCallback(pay!.value as string, 990);
    expect(await run.result()).toEqual(['late', true]);
  });

  it('has an url where the deployment has one, and says so where it has none', async () => {
    const flow = workflow('flow', function* () {
      const paid = callback('paid');
      yield* step('hand out', () => paid.url);
      yield* paid;
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow, undefined);
    await engine.settle();
    const [, , , handed] = await engine.history(run);
    expect(handed!.value).toMatch(/^https:\/\/callbacks\.test\/callbacks\/[\w-]+\.[\w-]+$/);

    const cloud = new SmallCloud([flow]);
    const other = await cloud.client.start(flow, undefined);
    await cloud.worker().turn(other.id);
    const failure: unknown = await other.result({ timeout: 0 }).catch((error: unknown) => error);
    expect(String((failure as Error).cause)).toMatch(/publicCallbacks: true/);
  });

  it('keeps its token and its url on replay, whatever is deployed then', async () => {
    const make = (timeout: string) =>
      workflow('flow', function* () {
        const paid = callback<number>('paid', { timeout });
        yield* step('hand out', () => paid.url);
        yield* sleep('1h');
        return [paid.token, paid.url, yield* paid];
      });
    const cloud = new SmallCloud([make('1 day')]);
    const before = cloud.worker({ workflows: [make('1 day')], publicUrl: 'https://a' });
    const after = cloud.worker({ workflows: [make('2 days')], publicUrl: 'https://b' });
    await cloud.client.start('flow', undefined, { id: 'r' });
    await before.turn('r');
    const url = (await cloud.entries('r')).flatMap((entry) =>
      entry.kind === 'step-completed' ? [entry.value] : [],
    )[0];
    const token = (url as string).split('/').at(-1)!;
    cloud.pass(3_600_000);
    await after.turn('r');
    await cloud.client.completeCallback(token, 1);
    await after.turn('r');
    expect(await cloud.client.run('r').result({ timeout: 0 })).toEqual([token, `https://a/callbacks/${token}`, 1]);
  });

  it('that nobody awaits is found, as other calls are', async () => {
    const flow = workflow('flow', function* () {
      callback('lost');
      yield* sleep('1s');
    });
    const engine = createTestEngine({ workflows: [flow] });
    await expect(engine.run(flow, undefined)).rejects.toMatchObject({ code: 'NEVER_AWAITED' });
  });

  it.each([
    [{ timeout: 'x' }, /the timeout of callback "a"/],
    [{ heartbeat: 1 }, /callback "a" has no option "heartbeat": there are timeout, heartbeatTimeout, schema/],
    [{ schema: 7 }, /the schema of callback "a" is 7/],
    [null, /the options of callback "a" are null/],
  ])('refuses %j', async (options, message) => {
    const flow = workflow('flow', function* () {
      yield* callback('a', options as never);
    });
    const engine = createTestEngine({ workflows: [flow] });
    await expect(engine.run(flow, undefined)).rejects.toThrow(message);
  });
});

describe('the heartbeats of a callback', () => {
  const beaten = workflow('beaten', function* () {
    const work = callback<string>('work', { heartbeatTimeout: '10m' });
    yield* step('hand out', () => work.token);
    try {
      return [yield* work, work.lastHeartbeat];
    } catch (error) {
      return [(error as Error).message, work.lastHeartbeat];
    }
  });

  it('keep it alive, and their last details can be read', async () => {
    const engine = createTestEngine({ workflows: [beaten] });
    const run = await engine.start(beaten, undefined);
    await engine.settle();
    const token = (await engine.history(run)).find(({ kind }) => kind === 'step-completed')!.value as string;
    for (const percent of [30, 60]) {
      await engine.advance('9m');
      await engine.client.heartbeatCallback(token, { percent });
    }
    await engine.advance('9m');
    await engine.client.completeCallback(token, 'done');
    expect(await run.result()).toEqual(['done', { percent: 60 }]);
    expect((await engine.history(run)).filter(({ kind }) => kind === 'callback-heartbeat').length).toBe(2);
  });

  it('that stay away make it throw a TimeoutError', async () => {
    const engine = createTestEngine({ workflows: [beaten] });
    expect(await engine.run(beaten, undefined)).toEqual(['callback "work" had no heartbeat for 600000 ms', undefined]);
    expect(engine.now()).toEqual(new Date('2030-01-01T00:10:00Z'));
  });
});

describe('the schema of a callback', () => {
  const input = z.object({ cents: z.string().transform(Number) });
  const paid = workflow('paid', function* () {
    const receipt = callback('receipt', { schema: input });
    yield* step('hand out', () => receipt.token);
    return yield* receipt;
  });

  it('gives the run its output', async () => {
    const engine = createTestEngine({ workflows: [paid] });
    const run = await engine.start(paid, undefined);
    await engine.settle();
    const token = (await engine.history(run)).find(({ kind }) => kind === 'step-completed')!.value as string;
    await engine.client.completeCallback(token, { cents: '990' });
    expect(await run.result()).toEqual({ cents: 990 });
  });

  it('refuses a value at its sender, who knows the code, and the token stays good', async () => {
    const engine = createTestEngine({ workflows: [paid] });
    const run = await engine.start(paid, undefined);
    await engine.settle();
    const token = (await engine.history(run)).find(({ kind }) => kind === 'step-completed')!.value as string;
    await expect(engine.client.completeCallback(token, { cents: 990 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('the value of callback "receipt" does not fit its schema: $.cents') as string,
    });
    await engine.client.completeCallback(token, { cents: '1' });
    await expect(engine.client.completeCallback(token, { cents: '2' })).rejects.toThrow(CallbackDoneError);
    expect(await run.result()).toEqual({ cents: 1 });
  });

  it('refuses in the run what a sender could not check', async () => {
    const cloud = new SmallCloud([paid]);
    const worker = cloud.worker();
    const run = await cloud.client.start(paid, undefined, { id: 'r' });
    await worker.turn('r');
    const [token] = (await cloud.entries('r')).flatMap((entry) =>
      entry.kind === 'step-completed' ? [entry.value] : [],
    );
    const stranger = new Client({ store: cloud.table, wakes: cloud.wakes, clock: cloud.clock });
    await stranger.completeCallback(token as string, { cents: 990 });
    await worker.turn('r');
    await expect(run.result({ timeout: 0 })).rejects.toMatchObject({ cause: { code: 'INVALID_INPUT' } });
  });
});

it('a callback that is completed before its command is recorded is kept for it', async () => {
  const tokens: string[] = [];
  const flow = workflow('flow', function* () {
    yield* sleep('1h');
    const paid = callback<number>('paid');
    tokens.push(paid.token); // as a log line would have it
    return yield* paid;
  });
  const cloud = new SmallCloud([flow]);
  const run = await cloud.client.start(flow, undefined);
  await cloud.worker().turn(run.id);
  cloud.pass(3_600_000);
  // The worker dies before it has recorded that the timer was due.
  let isDead = false;
  const never = () => new Promise<never>(() => undefined);
  const around: Around = (call, go) => {
    isDead ||= call.operation === 'putRecord';
    return isDead ? never() : go();
  };
  void cloud.worker({ around }).turn(run.id);
  await new Promise((resolve) => setImmediate(resolve));
  await cloud.client.completeCallback(tokens[0]!, 990);
  cloud.pass(31_000);
  expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'ended', status: 'completed' });
  expect(await run.result({ timeout: 0 })).toBe(990);
});

it('a call that died after it stored its value uses the token up for nobody: the next one gets it accepted', async () => {
  let dies = true;
  const cloud = new SmallCloud([approval], {
    aroundClient: (call, go) => (call.operation === 'accept' && dies ? new Promise(() => undefined) : go()),
  });
  await cloud.client.start(approval, '1 day', { id: 'r' });
  const worker = cloud.worker();
  await worker.turn('r');
  const [token] = (await cloud.entries('r')).flatMap((entry) => (entry.kind === 'step-completed' ? [entry.value] : []));
  void cloud.client.completeCallback(token as string, 'first');
  await new Promise((resolve) => setImmediate(resolve));
  dies = false;
  await expect(cloud.client.completeCallback(token as string, 'second')).rejects.toThrow(CallbackDoneError);
  expect(await worker.turn('r')).toEqual({ kind: 'ended', status: 'completed' });
  expect(await cloud.client.run('r').result({ timeout: 0 })).toBe('first');
});

it('the outcome of a callback is the same wherever a worker or a caller dies', async () => {
  await crashEverywhere({
    workflows: [approval],
    scenario: async (engine) => {
      const run = await engine.start(approval, '7 days');
      await engine.settle();
      const mail = (await engine.history(run)).find(({ kind }) => kind === 'step-completed');
      await engine.client.heartbeatCallback(mail!.value as string, 'soon');
      await engine.client.completeCallback(mail!.value as string, 'yes');
      expect(await run.result()).toBe('yes');
    },
  });
});
