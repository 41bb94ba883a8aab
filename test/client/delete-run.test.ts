import { describe, expect, it } from 'vitest';
import { child, createTask, signal, sleep, step, workflow } from '../../lib/index.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { crashEverywhere, createTestEngine, MemoryStore } from '../../lib/testing/index.ts';
import { StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { collect, createWorld, endRun, takeLease } from './client-world.ts';

const add = workflow('add', function* (n: number) {
  return yield* step('add', () => n + 1);
});

describe('run.delete', () => {
  it('deletes a run that has ended: it is not found any more, and its id is free a little later', async () => {
    const engine = createTestEngine({ workflows: [add] });
    const run = await engine.start(add, 1, { id: 'a' });
    expect(await run.result()).toBe(2);
    await run.delete();
    await expect(run.describe()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await expect(run.delete()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await expect(run.signal('x')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(await engine.client.count({ workflow: 'add' })).toBe(0);
    await expect(engine.start(add, 1, { id: 'a' })).rejects.toMatchObject({
      code: 'RUN_ID_TAKEN',
      message: expect.stringContaining('was deleted a moment ago, and the id is free again from') as string,
    });
    await engine.advance('16 minutes');
    expect(await (await engine.start(add, 5, { id: 'a' })).result()).toBe(6);
  });

  it('refuses a run that is open, and one that is not there', async () => {
    const wait = workflow('wait', function* () {
      yield* signal('go').receive();
    });
    const engine = createTestEngine({ workflows: [wait] });
    const run = await engine.start(wait, undefined, { id: 'w' });
    await engine.settle();
    await expect(run.delete()).rejects.toMatchObject({
      code: 'RUN_NOT_ENDED',
      message: 'run "w" cannot be deleted: it is suspended: cancel or terminate it first',
    });
    await run.signal('go');
    await run.result();
    await run.delete();
    await expect(engine.client.run('none').delete()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it('of a parent, with its child still open, tells the child to stop first; of a child, tells its parent', async () => {
    const sleeper = workflow('sleeper', function* () {
      yield* sleep('1 day');
    });
    const parent = workflow('parent', function* () {
      createTask(child(sleeper, undefined, { id: 'kept', onParentClose: 'abandon' }));
      createTask(child(sleeper, undefined, { id: 'stopped' }));
      return yield* child(add, 1, { id: 'sum' });
    });
    const engine = createTestEngine({ workflows: [sleeper, parent, add], strict: false });
    const run = await engine.start(parent, undefined, { id: 'p' });
    expect(await run.result()).toBe(2);
    await run.delete();
    await engine.client.run('sum').delete();
    expect((await engine.client.run('stopped').describe()).status).toBe('cancelled');
    await engine.advance('2 days');
    expect((await engine.client.run('kept').describe()).status).toBe('completed');
    await engine.client.run('kept').delete();
  });

  it('waits a little for a run that is not settled, wakes it, and then says so', async () => {
    const world = createWorld({ workflows: [add] });
    await world.client.start(add, 1, { id: 'c' });
    const epoch = await takeLease(world.store, 'c');
    world.wakes.takeDue(Infinity);
    const end = { status: 'completed', result: { kind: 'inline', value: 1 as never }, endedAtMs: 5 } as const;
    await world.store.finish('c', { ...end, epoch, wakesSeen: 0, purgeAtMs: undefined, afterEnd: 'tell' });
    await expect(world.client.run('c').delete()).rejects.toMatchObject({
      code: 'RUN_NOT_ENDED',
      message: expect.stringContaining('are still to learn of that: try again in a moment') as string,
    });
    expect(world.wakes.takeDue(Infinity)).toMatchObject([{ runId: 'c' }]);
    await world.store.settleEnd('c', { endedAtMs: 5, purgeAtMs: undefined });
    await world.client.run('c').delete();
  });

  it('whose answer was lost is a delete', async () => {
    const world = createWorld({ workflows: [add] });
    await world.client.start(add, 1, { id: 'c' });
    await endRun(world.store, 'c', { status: 'completed', value: 1 });
    world.clock.pass(3_600_000);
    let lost = 0;
    const store = aroundStore(world.store, async ({ operation }, go) => {
      const answer = await go();
      if (operation !== 'deleteRun' || lost > 0) return answer;
      lost += 1;
      throw new StoreUnavailableError('deleteRun');
    });
    await world.clientWith({ store }).run('c').delete();
    expect(lost).toBe(1);
    expect(await collect(world.client.list({ workflow: 'add' }))).toEqual([]);
  });

  it('comes to the same end wherever its caller dies', async () => {
    await crashEverywhere({
      workflows: [add],
      scenario: async (engine) => {
        const run = await engine.start(add, 1, { id: 'a' });
        await run.result();
        await run.delete();
        expect(await engine.client.count({ workflow: 'add' })).toBe(0);
      },
    });
  });

  it('leaves nothing in the table', async () => {
    const store = new MemoryStore();
    const engine = createTestEngine({ workflows: [add], store });
    const run = await engine.start(add, 1, { id: 'a' });
    await run.result();
    await engine.advance('1 hour');
    await run.delete();
    expect(await store.loadRecords('a', 0)).toEqual([]);
    expect(await store.createRun({ ...new2, runId: 'a' })).toEqual({ kind: 'created' });
  });
});

const new2 = {
  workflow: 'add',
  createdAtMs: 1,
  input: { kind: 'inline', value: 1 as never },
  inputDigest: 'd',
  dueAtMs: 0,
} as const;
