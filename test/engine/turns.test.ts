import { describe, expect, it } from 'vitest';
import { type Coroutine, gather, signal, sleep, step, workflow } from 'lull';
import type { Store } from '../../lib/ports/store.ts';
import type { Around } from '../../lib/testing/around-store.ts';
import { promisesToGoOn, SmallCloud, START_MS } from './small-cloud.ts';

const note = signal<number>('note');

/** Counts calls to the table. */
function counting(): { around: Around; count: (operation: keyof Store) => number; reset: () => void } {
  const counts = new Map<string, number>();
  return {
    around: ({ operation }, go) => {
      counts.set(operation, (counts.get(operation) ?? 0) + 1);
      return go();
    },
    count: (operation) => counts.get(operation) ?? 0,
    reset: () => counts.clear(),
  };
}

const hundred = workflow('hundred', function* () {
  const results = yield* gather(Array.from({ length: 100 }, (_, index) => step(`step ${index}`, async () => index)));
  return results.length;
});

const listener = workflow('listener', function* (count: number) {
  const notes: number[] = [];
  while (notes.length < count) notes.push(yield* note.receive());
  return notes;
});

describe('group commit', () => {
  it('joins a hundred parallel steps in at most twelve records', async () => {
    const cloud = new SmallCloud([hundred]);
    const run = await cloud.client.start(hundred);
    await cloud.worker().turn(run.id);
    expect(await run.result({ timeout: 0 })).toBe(100);
    expect((await cloud.records(run.id)).length).toBeLessThanOrEqual(12);
  });

  it('takes what ended while a record was on its way into the next one', async () => {
    const cloud = new SmallCloud([hundred]);
    const run = await cloud.client.start(hundred);
    const ends: (() => void)[] = [];
    const worker = cloud.worker({
      around: async ({ operation, args }, go) => {
        const [, record] = args as [string, { number: number }];
        if (operation === 'putRecord' && record.number === 2) for (const end of ends.splice(0)) end();
        if (operation === 'putRecord') await promisesToGoOn();
        return go();
      },
      callBody: ({ name }) =>
        name === 'step 0' ? 'at once' : new Promise<string>((resolve) => ends.push(() => resolve('later'))),
    });
    await worker.turn(run.id);
    const sizes = (await cloud.records(run.id)).map(({ entries }) => entries.length);
    expect(sizes).toEqual([101, 1, 99]);
  });

  it('splits what is too large for one record, without a gap', async () => {
    const bulky = workflow('bulky', function* () {
      const results = yield* gather(
        Array.from({ length: 6 }, (_, index) => step(`bulk ${index}`, () => 'x'.repeat(200_000))),
      );
      return results.map((text) => text.length);
    });
    const cloud = new SmallCloud([bulky]);
    const run = await cloud.client.start(bulky);
    await cloud.worker().turn(run.id);
    expect(await run.result({ timeout: 0 })).toEqual(Array(6).fill(200_000));
    const sizes = (await cloud.records(run.id)).map((record) => JSON.stringify(record).length);
    expect(Math.max(...sizes)).toBeLessThan(400_000);
    // A cold worker follows it all the same.
    await cloud.table.loadRecords(run.id, 0);
  });

  it('writes one record for each step of a sequence, and the end of the last one with the end of the run', async () => {
    const sequence = workflow('sequence', function* () {
      for (let index = 0; index < 10; index += 1) yield* step(`step ${index}`, () => index);
    });
    const cloud = new SmallCloud([sequence]);
    const run = await cloud.client.start(sequence);
    const { around, count } = counting();
    await cloud.worker({ around }).turn(run.id);
    expect([count('take'), count('putRecord'), count('finish'), count('release')]).toEqual([1, 10, 1, 0]);
    expect(count('loadRecords')).toBe(0); // a first turn has nothing to read
  });
});

describe('a timer that is due soon', () => {
  const short = workflow('short', function* () {
    yield* sleep('800ms');
    return 'rested';
  });

  it('is waited for in place: the turn keeps the run', async () => {
    const cloud = new SmallCloud([short]);
    const run = await cloud.client.start(short);
    const { around, count } = counting();
    const turn = cloud.worker({ around }).turn(run.id);
    await promisesToGoOn();
    expect(count('release')).toBe(0);
    cloud.pass(799);
    await promisesToGoOn();
    expect((await cloud.run(run.id)).status).toBe('running');
    cloud.pass(1);
    expect(await turn).toMatchObject({ kind: 'ended' });
    expect(count('release')).toBe(0);
  });

  it('is not waited for in place when the invocation ends before', async () => {
    const cloud = new SmallCloud([short]);
    const run = await cloud.client.start(short);
    const end = await cloud.worker().takeTurn({ runId: run.id, deadlineAtMs: START_MS + 500 });
    expect(end).toEqual({ kind: 'suspended', dueAtMs: START_MS + 800 });
  });

  it('lets a message that comes meanwhile in, at the next renewal', async () => {
    const both = workflow('both', function* () {
      for (let count = 0; count < 40; count += 1) yield* sleep('500ms');
      return note.pending();
    });
    const cloud = new SmallCloud([both]);
    const run = await cloud.client.start(both);
    const turn = cloud.worker().turn(run.id);
    await promisesToGoOn();
    await run.signal(note, 1);
    for (let count = 0; count < 40; count += 1) {
      cloud.pass(500);
      await promisesToGoOn();
    }
    await turn;
    expect(await run.result({ timeout: 0 })).toBe(1);
    const kinds = (await cloud.entries(run.id)).map(({ kind }) => kind);
    expect(kinds.indexOf('signal-received')).toBeLessThan(kinds.lastIndexOf('sleep-completed'));
  });
});

describe('a timer that is far away', () => {
  const sleeping = (duration: string) =>
    workflow('sleeping', function* () {
      yield* sleep(duration);
    });

  it('ends the turn, with the time in the table and a wake in the queue', async () => {
    const tenMinutes = sleeping('10m');
    const cloud = new SmallCloud([tenMinutes]);
    const run = await cloud.client.start(tenMinutes);
    cloud.wakes.clear();
    expect(await cloud.worker().turn(run.id)).toEqual({ kind: 'suspended', dueAtMs: START_MS + 600_000 });
    expect(await cloud.run(run.id)).toMatchObject({ status: 'suspended', dueAtMs: START_MS + 600_000 });
    expect(cloud.wakes.nextAtMs()).toBe(START_MS + 600_000);
  });

  it('sends no wake that the queue cannot keep that long: the sweeper finds the run', async () => {
    const twentyMinutes = sleeping('20m');
    const cloud = new SmallCloud([twentyMinutes]);
    const run = await cloud.client.start(twentyMinutes);
    cloud.wakes.clear();
    const worker = cloud.worker();
    await worker.turn(run.id);
    expect(cloud.wakes.nextAtMs()).toBeUndefined();
    cloud.pass(1_200_000);
    expect(await worker.sweep()).toMatchObject({ woken: 1, purged: 0, leased: 0, ahead: 0 });
    expect(cloud.wakes.takeDue(cloud.clock.nowMs())).toMatchObject([{ runId: run.id }]);
  });

  it('may be woken a little early: the turn waits for the rest in place', async () => {
    const tenMinutes = sleeping('10m');
    const cloud = new SmallCloud([tenMinutes]);
    const run = await cloud.client.start(tenMinutes);
    const worker = cloud.worker();
    await worker.turn(run.id);
    cloud.pass(600_000 - 400);
    const turn = worker.turn(run.id);
    await promisesToGoOn();
    cloud.pass(400);
    expect(await turn).toMatchObject({ kind: 'ended' });
    expect((await cloud.run(run.id)).endedAtMs).toBe(START_MS + 600_000);
  });
});

describe('a warm worker', () => {
  const played = async (
    use: (cloud: SmallCloud, worker: ReturnType<SmallCloud['worker']>, id: string) => Promise<void>,
  ) => {
    const cloud = new SmallCloud([listener]);
    const run = await cloud.client.start(listener, 4);
    const { around, count, reset } = counting();
    const worker = cloud.worker({ around });
    await worker.turn(run.id);
    reset();
    await use(cloud, worker, run.id);
    return { cloud, run, count };
  };

  it('reads no journal when it had the last turn', async () => {
    const { count } = await played(async (cloud, worker, id) => {
      for (const number of [1, 2, 3]) {
        await cloud.client.run(id).signal(note, number);
        await worker.turn(id);
      }
    });
    expect(count('loadRecords')).toBe(0);
    expect(count('putRecord')).toBeLessThanOrEqual(1); // what they brought is in the run item, until that is full
  });

  it('reads it again when another worker had a turn in between', async () => {
    const { cloud, run, count } = await played(async (cloud, worker, id) => {
      await cloud.client.run(id).signal(note, 1);
      await cloud.worker().turn(id);
      for (const number of [2, 3, 4]) {
        await cloud.client.run(id).signal(note, number);
        await worker.turn(id);
      }
    });
    expect(count('loadRecords')).toBe(1);
    expect(await run.result({ timeout: 0 })).toEqual([1, 2, 3, 4]);
    expect((await cloud.entries(run.id)).filter(({ kind }) => kind === 'signal-received').length).toBe(4);
  });

  it('reads it again when another worker had the lease and died', async () => {
    const { run, count } = await played(async (cloud, worker, id) => {
      await cloud.client.run(id).signal(note, 1);
      let isDead = false;
      const dying = cloud.worker({
        around: async ({ operation }, go) => {
          if (isDead) return new Promise(() => {});
          if (operation === 'putRecord') isDead = true;
          return go();
        },
      });
      void dying.turn(id);
      await promisesToGoOn();
      cloud.clock.moveTo(cloud.clock.nowMs() + 30_000);
      for (const number of [2, 3, 4]) await cloud.client.run(id).signal(note, number);
      await worker.turn(id);
    });
    expect(count('loadRecords')).toBe(1);
    expect(await run.result({ timeout: 0 })).toEqual([1, 2, 3, 4]);
  });

  it('keeps nothing of a turn that went wrong', async () => {
    const cloud = new SmallCloud([listener]);
    const run = await cloud.client.start(listener, 2);
    let isBroken = false;
    const { around, count } = counting();
    const worker = cloud.worker({
      around: async (call, go) => {
        if (isBroken && call.operation === 'release') throw new Error('the table is away');
        return around(call, go);
      },
    });
    await worker.turn(run.id);
    await run.signal(note, 1);
    isBroken = true;
    await expect(worker.turn(run.id)).rejects.toThrow('the table is away');
    isBroken = false;
    await run.signal(note, 2);
    cloud.pass(31_000);
    await worker.turn(run.id);
    expect(await run.result({ timeout: 0 })).toEqual([1, 2]);
    expect(count('loadRecords')).toBe(1);
  });

  it('forgets the run that was left longest ago when there are too many', async () => {
    const cloud = new SmallCloud([listener]);
    const { around, count, reset } = counting();
    const worker = cloud.worker({ around, maxWarmRuns: 2 });
    const start = () => cloud.client.start(listener, 2);
    const runs = [await start(), await start(), await start()];
    for (const run of runs) await worker.turn(run.id);
    reset();
    const loadsOf = async (index: number): Promise<number> => {
      reset();
      await runs[index]!.signal(note, 1);
      await worker.turn(runs[index]!.id);
      return count('loadRecords');
    };
    expect([await loadsOf(1), await loadsOf(2), await loadsOf(0)]).toEqual([0, 0, 1]);
  });
});

describe('what a wait costs', () => {
  const writesOf = async (body: () => Coroutine<unknown>, use: (cloud: SmallCloud, id: string) => Promise<void>) => {
    const waiting = workflow('waiting', body);
    const cloud = new SmallCloud([waiting]);
    const run = await cloud.client.start(waiting);
    const calls: string[] = [];
    const worker = cloud.worker({
      around: async ({ operation }, go) => {
        calls.push(operation);
        return go();
      },
    });
    await worker.turn(run.id);
    calls.length = 0;
    await use(cloud, run.id);
    await worker.turn(run.id);
    return calls;
  };

  it('of a timer: take, and release, which records it', async () => {
    const body = function* () {
      yield* sleep('1h');
      yield* sleep('1h');
    };
    // The list of paused workflows is read once in 5 seconds, for all turns of a worker.
    const calls = ['readWorkflowList', 'take', 'release'];
    expect(await writesOf(body, async (cloud) => cloud.pass(3_600_000))).toEqual(calls);
  });

  const twoNotes = function* () {
    yield* note.receive();
    yield* note.receive();
  };

  it('of a signal: take, and release, which records it', async () => {
    const calls = await writesOf(twoNotes, (cloud, id) => cloud.client.run(id).signal(note, 1));
    expect(calls).toEqual(['take', 'loadMessages', 'release']); // of a letter the store asks nothing
  });

  it('of a signal that is no letter: take, its payload, the record, its deletion, release', async () => {
    const options = { idempotencyKey: 'k' };
    const calls = await writesOf(twoNotes, (cloud, id) => cloud.client.run(id).signal(note, 1, options));
    expect(calls).toEqual(['take', 'loadMessages', 'putRecord', 'deleteMessages', 'release']);
  });
});
