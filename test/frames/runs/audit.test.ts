/** Audits of snapshots: a run that is restored is replayed too, and a snapshot that is wrong never becomes a wrong run. */
import { signal, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { isToBeAudited } from '../../../lib/engine/audit-snapshot.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from '../../../lib/engine/snapshot.ts';
import type { Engine } from '../../../lib/engine/settings.ts';
import { MemoryStore } from '../../../lib/memory/memory-store.ts';
import type { Store } from '../../../lib/ports/store.ts';
import { silent } from '../../testing/silent.ts';

const pay = signal<number>('pay');

const account = workflow('account', function* (payments: number) {
  let sum = 0;
  for (let index = 0; index < payments; index += 1) {
    const amount = yield* pay.receive();
    sum += yield* step('book', () => amount * 2);
  }
  return sum;
});

/** Snapshots are read from it as somebody has changed them. */
class ChangedStore extends MemoryStore {
  wholeLoads = 0;
  readonly #change: (snapshot: Snapshot) => Snapshot;

  constructor(change: (snapshot: Snapshot) => Snapshot) {
    super();
    this.#change = change;
  }

  override async readValue(...args: Parameters<Store['readValue']>): ReturnType<Store['readValue']> {
    const found = await super.readValue(...args);
    if (!args[1].startsWith('frames-') || found === undefined) return found;
    const read = decodeSnapshot(found);
    expect(read.kind).toBe('read');
    return read.kind === 'read' ? encodeSnapshot(this.#change(read.snapshot)) : found;
  }

  override loadRecords(...args: Parameters<Store['loadRecords']>): ReturnType<Store['loadRecords']> {
    if (args[1] === 0 && args[2] === undefined) this.wholeLoads += 1;
    return super.loadRecords(...args);
  }
}

/** What came of three payments of 5, and what the log said. */
async function payThrice(snapshotsPerAudit: number, change: (snapshot: Snapshot) => Snapshot) {
  const lines: string[] = [];
  const keep = (text: unknown, more: unknown): void =>
    void lines.push(`${String(text)}: ${String((more as { reason?: string } | undefined)?.reason)}`);
  const store = new ChangedStore(change);
  const log = { ...silent, info: keep, warn: keep, error: keep };
  const settings = { snapshotsPerAudit };
  const engine = createTestEngine({ workflows: [account], frames: true, checkReplay: false, store, log, settings });
  const run = await engine.start(account, 3);
  for (let payment = 0; payment < 3; payment += 1) {
    await run.signal(pay, 5);
    await engine.settle();
  }
  return { result: await run.result(), lines, wholeLoads: store.wholeLoads };
}

const inRun =
  (find: RegExp, put: string) =>
  (snapshot: Snapshot): Snapshot => {
    const text = Buffer.from(snapshot.run).toString().replace(find, put);
    return { ...snapshot, run: Buffer.from(text) };
  };
/** The run has one more than it was given, once it has something. */
const oneMore = inRun(/"sum",([1-9]\d*)/, '"sum",1$1');

describe('a snapshot whose run holds something else', () => {
  it('gives a wrong result, where nothing is audited', async () => {
    const { result, lines } = await payThrice(0, oneMore);
    expect(result).not.toBe(30);
    expect(lines).toEqual([]);
  });

  it('is found by an audit, which says where, and the run goes on from the replay', async () => {
    const { result, lines } = await payThrice(1, oneMore);
    expect(result).toBe(30);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line).toMatch(
        /^a snapshot is wrong: the run goes on from the replay of its journal: what its coroutines hold/,
      );
      expect(line).toMatch(/audit\.test\.ts#.*\)\.sum$/);
    }
  });
});

const wrongInOtherWays: [string, (snapshot: Snapshot) => Snapshot, RegExp][] = [
  ['does not have the messages before it', (one) => ({ ...one, messageIds: [] }), /of the journal: messageIds$/],
  ['has a child that was never started', (one) => ({ ...one, openChildren: [['c', 'cancel']] }), /openChildren$/],
  ['has streams that were never written', (one) => ({ ...one, streams: { s: { entries: 1, bytes: 1 } } }), /streams$/],
  ['takes the journal for shorter', (one) => ({ ...one, events: 0 }), /events$/],
  [
    'has a map with an entry too many',
    inRun(/\["m",/, '["m","odd","odd",'),
    /waits for #undefined undefined where .* #\d+ \w+$/,
  ],
];

describe('an audit finds a snapshot that', () => {
  it.each(wrongInOtherWays)('%s', async (_what, change, where) => {
    const { result, lines } = await payThrice(1, change);
    expect(result).toBe(30);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatch(where);
  });
});

describe('of a snapshot that is right', () => {
  it('an audit says nothing, and reads the whole journal', async () => {
    const audited = await payThrice(1, (one) => one);
    expect([audited.result, audited.lines]).toEqual([30, []]);
    const restored = await payThrice(0, (one) => one);
    expect([restored.result, restored.lines]).toEqual([30, []]);
    expect(audited.wholeLoads).toBeGreaterThan(restored.wholeLoads);
  });

  it('one resume in so many is audited, and none at 0', () => {
    const audited = (snapshotsPerAudit: number): number =>
      Array.from({ length: 100 }, (_, index) =>
        isToBeAudited({ snapshotsPerAudit, random: () => index / 100 } as Engine),
      ).filter(Boolean).length;
    expect([audited(0), audited(1), audited(4), audited(100)]).toEqual([0, 100, 25, 1]);
  });
});
