import {
  callback,
  continueAsNew,
  type Coroutine,
  createTask,
  isCancelled,
  log,
  saga,
  sleep,
  startChild,
  step,
  taskGroup,
  TimeoutError,
  uuid,
  workflow,
} from 'lull';
import { InvalidTokenError } from 'lull/client';
import { run as runHere } from 'lull/local';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { SmallCloud, START_MS } from './small-cloud.ts';

const counting = workflow('counting', function* (n: number): Coroutine<string> {
  yield* step('count', () => n);
  if (n === 3) return `counted to ${n}`;
  return yield* continueAsNew(n + 1);
});

describe('a run that continues as new', () => {
  it('goes on with its next input, under its id, and ends once', async () => {
    const engine = createTestEngine({ workflows: [counting] });
    const run = await engine.start(counting, 1, { id: 'r' });
    expect(await run.result()).toBe('counted to 3');
    expect(await run.describe()).toMatchObject({ id: 'r', link: 3, input: 3, status: 'completed' });
    expect((await engine.list()).length).toBe(1);
  });

  it('has a history for each link, and shows the last one', async () => {
    const engine = createTestEngine({ workflows: [counting] });
    const run = await engine.start(counting, 1);
    await run.result();
    const kinds = async (link?: number) => (await engine.history(run, { link })).map(({ kind }) => kind);
    const first = ['started', 'step', 'step-completed', 'continued'];
    expect(await kinds(1)).toEqual(first);
    expect(await kinds(2)).toEqual(first);
    expect(await kinds(3)).toEqual(['started', 'step', 'step-completed', 'completed']);
    expect(await kinds()).toEqual(await kinds(3));
    expect((await engine.history(run, { link: 1 })).at(-1)!.value).toBe(2);
    await expect(kinds(4)).rejects.toThrow('the run has no link 4: there are 1 to 3');
    await expect(kinds(0)).rejects.toThrow('the run has no link 0');
  });

  it('can be paged through within a link, although it has continued meanwhile', async () => {
    const engine = createTestEngine({ workflows: [counting] });
    const run = await engine.start(counting, 1);
    await run.result();
    const cursors: string[] = [];
    for await (const { cursor } of run.historyFrom(undefined, { link: 2 })) cursors.push(cursor);
    const rest: string[] = [];
    for await (const { event } of run.historyFrom(cursors[1])) rest.push(event.kind);
    expect(rest).toEqual(['step-completed', 'continued']);
  });

  it('is left as by a return: finally runs, catch and the undos of a saga do not, tasks are cancelled', async () => {
    const said: unknown[] = [];
    const tidy = workflow('tidy', function* (n: number): Coroutine<number> {
      if (n === 2) return n;
      createTask(
        (function* () {
          try {
            yield* sleep('1 day');
          } finally {
            yield* sleep('1m');
            log.info('task', 'cleaned up');
          }
        })(),
      );
      try {
        return yield* saga(function* (trip) {
          trip.onFailure(step('undo', () => 'undone'));
          return yield* taskGroup(function* () {
            return yield* continueAsNew(2);
          });
        });
      } catch {
        log.info('catch', 'was reached');
        throw new Error('catch was reached');
      } finally {
        yield* step('clean up', () => 1);
        log.info('finally', 'ran');
      }
    });
    const logger = { ...console, info: (what: unknown) => void said.push(what) };
    const engine = createTestEngine({ workflows: [tidy], log: logger });
    expect(await engine.run(tidy, 1)).toBe(2);
    expect(said).toEqual(['finally', 'task']);
    expect(engine.calls('undo')).toEqual([]);
    expect(engine.now().getTime() - START_MS).toBe(60_000);
  });

  it('may be asked to by any of its tasks', async () => {
    const flow = workflow('flow', function* (n: number): Coroutine<number> {
      if (n === 2) return n;
      createTask(
        (function* () {
          yield* sleep('1h');
          yield* continueAsNew(2);
        })(),
      );
      yield* sleep('1 day');
      return n;
    });
    const engine = createTestEngine({ workflows: [flow] });
    expect(await engine.run(flow, 1)).toBe(2);
    expect(engine.now().getTime() - START_MS).toBe(3_600_000);
  });

  it('fails by what its finally throws, and is cancelled if that is cancelled', async () => {
    const flow = workflow('flow', function* (how: string): Coroutine<void> {
      try {
        yield* continueAsNew('again');
      } finally {
        if (how === 'throw') yield* step('fail', { retry: false }, () => Promise.reject(new Error('no')));
        else yield* sleep('1 day');
      }
    });
    const engine = createTestEngine({ workflows: [flow] });
    await expect(engine.run(flow, 'throw')).rejects.toThrow('step "fail" failed');
    const run = await engine.start(flow, 'wait');
    await engine.settle();
    await run.cancel();
    await expect(run.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
  });

  it('cannot be asked to by what its finally does, or after its end', async () => {
    const flow = workflow('flow', function* (n: number): Coroutine<number> {
      if (n === 2) return n;
      try {
        return yield* continueAsNew(2);
      } finally {
        yield* continueAsNew(3);
      }
    });
    const engine = createTestEngine({ workflows: [flow] });
    await expect(engine.run(flow, 1)).rejects.toThrow(
      'continueAsNew() was called when the body of the workflow had ended',
    );
  });

  it('checks the next input by the schema, and refuses what cannot be stored', async () => {
    const input = z.object({ n: z.number(), at: z.string().default('here') });
    const flow = workflow('flow', { input }, function* ({ n, at }): Coroutine<unknown> {
      if (n === 2) return at;
      if (n === 1) return yield* continueAsNew({ n: 2 });
      return yield* continueAsNew(n === 0 ? { n: 'two' } : { n: () => 1 });
    });
    const engine = createTestEngine({ workflows: [flow] });
    expect(await engine.run(flow, { n: 1 })).toBe('here');
    await expect(engine.run(flow, { n: 0 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    const plain = workflow('plain', function* (n: number): Coroutine<void> {
      yield* continueAsNew(n === 1 ? () => n : 'x'.repeat(6_000_000));
    });
    const other = createTestEngine({ workflows: [plain] });
    await expect(other.run(plain, 1)).rejects.toMatchObject({ code: 'UNSERIALIZABLE_VALUE' });
    await expect(other.run(plain, 2)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });

  it('takes large inputs, and leaves none of the earlier ones behind', async () => {
    const large = workflow('large', { retention: '15m' }, function* (text: string): Coroutine<number> {
      return text.length > 3_000 ? text.length : yield* continueAsNew(`${text}${'x'.repeat(1_000)}`);
    });
    const store = new MemoryStore();
    const engine = createTestEngine({ workflows: [large], store });
    const run = await engine.start(large, 'x'.repeat(1_000));
    expect(await run.result()).toBe(4_000);
    await engine.advance('15m');
    expect(await store.readRun(run.id)).toBeUndefined(); // nothing has put the purge off
    for (const link of [1, 2, 3, 4]) expect(await store.loadRecords(run.id, 0, undefined, link)).toEqual([]);
  });

  it('draws other random values in each link', async () => {
    const flow = workflow('flow', function* (ids: readonly string[]): Coroutine<readonly string[]> {
      const key = yield* step('key', ({ idempotencyKey }) => idempotencyKey);
      const all = [...ids, uuid(), key];
      return all.length === 6 ? all : yield* continueAsNew(all);
    });
    const engine = createTestEngine({ workflows: [flow] });
    expect(new Set(await engine.run(flow, [])).size).toBe(6);
  });

  it('has its timeout as a whole, and code that is deployed meanwhile does not change it', async () => {
    const daily = (timeout: string) =>
      workflow('daily', { timeout }, function* (day: number): Coroutine<void> {
        yield* sleep('1 day');
        yield* continueAsNew(day + 1);
      });
    const engine = createTestEngine({ workflows: [daily('60h')] });
    const run = await engine.start(daily('60h'), 1);
    await engine.advance('36h');
    await engine.deploy([daily('1h')]);
    await expect(run.result()).rejects.toMatchObject({ cause: expect.any(TimeoutError) as unknown });
    expect(engine.now().getTime() - START_MS).toBe(60 * 3_600_000);
    expect(await run.describe()).toMatchObject({ link: 3 });
  });

  it('cannot outlive its timeout by continuing', async () => {
    const stubborn = workflow('stubborn', { timeout: '1h' }, function* (n: number): Coroutine<void> {
      try {
        yield* sleep('1 day');
      } catch (error) {
        if (!isCancelled(error) || n === 3) throw error;
        yield* continueAsNew(n + 1);
      }
    });
    const engine = createTestEngine({ workflows: [stubborn] });
    const run = await engine.start(stubborn, 1);
    await expect(run.result()).rejects.toMatchObject({ cause: expect.any(TimeoutError) as unknown });
    expect(engine.now().getTime() - START_MS).toBe(3_600_000);
  });

  it('is begun with the newest code, also where runs are pinned', async () => {
    const cloud = new SmallCloud([counting]);
    await cloud.client.start(counting, 1, { id: 'r' });
    const pinned = (version: string) => {
      const forward = async (_runId: string, to: string) => (forwarded.push(to), 'forwarded' as const);
      return cloud.worker({ pin: { version, forward }, version });
    };
    const forwarded: string[] = [];
    expect(await pinned('1').turn('r')).toEqual({ kind: 'continued', link: 2 });
    expect(await pinned('2').turn('r')).toEqual({ kind: 'continued', link: 3 });
    expect(forwarded).toEqual([]);
  });

  it('runs in this process too', async () => {
    expect(await runHere(counting, 1)).toBe('counted to 3');
  });
});

it('a callback of an earlier link has expired, and does not complete the one of the same place in the next', async () => {
  const flow = workflow('flow', function* (n: number): Coroutine<unknown> {
    const paid = callback<string>('paid');
    yield* step('hand out', () => paid.token);
    if (n === 2) return yield* paid;
    yield* sleep('1h');
    return yield* continueAsNew(2);
  });
  const engine = createTestEngine({ workflows: [flow] });
  const run = await engine.start(flow, 1);
  await engine.settle();
  const tokenOf = async () =>
    (await engine.history(run)).find(({ kind }) => kind === 'step-completed')!.value as string;
  const first = await tokenOf();
  await engine.advance('1h');
  await expect(engine.client.completeCallback(first, 'old')).rejects.toThrow(InvalidTokenError);
  await engine.client.completeCallback(await tokenOf(), 'new');
  expect(await run.result()).toBe('new');
});

it('children live on, and are those of the run: they stop when it ends', async () => {
  const waiting = workflow('waiting', function* () {
    yield* sleep('365 days');
  });
  const parent = workflow('parent', function* (n: number): Coroutine<number> {
    if (n === 1) yield* startChild(waiting, undefined, { id: 'c' });
    yield* sleep('1h');
    return n === 2 ? n : yield* continueAsNew(n + 1);
  });
  const engine = createTestEngine({ workflows: [waiting, parent] });
  const run = await engine.start(parent, 1);
  await engine.advance('90m');
  expect(await engine.client.run('c').describe()).toMatchObject({ status: 'suspended' });
  expect(await run.result()).toBe(2);
  await engine.settle();
  expect(await engine.client.run('c').describe()).toMatchObject({ status: 'cancelled' });
});
