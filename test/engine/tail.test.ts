/** What comes last in a turn goes with the release, or the finish: the tail of the journal, in the run item. */
import { continueAsNew, type Coroutine, setStatus, signal, sleep, step, workflow } from 'lull';
import { describe, expect, it } from 'vitest';
import { RunTail } from '../../lib/local/run-tail.ts';
import { runItemBytes } from '../../lib/ports/tail.ts';
import { promisesToGoOn, SmallCloud, type Worker, type WorkerOptions } from './small-cloud.ts';

const HOUR_MS = 3_600_000;
const LEASE_MS = 30_000;
const note = signal<number>('note');

const sleeper = workflow('sleeper', function* (times: number) {
  for (let index = 0; index < times; index += 1) yield* sleep('1h');
  return 'awake';
});

const listener = workflow('listener', function* (count: number) {
  const notes: number[] = [];
  while (notes.length < count) notes.push(yield* note.receive());
  return notes;
});

class Play {
  readonly cloud: SmallCloud;
  readonly writes: string[] = [];
  readonly worker: Worker;

  constructor(workflows: ConstructorParameters<typeof SmallCloud>[0], options: WorkerOptions = {}) {
    this.cloud = new SmallCloud(workflows);
    this.worker = this.newWorker(options);
  }

  /** One with an empty memory. */
  newWorker({ around = (_call, go) => go(), ...options }: WorkerOptions = {}): Worker {
    return this.cloud.worker({
      ...options,
      around: (call, go) => {
        if (['putRecord', 'transact', 'release', 'finish', 'deleteMessages'].includes(call.operation)) {
          this.writes.push(call.operation);
        }
        return around(call, go);
      },
    });
  }

  async kinds(id = 'r'): Promise<string[]> {
    return (await this.cloud.entries(id)).map(({ kind }) => kind);
  }

  async history(): Promise<string[]> {
    const kinds: string[] = [];
    for await (const { kind } of this.cloud.client.run('r').history()) kinds.push(kind);
    return kinds;
  }

  async shape(id = 'r'): Promise<string[]> {
    const records = await this.cloud.records(id);
    return records.map(({ number, entries, isTail }) => `${isTail ? 'tail' : 'item'} ${number}: ${entries.length}`);
  }
}

describe('a turn that comes to rest', () => {
  it('writes what it has done with the release, and the next one adds to that', async () => {
    const { cloud, worker, writes } = new Play([sleeper]);
    await cloud.client.start(sleeper, 3, { id: 'r' });
    await worker.turn('r');
    expect(writes).toEqual(['release']);
    expect((await cloud.run('r')).tail).toMatchObject({ number: 1, epoch: 1 });
    for (let hour = 1; hour <= 3; hour += 1) {
      cloud.pass(HOUR_MS);
      await worker.turn('r');
    }
    expect(writes).toEqual(['release', 'release', 'release', 'finish']);
    expect(await cloud.client.run('r').result({ timeout: 0 })).toBe('awake');
    expect((await cloud.entries('r')).length).toBe(7);
  });

  it('goes on from there on a worker that knows nothing of it', async () => {
    const play = new Play([listener]);
    await play.cloud.client.start(listener, 4, { id: 'r' });
    for (const n of [1, 2, 3, 4]) {
      await play.newWorker().turn('r');
      await play.cloud.client.run('r').signal(note, n);
    }
    await play.newWorker().turn('r');
    expect(await play.cloud.client.run('r').result({ timeout: 0 })).toEqual([1, 2, 3, 4]);
    expect((await play.kinds()).filter((kind) => kind === 'signal-received')).toHaveLength(4);
  });

  it('puts a record when the run item is full, with the tail in front, and keeps within 1 KB', async () => {
    const play = new Play([sleeper]);
    await play.cloud.client.start(sleeper, 30, { id: 'r' });
    let most = 0;
    for (let hour = 0; hour <= 30; hour += 1) {
      await (hour % 2 === 0 ? play.worker : play.newWorker()).turn('r');
      const run = await play.cloud.run('r');
      most = Math.max(most, runItemBytes(run) + JSON.stringify(run.tail?.entries ?? []).length);
      play.cloud.pass(HOUR_MS);
    }
    const put = play.writes.filter((write) => write === 'putRecord').length;
    expect(put).toBeGreaterThan(4);
    expect(put).toBeLessThanOrEqual(12); // at least each third turn goes without
    expect(most).toBeLessThanOrEqual(1_000);
    expect(await play.cloud.client.run('r').result({ timeout: 0 })).toBe('awake');
    expect(await play.kinds()).toHaveLength(61);
  });

  it('is recorded at once if something was accepted meanwhile', async () => {
    let isFirst = true;
    const play: Play = new Play([listener], {
      around: async ({ operation }, go) => {
        if (operation === 'release' && isFirst) {
          isFirst = false;
          await play.cloud.client.run('r').signal(note, 1);
        }
        return go();
      },
    });
    await play.cloud.client.start(listener, 2, { id: 'r' });
    await play.worker.turn('r');
    expect(play.writes).toEqual(['release', 'putRecord', 'release']);
    expect(await play.shape()).toEqual(['item 1: 2', 'tail 2: 2']);
    expect((await play.cloud.run('r')).inboxIds).toEqual([]);
  });

  it('puts a message that has an item, before it deletes that', async () => {
    const play = new Play([listener]);
    await play.cloud.client.start(listener, 2, { id: 'r' });
    await play.worker.turn('r');
    await play.cloud.client.run('r').signal(note, 1, { idempotencyKey: 'k' });
    play.writes.length = 0;
    await play.worker.turn('r');
    expect(play.writes).toEqual(['putRecord', 'deleteMessages', 'release']);
    expect((await play.cloud.run('r')).tail).toBeUndefined();
    expect(await play.shape()).toEqual(['item 1: 4']);
  });

  it('shows what its code has set, with what it has done', async () => {
    const shows = workflow('shows', function* () {
      setStatus('waits');
      yield* note.receive();
    });
    const play = new Play([shows]);
    await play.cloud.client.start(shows, undefined, { id: 'r' });
    await play.worker.turn('r');
    expect(await play.cloud.run('r')).toMatchObject({ customStatus: 'waits', tail: { number: 1 } });
    expect(play.writes).toEqual(['release']);
  });

  it('leaves nothing where the release was lost on its way', async () => {
    let isBroken = true;
    const play = new Play([listener], {
      around: ({ operation }, go) =>
        isBroken && operation === 'release' ? Promise.reject(new Error('no table')) : go(),
    });
    await play.cloud.client.start(listener, 1, { id: 'r' });
    await expect(play.worker.turn('r')).rejects.toThrow('no table');
    expect(await play.kinds()).toEqual([]);
    isBroken = false;
    play.cloud.pass(LEASE_MS + 1);
    await play.cloud.client.run('r').signal(note, 7);
    await play.worker.turn('r');
    expect(await play.cloud.client.run('r').result({ timeout: 0 })).toEqual([7]);
  });
});

describe('the end of a run', () => {
  it('has the last record with it, and the history has both', async () => {
    const steps = workflow('steps', function* () {
      const first = yield* step('first', () => 1);
      return first + (yield* step('second', () => 2));
    });
    const play = new Play([steps]);
    await play.cloud.client.start(steps, undefined, { id: 'r' });
    await play.worker.turn('r');
    expect(play.writes).toEqual(['putRecord', 'putRecord', 'finish']);
    expect(await play.shape()).toEqual(['item 1: 2', 'item 2: 2', 'tail 3: 1']);
    expect((await play.history()).slice(-2)).toEqual(['step-completed', 'completed']);
  });
});

describe('what is an item all the same', () => {
  it('the first record of a run with a delay', async () => {
    const play = new Play([sleeper]);
    await play.cloud.client.start(sleeper, 2, { id: 'r', delay: '1h' });
    play.cloud.pass(HOUR_MS);
    await play.worker.turn('r');
    expect(await play.shape()).toEqual(['item 1: 2']);
    play.cloud.pass(HOUR_MS);
    await play.worker.turn('r');
    expect(await play.shape()).toEqual(['item 1: 2', 'tail 2: 2']);
  });

  it('all that a turn writes that took over: the tail first, then its fence', async () => {
    const play = new Play([listener]);
    await play.cloud.client.start(listener, 3, { id: 'r' });
    await play.worker.turn('r');
    await play.cloud.client.run('r').signal(note, 1);
    void play
      .newWorker({ around: ({ operation }, go) => (operation === 'release' ? new Promise(() => {}) : go()) })
      .turn('r');
    await promisesToGoOn();
    play.cloud.clock.moveTo(play.cloud.clock.nowMs() + LEASE_MS + 1);
    play.writes.length = 0;
    await play.newWorker().turn('r');
    expect(play.writes).toEqual(['putRecord', 'putRecord', 'putRecord', 'release']);
    expect(await play.kinds()).toEqual([
      ...['started', 'receive', 'taken-over', 'taken-alone', 'signal-received', 'receive'],
    ]);
    expect((await play.cloud.run('r')).tail).toBeUndefined();
  });

  it('what a worker writes that was taken over is refused, since the tail has become an item', async () => {
    const play = new Play([listener]);
    await play.cloud.client.start(listener, 3, { id: 'r' });
    await play.worker.turn('r');
    await play.cloud.client.run('r').signal(note, 1, { idempotencyKey: 'by reference' });
    let thaw = (): void => undefined;
    const frozen = play
      .newWorker({
        around: async ({ operation }, go) => {
          if (operation === 'putRecord') await new Promise<void>((resolve) => (thaw = resolve));
          return go();
        },
      })
      .turn('r');
    await promisesToGoOn();
    play.cloud.clock.moveTo(play.cloud.clock.nowMs() + LEASE_MS + 1);
    await play.newWorker().turn('r');
    const before = await play.kinds();
    thaw();
    expect(await frozen).toEqual({ kind: 'lease-lost' });
    expect(await play.kinds()).toEqual(before);
    expect(before.filter((kind) => kind === 'signal-received')).toHaveLength(1);
  });

  it('a run whose links follow each other: `continued`, and the next journal begins anew', async () => {
    const counting = workflow('counting', function* (n: number): Coroutine<number> {
      yield* sleep('1h');
      return n === 3 ? n : yield* continueAsNew(n + 1);
    });
    const play = new Play([counting]);
    await play.cloud.client.start(counting, 1, { id: 'r' });
    for (let turn = 0; turn < 8; turn += 1) {
      await play.newWorker().turn('r');
      play.cloud.pass(HOUR_MS);
    }
    expect(await play.cloud.client.run('r').result({ timeout: 0 })).toBe(3);
    const first = await play.cloud.table.loadRecords('r', 0, undefined, 1);
    expect(first.map(({ isTail }) => isTail)).toEqual([undefined]);
    expect(first[0]?.entries.map(({ kind }) => kind)).toEqual(['started', 'sleep', 'sleep-completed', 'continued']);
    expect(await play.cloud.table.loadRecords('r', 0, undefined, 3)).toMatchObject([{ number: 1, isTail: true }]);
  });
});

describe('a run that has failed with a tail', () => {
  it('is tried again from there, and forked', async () => {
    let isBroken = true;
    const careful = workflow('careful', function* () {
      const paid = yield* step('pay', () => 'paid');
      return `${paid}, ${yield* step('ship', { retry: { maxAttempts: 1 } }, () => {
        if (isBroken) throw Object.assign(new Error('no stock'), { stack: '' });
        return 'shipped';
      })}`;
    });
    const play = new Play([careful]);
    await play.cloud.client.start(careful, undefined, { id: 'r' });
    await play.worker.turn('r');
    expect((await play.shape()).at(-1)).toBe('tail 3: 1');
    isBroken = false;
    await play.cloud.client.run('r').retry();
    const fork = await play.cloud.client.run('r').fork({ before: 'ship#2' });
    for (const id of ['r', fork.id]) await play.newWorker().turn(id);
    expect(await play.cloud.client.run('r').result({ timeout: 0 })).toBe('paid, shipped');
    expect(await fork.result({ timeout: 0 })).toBe('paid, shipped');
    expect(await play.kinds()).toContain('retried');
  });
});

describe('who follows a history', () => {
  it('sees each event once, though the tail grows and becomes a record', async () => {
    const play = new Play([sleeper]);
    await play.cloud.client.start(sleeper, 12, { id: 'r' });
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let hour = 0; hour <= 12; hour += 1) {
      await play.worker.turn('r');
      for await (const placed of play.cloud.client.run('r').historyFrom(cursor)) {
        seen.push(placed.event.kind);
        cursor = placed.cursor;
      }
      play.cloud.pass(HOUR_MS);
    }
    expect(seen).toEqual(await play.history());
  });

  it('in `lull dev` sees each failed attempt once', async () => {
    let attempts = 0;
    const flaky = workflow('flaky', function* () {
      yield* step('try', { retry: { maxAttempts: 4, firstDelay: '1h', maxDelay: '1h', jitter: 0 } }, () => {
        attempts += 1;
        if (attempts < 4) throw new Error(`attempt ${attempts}`);
      });
    });
    const play = new Play([flaky]);
    await play.cloud.client.start(flaky, undefined, { id: 'r' });
    const tail = new RunTail(play.cloud.table, 0);
    const seen: unknown[] = [];
    for (let hour = 0; hour < 4; hour += 1) {
      await play.worker.turn('r');
      seen.push(...(await tail.look(await play.cloud.run('r'))));
      play.cloud.pass(HOUR_MS);
    }
    expect(seen).toMatchObject([{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }]);
  });
});
