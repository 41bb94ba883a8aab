/** Snapshots of runs in the engine: when they are written, when a run goes on from one, and when it does not. */
import { child, continueAsNew, pool, signal, sleep, step, uuid, workflow } from 'lull';
import { createTestEngine, type TestEngine, type TestEngineOptions } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { MAX_RUN_BYTES } from '../../../lib/core/stored-run-limit.ts';
import { MemoryStore } from '../../../lib/memory/memory-store.ts';
import type { Store } from '../../../lib/ports/store.ts';
import { snapshotKey } from '../../../lib/ports/run-item.ts';
import { StoreUnavailableError } from '../../../lib/ports/world-errors.ts';
import { silent } from '../../testing/silent.ts';

const pay = signal<number>('pay');

/** Waits a day after each payment. */
const account = workflow('account', function* (payments: number) {
  const seen: string[] = [];
  let sum = 0;
  for (let index = 0; index < payments; index += 1) {
    const amount = yield* pay.receive();
    sum += yield* step('book', () => amount * 2);
    seen.push(uuid());
    yield* sleep('1 day');
  }
  return { sum, different: new Set(seen).size };
});

/** How the journals of runs were read, and what became of snapshots. */
class WatchedStore extends MemoryStore {
  readonly loads: number[] = [];
  readonly snapshots: string[] = [];

  /** The keys of those that are there. */
  async left(runId: string): Promise<string[]> {
    const keys = [...new Set(this.snapshots)];
    const found = await Promise.all(keys.map((key) => this.readValue(runId, key)));
    return keys.filter((_, index) => found[index] !== undefined);
  }

  override loadRecords(...args: Parameters<Store['loadRecords']>): ReturnType<Store['loadRecords']> {
    if (args[2] === undefined) this.loads.push(args[1]);
    return super.loadRecords(...args);
  }

  override putValue(...args: Parameters<Store['putValue']>): ReturnType<Store['putValue']> {
    if (args[1].startsWith('frames-')) this.snapshots.push(args[1]);
    return super.putValue(...args);
  }
}

type WatchedOptions = Partial<Omit<TestEngineOptions, 'store'>> & { readonly store?: WatchedStore };

interface Watched {
  readonly engine: TestEngine;
  readonly store: WatchedStore;
  readonly lines: string[];
}

function watched({ store = new WatchedStore(), ...options }: WatchedOptions = {}): Watched {
  const lines: string[] = [];
  const keep = (text: unknown, more: unknown): void =>
    void lines.push(`${String(text)}: ${String((more as { reason?: string } | undefined)?.reason)}`);
  const log = { ...silent, info: keep, warn: keep };
  const workflows = [account];
  return {
    engine: createTestEngine({ workflows, frames: true, checkReplay: false, store, log, ...options }),
    store,
    lines,
  };
}

async function payDaily(engine: TestEngine, runId: string, times: number): Promise<void> {
  for (let day = 0; day < times; day += 1) {
    await engine.client.run(runId).signal(pay, 5);
    await engine.advance('25 hours');
  }
}

describe('a run that is stored', () => {
  it('goes on from its snapshot, and reads what came after it alone', async () => {
    const { engine, store, lines } = watched();
    const run = await engine.start(account, 4);
    await engine.settle();
    store.loads.length = 0;
    await payDaily(engine, run.id, 4);
    expect(await run.result()).toEqual({ sum: 40, different: 4 });
    expect(lines).toEqual([]);
    expect(store.snapshots.length).toBeGreaterThan(8);
    // Each load began at the last record that the snapshot has seen, so it grew with the journal.
    expect(store.loads.length).toBeGreaterThan(8);
    expect(store.loads).toEqual([...store.loads].sort((one, other) => one - other));
    expect(new Set(store.loads).size).toBeGreaterThan(8);
  });

  it('goes on from it too when its starter has taken the first turn, whose record is in the run item', async () => {
    const { engine, store, lines } = watched({ firstTurnInApi: true });
    const run = await engine.start(account, 2);
    expect((await store.readRun(run.id))?.firstTurn?.entries?.length).toBeGreaterThan(0);
    await payDaily(engine, run.id, 1);
    expect((await store.readRun(run.id))?.snapshot).toBeDefined();
    store.loads.length = 0;
    await payDaily(engine, run.id, 1);
    expect(await run.result()).toEqual({ sum: 20, different: 2 });
    expect(lines).toEqual([]);
    expect(Math.min(...store.loads)).toBeGreaterThan(0);
  });

  it('of which the snapshot has seen no record but that one goes on from it', async () => {
    const place = pool('place', { concurrency: 1 });
    const books = workflow('books', function* () {
      return yield* step('book', { pool: place }, () => 'booked');
    });
    const { engine, store, lines } = watched({ workflows: [books], firstTurnInApi: true });
    await engine.run(books, undefined);
    await engine.pools.pause('place');
    const run = await engine.start(books);
    expect(await store.readRun(run.id)).toMatchObject({ snapshot: { record: 1, epoch: 1 } });
    store.loads.length = 0;
    await engine.pools.resume('place');
    expect(await run.result()).toBe('booked');
    expect(lines).toEqual([]);
    expect(engine.calls('book')).toHaveLength(2);
  });

  it('leaves one snapshot while it waits, and none when it has ended', async () => {
    const { engine, store } = watched();
    const run = await engine.start(account, 2);
    await payDaily(engine, run.id, 1);
    const { snapshot } = (await store.readRun(run.id)) ?? {};
    expect(snapshot).toBeDefined();
    expect(await store.left(run.id)).toEqual([snapshotKey(snapshot!)]);
    await payDaily(engine, run.id, 1);
    await run.result();
    expect(await store.left(run.id)).toEqual([]);
    expect((await store.readRun(run.id))?.snapshot).toBeUndefined();
  });
});

/** A message comes between a snapshot and the release that would tell of it. The worker is lost at the next record. */
class InterruptedStore extends WatchedStore {
  comesIn: (() => Promise<void>) | undefined;
  isAway = false;
  /** What was left when the release was refused, and the turn went on. */
  leftThen: string[] | undefined;

  override async release(...args: Parameters<Store['release']>): ReturnType<Store['release']> {
    const { comesIn } = this;
    if (comesIn === undefined || args[1].snapshot === undefined) return super.release(...args);
    this.comesIn = undefined;
    await comesIn();
    const release = await super.release(...args);
    expect(release.kind).toBe('accepted-since');
    this.isAway = true;
    return release;
  }

  override async putRecord(...args: Parameters<Store['putRecord']>): ReturnType<Store['putRecord']> {
    if (!this.isAway) return super.putRecord(...args);
    this.isAway = false;
    this.leftThen = await this.left(args[0]);
    throw new StoreUnavailableError('putRecord');
  }
}

describe('a snapshot that no release has told of', () => {
  it('is gone before the turn goes on, so that none is left if its worker is lost then', async () => {
    const store = new InterruptedStore();
    const { engine } = watched({ store });
    const run = await engine.start(account, 2);
    store.comesIn = () => engine.client.run(run.id).signal(pay, 5);
    await engine.settle();
    await engine.advance('25 hours');
    expect(store.leftThen).toEqual([]);
    await payDaily(engine, run.id, 1);
    expect(await run.result()).toEqual({ sum: 20, different: 2 });
    expect(store.snapshots.length).toBeGreaterThan(1);
    expect(await store.left(run.id)).toEqual([]);
  });

  it('is gone, too, if it is dropped before', async () => {
    class DroppingStore extends WatchedStore {
      drops = 0;
      override async readValue(...args: Parameters<Store['readValue']>): ReturnType<Store['readValue']> {
        if (!args[1].startsWith('frames-') || this.drops === 2) return super.readValue(...args);
        this.drops += 1;
        return undefined;
      }
    }
    const store = new DroppingStore();
    const { engine, lines } = watched({ store });
    const run = await engine.start(account, 2);
    await payDaily(engine, run.id, 2);
    expect(await run.result()).toEqual({ sum: 20, different: 2 });
    expect(lines.length).toBe(2);
    expect(await store.left(run.id)).toEqual([]);
  });
});

describe('a snapshot is dropped, and the run replayed,', () => {
  const cases: [string, RegExp, (store: WatchedStore, runId: string, key: string) => Promise<void>][] = [
    ['if it is lost', /it is not there/, (store, runId, key) => store.deleteValue(runId, key)],
    ['if it is no snapshot', /it is no snapshot/, (store, runId, key) => store.putValue(runId, key, '{}')],
    ['if it is of another format', /its format is 3/, (store, runId, key) => store.putValue(runId, key, '[3,{},""]')],
    ['if it is empty', /something is missing in it/, (store, runId, key) => store.putValue(runId, key, '[2,{},""]')],
    [
      'if it is of other code',
      /it is of other code/,
      (store, runId, key) => change(store, runId, key, { code: 'other', passed: undefined }),
    ],
    [
      'if it is of other code, which has passed something else',
      /code that it has passed has changed/,
      (store, runId, key) => change(store, runId, key, { code: 'other', passed: 'other' }),
    ],
    [
      'if it is of another lull',
      /it is of another version of lull/,
      (store, runId, key) => change(store, runId, key, { code: 'other', ownCode: 'other' }),
    ],
    [
      'if it is of another journal',
      /not of this journal/,
      (store, runId, key) => change(store, runId, key, { nonce: '?' }),
    ],
    ['if it is of another link', /not of this journal/, (store, runId, key) => change(store, runId, key, { link: 2 })],
    ['if it is an older one', /not of this journal/, (store, runId, key) => change(store, runId, key, { record: 1 })],
    [
      'if its coroutines cannot be read',
      /cannot be read/,
      (store, runId, key) => change(store, runId, key, {}, 'AAAA'),
    ],
  ];

  it.each(cases)('%s', async (_name, reason, spoil) => {
    const { engine, store, lines } = watched();
    const run = await engine.start(account, 3);
    await payDaily(engine, run.id, 1);
    const { snapshot } = (await store.readRun(run.id)) ?? {};
    await spoil(store, run.id, snapshotKey(snapshot!));
    await payDaily(engine, run.id, 2);
    expect(await run.result()).toEqual({ sum: 30, different: 3 });
    expect(lines).toEqual([expect.stringMatching(reason)]);
  });

  async function change(
    store: WatchedStore,
    runId: string,
    key: string,
    changes: object,
    coroutines?: string,
  ): Promise<void> {
    const [format, head, run] = JSON.parse((await store.readValue(runId, key)) as string) as [number, object, string];
    await store.putValue(runId, key, JSON.stringify([format, { ...head, ...changes }, coroutines ?? run]));
  }
});

it('a run that continues as new, and one with children, go on from snapshots too', async () => {
  let links = 0;
  const counted = workflow('counted', function* (link: number) {
    const { sum } = yield* child(account, 0);
    yield* sleep('1 day');
    yield* step('count', () => (links += 1));
    if (link < 3) yield* continueAsNew(link + 1);
    return { link, sum };
  });
  const { engine, store, lines } = watched({ workflows: [account, counted] });
  const run = await engine.start(counted, 1);
  expect(await run.result()).toEqual({ link: 3, sum: 0 });
  expect(links).toBe(3);
  expect(lines).toEqual([]);
  expect((await store.readRun(run.id))?.snapshot).toBeUndefined();
});

it('a run that holds a promise has no snapshot, with the path to it, and goes on by replay', async () => {
  const holds = workflow('holds', function* () {
    const promise = Promise.resolve(1);
    yield* sleep('1 day');
    yield* sleep('1 day');
    return promise instanceof Promise;
  });
  const { engine, lines } = watched({ workflows: [holds] });
  expect(await engine.run(holds)).toBe(true);
  expect(lines.length).toBe(2);
  for (const line of lines) expect(line).toMatch(/^a run has no snapshot.*\.promise is a Promise, which lives in one/);
});

it('a run that is too large has no snapshot, with how large it is, and goes on by replay', async () => {
  const hoards = workflow('hoards', function* () {
    const text = 'x'.repeat(MAX_RUN_BYTES);
    yield* sleep('1 day');
    return text.length;
  });
  const { engine, store, lines } = watched({ workflows: [hoards], settings: { maxSnapshotPercent: 1_000_000 } });
  expect(await engine.run(hoards)).toBe(MAX_RUN_BYTES);
  expect(lines).toEqual([
    expect.stringMatching(/^a run has no snapshot.* it has 3355\d+ bytes: 33554432 are allowed$/),
  ]);
  expect(store.snapshots).toEqual([]);
});

it('without the rule of the kit, a snapshot is written when it is small beside the records that have come', async () => {
  const rule = { snapshotRecords: 6, maxSnapshotPercent: 10_000 };
  const { engine, store } = watched({ settings: { ...rule } });
  const run = await engine.start(account, 6);
  await payDaily(engine, run.id, 5);
  const records = store.snapshots.map((key) => Number(/^frames-(\d+)-/.exec(key)?.[1]));
  expect(records.length).toBeGreaterThan(1);
  for (const [index, record] of records.entries()) expect(record - (records[index - 1] ?? 0)).toBeGreaterThanOrEqual(6);

  const tooLarge = watched({ settings: { snapshotRecords: 1, maxSnapshotPercent: 1 } });
  const other = await tooLarge.engine.start(account, 2);
  await payDaily(tooLarge.engine, other.id, 1);
  expect(tooLarge.store.snapshots).toEqual([]);
});
