/**
 * Bases that were stored once, in somebody's table: each later lull goes on from them. And what lull itself has in a stored run
 * is as it was, or has another form, with a migration.
 */
import { readFileSync } from 'node:fs';
import { createRunFrames } from 'lull/lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Encoded } from '../../../lib/core/encoded.ts';
import { formOfOwnCode, STORED_RUN_FORMAT } from '../../../lib/core/stored-run-format.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from '../../../lib/engine/snapshot.ts';
import type { JournalRecord } from '../../../lib/journal/record.ts';
import type { JournalBase, RunItem } from '../../../lib/ports/run-item.ts';
import { migrateRun } from '../../../lib/scheduler/migrate-run.ts';
import { SmallCloud, START_MS } from '../../engine/small-cloud.ts';
import * as workflows from '../../golden/bases-v1.ts';
import { storedShape, type StoredShape } from '../../golden/stored-shape.ts';

interface Golden {
  /** So long after its begin. */
  readonly hours: number;
  readonly run: RunItem & { readonly base: JournalBase };
  readonly records: readonly JournalRecord[];
  readonly value: Encoded;
  /** A run that it has started, and that has not begun. */
  readonly child?: RunItem;
  readonly result: unknown;
}

// Once in somebody's table, always gone on from: these files are never edited. In the later one an instance of a class is stored
// with the names of its class and of its fields.
const goldens = ['bases-v1.json', 'bases-v2.json'].flatMap((name) => read(name) as readonly Golden[]);
const shape = read('stored-shape-v1.json') as StoredShape;

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../golden/${name}`, import.meta.url), 'utf8'));
}

const ALL = Object.values(workflows);
const ALWAYS = { snapshotRecords: 1, maxSnapshotPercent: 100_000, maxWarmRuns: 0 };
const HOUR_MS = 3_600_000;
const HOURS = 12 * 24;

// What is registered counts as passed by every run of the process: what other files have registered is away meanwhile.
const { byName } = Reflect.get(globalThis, Symbol.for('lull.classes')) as { byName: Map<string, object> };
const ofOthers = [...byName].filter(([, registered]) => !('isOwn' in registered));
beforeAll(() => {
  for (const [name] of ofOthers) byName.delete(name);
});
afterAll(() => {
  for (const [name, registered] of ofOthers) byName.set(name, registered);
});

const workerOf = (cloud: SmallCloud) => cloud.worker({ ...ALWAYS, frames: createRunFrames() });

/** What happens to the run, hour by hour. */
async function playOn(cloud: SmallCloud, runId: string, from: number, to = HOURS): Promise<void> {
  const run = cloud.client.run(runId);
  for (let hour = from + 1; hour <= to; hour += 1) {
    cloud.pass(HOUR_MS);
    if (hour === 5 || hour === 31) await run.signal('go', `said in hour ${hour}`);
    // It was on its way when the later base was taken.
    if (hour === Math.max(29, from + 1) && runId === 'golden-messages')
      void run.update('add', 2).catch(() => undefined);
    for (const id of [runId, 'golden-child']) {
      const item = await cloud.table.readRun(id);
      const isDue = (item?.dueAtMs ?? Infinity) <= cloud.clock.nowMs() || (item?.inboxIds.length ?? 0) > 0;
      if (isDue) await workerOf(cloud).turn(id);
    }
  }
}

/** A table that has the golden run as it was, and nothing else. */
async function cloudWith({ hours, run, records, value, child }: Golden, stored = value): Promise<SmallCloud> {
  const cloud = new SmallCloud(ALL);
  for (let other = 0; other < 20; other += 1) await cloud.client.start('golden-parcel', '', { id: `other-${other}` });
  for (let other = 0; other < 20; other += 1) await workerOf(cloud).turn(`other-${other}`); // so that nonces are new
  const { runId, workflow, createdAtMs, input, inputDigest } = run;
  const { table } = cloud;
  if (child !== undefined) {
    const { runId, workflow, createdAtMs, input, inputDigest, startedBy } = child;
    const asCreated = { runId, workflow, createdAtMs, input, inputDigest, dueAtMs: START_MS };
    await table.createRun({ ...asCreated, ...(startedBy && { startedBy }) });
  }
  await table.createRun({ runId, workflow, createdAtMs, input, inputDigest, dueAtMs: START_MS });
  await table.putValue(runId, run.base.key, stored);
  for (let epoch = 1; epoch <= run.epoch; epoch += 1) {
    const lease = { owner: 'golden', expiresAtMs: START_MS + 30_000 };
    await table.take(runId, { lease, nowMs: START_MS, dueByMs: START_MS });
    for (const record of records) if (record.epoch === epoch) await table.putRecord(runId, record);
    const isLast = epoch === run.epoch;
    await table.release(runId, {
      ...{ epoch, wakesSeen: 0, status: 'suspended', inboxIds: [] },
      dueAtMs: isLast ? run.dueAtMs : START_MS,
      ...(isLast && { base: run.base }),
    });
  }
  cloud.pass(hours * HOUR_MS);
  return cloud;
}

function snapshotIn(value: Encoded): Snapshot {
  const decoded = decodeSnapshot(value);
  if (decoded.kind === 'refused') throw new Error(decoded.reason);
  return decoded.snapshot;
}

describe('a golden base', () => {
  it.each(goldens.map((golden) => [`${golden.run.workflow} after ${golden.hours} hours`, golden] as const))(
    'is gone on from to the end: %s',
    async (_name, golden) => {
      const cloud = await cloudWith(golden);
      const { runId } = golden.run;
      await playOn(cloud, runId, golden.hours);
      const { status, blocked } = await cloud.run(runId);
      expect({ status, blocked }).toEqual({ status: 'completed', blocked: undefined });
      expect(JSON.parse(JSON.stringify(await cloud.client.run(runId).result()))).toEqual(golden.result);
    },
  );

  it('is gone on from where the text of lull is another one, and not where its form is newer', async () => {
    const golden = goldens[0]!;
    const { runId } = golden.run;
    const statusWith = async (ownCode: string): Promise<unknown> => {
      const cloud = await cloudWith(golden, encodeSnapshot({ ...snapshotIn(golden.value), ownCode }));
      await playOn(cloud, runId, golden.hours, 30);
      const { status, blocked } = await cloud.run(runId);
      return blocked?.reason ?? status;
    };
    expect(await statusWith(`form${STORED_RUN_FORMAT}.other`)).toBe('suspended');
    expect(await statusWith(`form${STORED_RUN_FORMAT + 1}.other`)).toMatch(/it is of a newer version of lull/);
    expect(await statusWith('other')).toMatch(/it is of another version of lull/);
  });
});

describe('what lull itself has in a stored run', () => {
  it('has the form of which the golden files are, or a migration leads from theirs to it', () => {
    const form = formOfOwnCode(snapshotIn(goldens[0]!.value).ownCode)!;
    expect(migrateRun(Buffer.from('[2,[0],["o"]]'), form)).toBeInstanceOf(Uint8Array);
  });

  // Where this fails, runs that are stored in somebody's table would be read wrongly, or not at all. Leave what it names as it
  // was. Or raise STORED_RUN_FORMAT, add to lib/scheduler/migrate-run.ts what makes the new form of the old one, and the new
  // form as stored-shape-v2.json with bases of its own; from then on this is compared with that one.
  it('is what it was: generators with their await points, functions with what they use, classes with their fields', () => {
    const now = storedShape();
    const changed = Object.entries(shape).filter(([name, was]) => now[name] !== was);
    expect(changed.map(([name, was]) => ({ name, was, is: now[name] ?? 'gone' }))).toEqual([]);
  });
});

describe('a migration', () => {
  const stored = Buffer.from(JSON.stringify([2, [0], ['M', 'lull/api/queue', 'Queue'], ['o', 'a', 1]]));
  const renames = (from: string, to: string) => (nodes: readonly unknown[]) =>
    nodes.map((node) =>
      Array.isArray(node) ? node.map((part: unknown) => (part === from ? to : part)) : node,
    ) as never;
  const migrations = { 1: renames('Queue', 'OldQueue'), 2: renames('OldQueue', 'NewQueue') };
  const migrated = (from: number, to: number): unknown => {
    const bytes = migrateRun(stored, from, { migrations, to });
    return bytes && JSON.parse(Buffer.from(bytes).toString());
  };

  it('leads from form to form', () => {
    expect(migrated(1, 3)).toEqual([2, [0], ['M', 'lull/api/queue', 'NewQueue'], ['o', 'a', 1]]);
    expect(migrated(2, 3)).toEqual([2, [0], ['M', 'lull/api/queue', 'Queue'], ['o', 'a', 1]]);
    expect(migrated(3, 3)).toEqual(JSON.parse(stored.toString()));
  });

  it('that is not there refuses, as a form does that is newer', () => {
    expect([migrated(0, 3), migrated(1, 4), migrated(4, 3)]).toEqual([undefined, undefined, undefined]);
  });
});
