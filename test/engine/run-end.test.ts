import { describe, expect, it } from 'vitest';
import { createTask, log, signal, sleep, step, TimeoutError, workflow } from 'lull';
import { RunNotFoundError } from 'lull/client';
import { createTestEngine, MemoryStore } from 'lull/testing';
import { silent } from '../testing/silent.ts';
import { promisesToGoOn, SmallCloud } from './small-cloud.ts';

const note = signal<number>('note');

describe('retention', () => {
  const kept = workflow('kept', { retention: '30 days' }, function* () {
    yield* step('work', () => 'x'.repeat(1_000));
    return 'y'.repeat(1_000);
  });

  it('of a run that ended is over after that time, and the sweeper deletes all of it', async () => {
    const store = new MemoryStore();
    const engine = createTestEngine({ workflows: [kept], store });
    const run = await engine.start(kept, undefined);
    await run.result();
    await engine.advance('29 days');
    expect((await run.describe()).status).toBe('completed');
    await engine.advance('1 day 1m');
    await expect(run.describe()).rejects.toBeInstanceOf(RunNotFoundError);
    expect(await store.loadRecords(run.id, 0)).toEqual([]);
    expect(await store.readValue(run.id, 'result-1')).toBeUndefined();
  });

  it('keeps a run without one for ever', async () => {
    const forEver = workflow('for-ever', function* () {
      return 1;
    });
    const engine = createTestEngine({ workflows: [forEver] });
    const run = await engine.start(forEver);
    await run.result();
    await engine.advance('3650 days');
    expect(await run.result()).toBe(1);
  });
});

it('a small result stands in the run item, a larger one in an item of its own', async () => {
  const giving = workflow('giving', function* (length: number) {
    return 'x'.repeat(length);
  });
  const cloud = new SmallCloud([giving]);
  for (const [length, kind] of [
    [198, 'inline'],
    [199, 'item'],
  ] as const) {
    const run = await cloud.client.start(giving, length);
    await cloud.worker().turn(run.id);
    expect((await cloud.run(run.id)).result?.kind).toBe(kind);
    expect(await run.result({ timeout: 0 })).toBe('x'.repeat(length));
  }
});

it('a turn that has ended leaves no timer behind, also when a renewal is under way', async () => {
  const working = workflow('working', function* () {
    yield* step('work', () => 1);
  });
  const cloud = new SmallCloud([working]);
  const run = await cloud.client.start(working);
  let end = (): void => undefined;
  let refuse = (_error: Error): void => undefined;
  const worker = cloud.worker({
    around: async ({ operation }, go) =>
      operation === 'renew' ? new Promise((_resolve, reject) => (refuse = reject)) : go(),
    callBody: () => new Promise<void>((resolve) => (end = resolve)),
  });
  const turn = worker.turn(run.id);
  await promisesToGoOn();
  cloud.pass(10_000);
  end();
  await turn;
  refuse(new Error('the table is away'));
  await promisesToGoOn();
  expect(cloud.clock.nextAtMs()).toBeUndefined();
});

describe('the timeout of a workflow', () => {
  it('cancels its body, which may clean up, and the run fails with a TimeoutError', async () => {
    const limited = workflow('limited', { timeout: '1h' }, function* () {
      try {
        yield* sleep('2h');
      } finally {
        yield* step('clean', () => 1);
      }
    });
    const engine = createTestEngine({ workflows: [limited] });
    const run = await engine.start(limited, undefined);
    const failure = await run.result().catch((thrown: unknown) => thrown);
    expect((failure as Error).cause).toBeInstanceOf(TimeoutError);
    expect((await run.describe()).status).toBe('failed');
    expect(engine.calls('clean').length).toBe(1);
    expect(engine.now()).toEqual(new Date('2030-01-01T01:00:00Z'));
  });
});

describe('tasks that are alive when the body returns', () => {
  it('are cancelled and awaited before the run ends', async () => {
    const said: string[] = [];
    const hasty = workflow('hasty', function* () {
      createTask(
        (function* () {
          try {
            yield* sleep('1 day');
          } finally {
            yield* sleep('1m');
            log.info('cleaned up');
          }
        })(),
      );
      yield* sleep('1s');
      return 'over';
    });
    const engine = createTestEngine({
      workflows: [hasty],
      log: { ...silent, info: (value: string) => said.push(value) },
    });
    expect(await engine.run(hasty)).toBe('over');
    expect(said).toEqual(['cleaned up']);
    expect(engine.now()).toEqual(new Date('2030-01-01T00:01:01Z'));
  });
});

describe('a table that was damaged', () => {
  const waiting = workflow('waiting', function* (text: string) {
    const received = yield* note.receive();
    return text.length + received;
  });

  it('holds a run whose input is gone, which can be terminated', async () => {
    const cloud = new SmallCloud([waiting]);
    const run = await cloud.client.start(waiting, 'x'.repeat(1_000));
    const { input } = await cloud.run(run.id);
    await cloud.table.deleteValue(run.id, (input as { key: string }).key);
    const end = await cloud.worker().turn(run.id);
    expect(end).toMatchObject({ kind: 'blocked', error: { code: 'INPUT_MISSING' } });
    await run.terminate('damaged');
    expect(await cloud.worker().turn(run.id)).toMatchObject({ kind: 'ended', status: 'terminated' });
  });

  it('holds a run whose message is gone, and does not end it without', async () => {
    const cloud = new SmallCloud([waiting]);
    const run = await cloud.client.start(waiting, 'abc');
    await run.signal(note, 1, { idempotencyKey: 'k' }); // it has an item
    const [id = ''] = (await cloud.run(run.id)).inboxIds;
    await cloud.table.deleteMessages(run.id, [id]);
    expect(await cloud.worker().turn(run.id)).toMatchObject({ kind: 'blocked', error: { code: 'MESSAGE_MISSING' } });
    expect((await cloud.run(run.id)).inboxIds).toEqual([id]);
    await cloud.table.putMessage(run.id, { id, kind: 'signal', name: 'note', payload: 4 as never });
    cloud.pass(10_000);
    await cloud.worker().turn(run.id);
    expect(await run.result({ timeout: 0 })).toBe(7);
  });

  it('does not hold a run when the table only does not answer', async () => {
    const cloud = new SmallCloud([waiting]);
    const run = await cloud.client.start(waiting, 'x'.repeat(1_000));
    const worker = cloud.worker({
      around: async ({ operation }, go) => {
        if (operation === 'readValue') throw new Error('no answer');
        return go();
      },
    });
    await expect(worker.turn(run.id)).rejects.toThrow('no answer');
    expect((await cloud.run(run.id)).status).toBe('running');
    cloud.pass(31_000);
    expect(await cloud.worker().turn(run.id)).toMatchObject({ kind: 'suspended' });
  });
});
