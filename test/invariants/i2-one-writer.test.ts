import { describe, expect, it } from 'vitest';
import { gather, signal, sleep, step, workflow } from 'lull';
import type { JournalRecord } from '../../lib/journal/record.ts';
import type { Around } from '../../lib/testing/around-store.ts';
import { promisesToGoOn, SmallCloud } from '../engine/small-cloud.ts';
import { interleave } from './interleaving.ts';

const note = signal<number>('note');

const busy = workflow('busy', function* () {
  const first = yield* step('first', () => 1);
  const [second, third] = yield* gather([step('second', () => 2), step('third', () => 3)]);
  yield* sleep('40s');
  const fourth = yield* note.receive();
  return [first, second, third, fourth];
});

const two = workflow('two', function* () {
  return [yield* step('one', () => 1), yield* step('two', () => 2)];
});

/** Holds the calls of one operation back, from the `nth` on, until they are let go. */
function holdBack(operation: string, nth: number): { around: Around; letGo: () => void } {
  let count = 0;
  let letGo = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const around: Around = async (call, go) => {
    if (call.operation === operation) count += 1;
    if (call.operation === operation && count >= nth) await gate;
    return go();
  };
  return { around, letGo };
}

describe('I2: record n of a journal is written once', () => {
  it("also when workers and a sender get in each other's way at every call", async () => {
    let conflicts = 0;
    for (let seed = 1; seed <= 150; seed += 1) {
      const senders = [(run: { signal(name: string, payload: number): Promise<void> }) => run.signal('note', 4)];
      const played = await interleave({ seed, workflows: [busy], senders, workers: 2 + (seed % 2) });
      conflicts += played.conflicts;
      expect(played.result, `seed ${seed}`).toEqual([1, 2, 3, 4]);
      expect(played.records.map(({ number }) => number)).toEqual(played.records.map((_, index) => index + 1));
    }
    expect(conflicts).toBeGreaterThan(10); // or it would show nothing
  });

  it('whoever fails to write a record drops its turn, and begins nothing', async () => {
    const cloud = new SmallCloud([two]);
    const begun: string[] = [];
    const { around, letGo } = holdBack('putRecord', 2);
    const slow = cloud.worker({ around, callBody: ({ name }) => begun.push(`${name} by the slow one`) });
    const quick = cloud.worker();
    const run = await cloud.client.start(two);

    const slowTurn = slow.turn(run.id);
    await promisesToGoOn();
    expect(begun).toEqual(['one by the slow one']);
    cloud.clock.moveTo(cloud.clock.nowMs() + 31_000); // its renewals are held up as well
    expect(await quick.turn(run.id)).toMatchObject({ kind: 'ended', status: 'completed' });
    const before = await cloud.records(run.id);

    letGo();
    expect(await slowTurn).toEqual({ kind: 'lease-lost' });
    expect(begun).toEqual(['one by the slow one']);
    expect(await cloud.records(run.id)).toEqual(before);
    expect(await run.result({ timeout: 0 })).toEqual([1, 2]);
  });

  it('whoever finds its own record, because an answer was lost, goes on', async () => {
    const cloud = new SmallCloud([two]);
    const run = await cloud.client.start(two);
    const worker = cloud.worker({
      around: async ({ operation }, go) => {
        if (operation === 'putRecord') await go();
        return go();
      },
    });
    expect(await worker.turn(run.id)).toMatchObject({ kind: 'ended', status: 'completed' });
    expect(await run.result({ timeout: 0 })).toEqual([1, 2]);
  });

  it('a takeover writes a fence first, so that the worker before can add nothing any more', async () => {
    const cloud = new SmallCloud([two]);
    const run = await cloud.client.start(two);
    const { around, letGo } = holdBack('putRecord', 2);
    const slowTurn = cloud.worker({ around }).turn(run.id);
    await promisesToGoOn();
    cloud.clock.moveTo(cloud.clock.nowMs() + 31_000);

    const written: JournalRecord[] = [];
    const next = cloud.worker({
      around: async (call, go) => {
        if (call.operation === 'putRecord') written.push(call.args[1] as JournalRecord);
        return go();
      },
    });
    await next.turn(run.id);
    expect(written[0]).toMatchObject({
      number: 2,
      epoch: 2,
      entries: [{ kind: 'taken-over' }, { kind: 'taken-alone' }],
    });
    letGo();
    expect(await slowTurn).toEqual({ kind: 'lease-lost' });
  });

  it('a worker that died before the first record leaves a journal that begins as any other', async () => {
    const cloud = new SmallCloud([two]);
    const run = await cloud.client.start(two);
    const { around } = holdBack('putRecord', 1);
    void cloud.worker({ around }).turn(run.id);
    await promisesToGoOn();
    cloud.clock.moveTo(cloud.clock.nowMs() + 31_000);
    expect(await cloud.worker().turn(run.id)).toMatchObject({ kind: 'ended' });
    expect((await cloud.entries(run.id))[0]).toMatchObject({ kind: 'started' });
    expect(await run.result({ timeout: 0 })).toEqual([1, 2]);
  });

  it('a stale worker that is let go late reads that a later one has written, and drops', async () => {
    const cloud = new SmallCloud([two]);
    const run = await cloud.client.start(two);
    const { around, letGo } = holdBack('loadRecords', 1);
    await cloud.table.take(run.id, {
      lease: { owner: 'dead', expiresAtMs: cloud.clock.nowMs() },
      nowMs: cloud.clock.nowMs(),
      dueByMs: cloud.clock.nowMs(),
    });
    const stale = cloud.worker({ around }).turn(run.id);
    await promisesToGoOn();
    cloud.clock.moveTo(cloud.clock.nowMs() + 31_000);
    await cloud.worker().turn(run.id);
    const before = await cloud.records(run.id);
    letGo();
    expect(await stale).toEqual({ kind: 'lease-lost' });
    expect(await cloud.records(run.id)).toEqual(before);
  });
});
