import { describe, expect, it } from 'vitest';
import { currentTask, createTask, isCancelled, signal, sleep, step, workflow } from 'lull';
import { InboxFullError, RunEndedError, type Run } from 'lull/client';
import { createTestEngine } from 'lull/testing';
import { silent } from '../testing/silent.ts';
import { promisesToGoOn, SmallCloud } from '../engine/small-cloud.ts';
import { interleave } from './interleaving.ts';

const note = signal<number>('note');

const collect = workflow('collect', function* (count: number) {
  const notes: number[] = [];
  while (notes.length < count) notes.push(yield* note.receive());
  return notes;
});

const working = workflow('working', function* (count: number) {
  const notes: number[] = [];
  while (notes.length < count) {
    notes.push(yield* note.receive());
    yield* step('write down', () => notes.length);
  }
  return notes;
});

const sending = (number: number) => (run: Run<unknown>) => run.signal('note', number);

describe('I6: a message that was accepted reaches the run exactly once, in the order of acceptance', () => {
  it('whatever the order in which the calls of senders and workers reach the table', async () => {
    let tooLate = 0;
    for (let seed = 1; seed <= 120; seed += 1) {
      // The run ends after five of seven: the others come while it finishes, or too late.
      const senders = [1, 2, 3, 4, 5, 6, 7].map(sending);
      const played = await interleave({ seed, workflows: [working], input: 5, senders, workers: 2 });
      const received = played.records.flatMap(({ entries }) =>
        entries.flatMap((entry) => (entry.kind === 'signal-received' ? [entry] : [])),
      );
      expect(
        received.map(({ messageId }) => messageId),
        `seed ${seed}`,
      ).toEqual(played.accepted);
      expect(played.result).toEqual(received.slice(0, 5).map(({ payload }) => payload));
      for (const [index, sender] of played.senders.entries()) {
        const isIn = received.some(({ payload }) => (payload as unknown) === index + 1);
        expect(sender.status === 'fulfilled', `seed ${seed}, message ${index + 1}`).toBe(isIn);
        if (sender.status === 'rejected') {
          expect(sender.reason).toBeInstanceOf(RunEndedError);
          tooLate += 1;
        }
      }
    }
    expect(tooLate).toBeGreaterThan(10); // or it would show nothing
  });

  it('when it was sent before the run began', async () => {
    const engine = createTestEngine({ workflows: [collect] });
    const run = await engine.start(collect, 3, { delay: '1 day' });
    for (const number of [1, 2, 3]) await run.signal(note, number);
    expect(await run.result()).toEqual([1, 2, 3]);
  });

  it('when nobody waits for it yet', async () => {
    const late = workflow('late', function* () {
      yield* sleep('1 day');
      return [note.pending(), yield* note.receive(), note.receiveNowait(), note.pending()];
    });
    const engine = createTestEngine({ workflows: [late] });
    const run = await engine.start(late);
    await engine.advance('1h');
    await run.signal(note, 1);
    await engine.advance('1h');
    await run.signal(note, 2);
    expect(await run.result()).toEqual([2, 1, 2, 0]);
  });

  it('while a step is running: at the next renewal of the lease at the latest', async () => {
    const both = workflow('both', function* () {
      createTask(step('hang', () => new Promise(() => {})));
      return yield* note.receive();
    });
    const engine = createTestEngine({ workflows: [both] });
    const run = await engine.start(both);
    await engine.settle();
    await run.signal(note, 7);
    expect(await run.result()).toBe(7);
    expect(engine.now().getTime() - Date.UTC(2030, 0, 1)).toBeLessThanOrEqual(10_000);
  });

  it('when its worker crashes, before and after it took the message', async () => {
    const engine = createTestEngine({ workflows: [working] });
    const run = await engine.start(working, 4);
    await engine.settle();
    await run.signal(note, 1);
    await engine.crash();
    await run.signal(note, 2);
    engine.mockStep('write down', () => new Promise(() => {}));
    await engine.settle();
    await engine.crash();
    engine.mockStep('write down', () => 'written');
    await run.signal(note, 3);
    await engine.crash();
    await run.signal(note, 4);
    expect(await run.result()).toEqual([1, 2, 3, 4]);
  });

  it('when it is accepted while the run is just finishing: it stands in the journal, unread', async () => {
    const cloud = new SmallCloud([collect]);
    const run = await cloud.client.start(collect, 1);
    await run.signal(note, 1);
    let finishes = 0;
    const worker = cloud.worker({
      around: async ({ operation }, go) => {
        if (operation === 'finish') finishes += 1;
        if (operation === 'finish' && finishes === 1) await run.signal(note, 2);
        return go();
      },
    });
    expect(await worker.turn(run.id)).toMatchObject({ kind: 'ended', status: 'completed' });
    expect(finishes).toBe(2);
    expect(await run.result({ timeout: 0 })).toEqual([1]);
    const received = (await cloud.entries(run.id)).filter(({ kind }) => kind === 'signal-received');
    expect(received.map((entry) => (entry as { payload: unknown }).payload)).toEqual([1, 2]);
  });

  it('when it is accepted while the run is just going to bed: the turn goes on with it', async () => {
    const cloud = new SmallCloud([collect]);
    const run = await cloud.client.start(collect, 2);
    await run.signal(note, 1);
    let releases = 0;
    const worker = cloud.worker({
      around: async ({ operation }, go) => {
        if (operation === 'release') releases += 1;
        if (operation === 'release' && releases === 1) await run.signal(note, 2);
        return go();
      },
    });
    expect(await worker.turn(run.id)).toMatchObject({ kind: 'ended' });
    expect(await run.result({ timeout: 0 })).toEqual([1, 2]);
  });

  it('when it is sent again with the same key, before, after, and when the run has ended', async () => {
    const engine = createTestEngine({ workflows: [collect] });
    const run = await engine.start(collect, 2);
    for (let times = 0; times < 3; times += 1) await run.signal(note, 1, { idempotencyKey: 'first' });
    await engine.settle();
    for (let times = 0; times < 3; times += 1) await run.signal(note, 1, { idempotencyKey: 'first' });
    await run.signal(note, 2, { idempotencyKey: 'second' });
    expect(await run.result()).toEqual([1, 2]);
    await run.signal(note, 2, { idempotencyKey: 'second' });
    await expect(run.signal(note, 3, { idempotencyKey: 'third' })).rejects.toBeInstanceOf(RunEndedError);
    const received = (await engine.history(run)).filter(({ kind }) => kind === 'signal-received');
    expect(received.length).toBe(2);
  });

  it('when its item was not deleted, and the inbox lists it again', async () => {
    const cloud = new SmallCloud([collect]);
    const run = await cloud.client.start(collect, 2);
    const forgetful = cloud.worker({
      around: async ({ operation }, go) => {
        if (operation === 'deleteMessages') throw new Error('the table is busy');
        return go();
      },
    });
    await run.signal(note, 1, { idempotencyKey: 'first' });
    expect(await forgetful.turn(run.id)).toMatchObject({ kind: 'suspended' });
    await run.signal(note, 1, { idempotencyKey: 'first' });
    await run.signal(note, 2);
    await cloud.worker().turn(run.id);
    expect(await run.result({ timeout: 0 })).toEqual([1, 2]);
    expect(await cloud.table.loadMessages(run.id, ['message-1', 'message-2'])).toEqual([]);
  });
});

describe('I6: control goes through the same door', () => {
  const stubborn = workflow('stubborn', function* () {
    const seen: string[] = [];
    for (;;) {
      try {
        seen.push(`note ${yield* note.receive()}`);
      } catch (error) {
        if (!isCancelled(error)) throw error;
        currentTask().uncancel(); // it goes on, and can be asked again
        seen.push(`asked to stop: ${error.message}`);
      }
      if (seen.length === 4) return seen;
    }
  });

  it('what was sent before a cancel comes before it, and what was sent after it, after it', async () => {
    const engine = createTestEngine({ workflows: [stubborn] });
    const run = await engine.start(stubborn);
    await run.signal(note, 1);
    await run.cancel('first time');
    await run.signal(note, 2);
    await run.cancel('second time');
    expect(await run.result()).toEqual(['note 1', 'asked to stop: first time', 'note 2', 'asked to stop: second time']);
  });

  it('what was sent after a terminate stands in the journal, unread', async () => {
    const engine = createTestEngine({ workflows: [stubborn] });
    const run = await engine.start(stubborn);
    await run.signal(note, 1);
    await run.terminate('enough');
    await run.signal(note, 2);
    await expect(run.result()).rejects.toThrow('enough');
    const kinds = (await engine.history(run)).map(({ kind }) => kind);
    expect(kinds).toEqual([
      ...['started', 'receive', 'signal-received', 'receive', 'terminate-requested', 'signal-received', 'terminated'],
    ]);
  });

  it('a terminate that was recorded by a worker that died is carried out by the next', async () => {
    const cloud = new SmallCloud([stubborn]);
    const run = await cloud.client.start(stubborn);
    await run.terminate('enough');
    const dying = cloud.worker({
      around: async ({ operation }, go) => (operation === 'finish' ? new Promise(() => {}) : go()),
    });
    void dying.turn(run.id);
    await promisesToGoOn();
    cloud.clock.moveTo(cloud.clock.nowMs() + 31_000);
    expect(await cloud.worker().turn(run.id)).toMatchObject({ kind: 'ended', status: 'terminated' });
    await expect(run.result({ timeout: 0 })).rejects.toThrow('enough');
  });
});

describe('I6: a run that cannot take a message any more answers so to the sender', () => {
  it('when it has ended', async () => {
    const engine = createTestEngine({ workflows: [collect] });
    const run = await engine.start(collect, 1);
    await run.signal(note, 1);
    await run.result();
    await expect(run.signal(note, 2)).rejects.toBeInstanceOf(RunEndedError);
    await expect(run.cancel()).rejects.toBeInstanceOf(RunEndedError);
    await expect(run.terminate()).rejects.toBeInstanceOf(RunEndedError);
  });

  it('when its inbox is full, and takes more when the run has read', async () => {
    const engine = createTestEngine({ workflows: [collect], log: silent });
    const run = await engine.start(collect, 101);
    for (let number = 1; number <= 100; number += 1) await run.signal(note, number);
    await expect(run.signal(note, 101)).rejects.toBeInstanceOf(InboxFullError);
    await engine.settle();
    await run.signal(note, 101);
    expect(await run.result()).toEqual(Array.from({ length: 101 }, (_, index) => index + 1));
  });
});
