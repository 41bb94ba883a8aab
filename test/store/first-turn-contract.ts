/** What every store has to answer about runs whose first turn was taken where they were started: operation 1. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { FirstTurn } from '../../lib/ports/first-turn.ts';
import type { NewRun, Store } from '../../lib/ports/store.ts';
import {
  encoded,
  finishing,
  INBOX_LIMIT,
  journalRecord,
  LEASE_MS,
  newRun,
  PURGE_MS,
  purgeWhole,
  releasing,
  START_MS,
  taking,
} from './samples.ts';

const { entries } = journalRecord(1);
const nonce = 'starter';
const lease = { owner: nonce, expiresAtMs: START_MS + LEASE_MS };
const goesOn: FirstTurn = { nonce, entries, then: { kind: 'goes-on', lease } };
const FIRST = { number: 1, epoch: 1, nonce, entries };

function resting(dueAtMs?: number): FirstTurn {
  return { nonce, entries, then: { kind: 'rests', dueAtMs } };
}

function ended(purgeAtMs?: number): FirstTurn {
  const { epoch: _epoch, wakesSeen: _wakesSeen, ...end } = finishing({ purgeAtMs });
  return { nonce, entries, then: { kind: 'has-ended', ...end } };
}

export function describeFirstTurns(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  async function created(firstTurn: FirstTurn): Promise<NewRun> {
    const run = newRun({ firstTurn });
    expect(await store.createRun(run)).toEqual({ kind: 'created' });
    return run;
  }

  describe('creating a run with its first turn', () => {
    test('one that goes on has its lease, is due, and has its first record', async () => {
      const { firstTurn: _firstTurn, ...run } = await created(goesOn);
      const shown = { status: 'running', epoch: 1, wakes: 0, inboxIds: [], lease, firstTurn: { nonce, entries } };
      expect(await store.readRun(run.runId)).toEqual({ ...run, ...shown });
      expect(await store.loadRecords(run.runId, 0)).toEqual([FIRST]);
    });

    test('the lease is like any other: held, renewed, released, and taken over when it is over', async () => {
      const { runId } = await created(goesOn);
      expect(await store.take(runId, taking('worker'))).toEqual({ kind: 'refused', reason: 'leased' });
      const renewal = { epoch: 1, expiresAtMs: START_MS + 2 * LEASE_MS };
      expect(await store.renew(runId, renewal)).toMatchObject({ kind: 'renewed' });
      expect(await store.take(runId, taking('worker', renewal.expiresAtMs))).toMatchObject({
        kind: 'taken',
        before: { lease: { owner: nonce }, epoch: 1 },
      });
      expect(await store.release(runId, releasing({ epoch: 1 }))).toEqual({ kind: 'lost' });
      expect(await store.release(runId, releasing({ epoch: 2 }))).toEqual({ kind: 'done' });
    });

    test('the turn that goes on puts the second record, and ends the run', async () => {
      const { runId } = await created(goesOn);
      expect(await store.putRecord(runId, journalRecord(2))).toEqual({ kind: 'put' });
      expect(await store.finish(runId, finishing())).toEqual({ kind: 'done' });
      expect((await store.loadRecords(runId, 0)).map(({ number }) => number)).toEqual([1, 2]);
      expect(await store.readRun(runId)).toMatchObject({ status: 'completed', firstTurn: { nonce, entries } });
    });

    test('one that rests has no lease, and is due at its time, or never', async () => {
      const { runId } = await created(resting(START_MS + 5));
      expect(await store.readRun(runId)).toMatchObject({ status: 'suspended', epoch: 1, dueAtMs: START_MS + 5 });
      expect(await store.take(runId, taking('worker'))).toMatchObject({ reason: 'not-due' });
      expect(await store.take(runId, taking('worker', START_MS + 5))).toMatchObject({ kind: 'taken' });
      const forMessage = await store.readRun((await created(resting())).runId);
      expect(forMessage).not.toHaveProperty('dueAtMs');
      expect(forMessage).not.toHaveProperty('lease');
    });

    test('what it shows is there, and that no wake was sent', async () => {
      const shows = { customStatus: encoded('waits'), attributes: { customer: 'c1' } };
      const then = { kind: 'rests', dueAtMs: START_MS + 5, needsWake: true, shows } as const;
      const { runId } = await created({ nonce, entries, then });
      expect(await store.readRun(runId)).toMatchObject({ ...shows, needsWake: true });
    });

    test('one that has ended is closed, and is in lists', async () => {
      const { runId, workflow } = await created(ended());
      const run = await store.readRun(runId);
      expect(run).toMatchObject({ status: 'completed', result: finishing().result, endedAtMs: finishing().endedAtMs });
      expect(run).not.toHaveProperty('dueAtMs');
      expect(await store.accept(runId, 'm1', INBOX_LIMIT)).toMatchObject({ kind: 'closed' });
      expect(await store.take(runId, taking('worker'))).toMatchObject({ reason: 'closed' });
      const { runs } = await store.listRuns({ workflows: [workflow], statuses: ['completed'], limit: 1_000 });
      expect(runs.map((row) => row.runId)).toContain(runId);
    });

    test('one that has ended is due for what is left to do, and else for its purge, which leaves nothing', async () => {
      const left = { ...ended(PURGE_MS).then, afterEnd: 'tell' } as const;
      expect(await store.readRun((await created({ nonce, entries, then: left })).runId)).toMatchObject({ dueAtMs: 0 });
      const { runId } = await created(ended(PURGE_MS));
      expect(await store.readRun(runId)).toMatchObject({ dueAtMs: PURGE_MS });
      expect(await purgeWhole(store, runId)).toEqual({ kind: 'purged' });
      expect(await store.loadRecords(runId, 0)).toEqual([]);
    });

    test('repeated by the same turn it is created; by another one it is there already', async () => {
      for (const firstTurn of [goesOn, resting(), ended()]) {
        const run = await created(firstTurn);
        expect(await store.createRun(run)).toEqual({ kind: 'created' });
        const twin = { ...run, firstTurn: { ...firstTurn, nonce: 'twin' } };
        expect(await store.createRun(twin)).toMatchObject({ kind: 'exists', run: { firstTurn: { nonce } } });
      }
    });

    test('its own creation is known when the run has gone on', async () => {
      const run = await created(goesOn);
      await store.release(run.runId, releasing());
      await store.accept(run.runId, 'm1', INBOX_LIMIT);
      await store.take(run.runId, taking('worker'));
      expect(await store.createRun(run)).toEqual({ kind: 'created' });
    });

    test('a plain start of the same id finds it', async () => {
      const { firstTurn: _firstTurn, ...run } = await created(resting());
      expect(await store.createRun(run)).toMatchObject({ kind: 'exists', run: { status: 'suspended' } });
    });

    test('without entries its first record is an item of its own', async () => {
      const { runId } = await created({ nonce, then: goesOn.then });
      expect(await store.loadRecords(runId, 0)).toEqual([]);
      expect(await store.putRecord(runId, journalRecord(1))).toEqual({ kind: 'put' });
      expect(await store.loadRecords(runId, 0)).toEqual([journalRecord(1)]);
    });
  });

  describe('the records of a run whose first one is in the run item', () => {
    test('are read as one list, in parts too', async () => {
      const { runId } = await created(goesOn);
      for (const number of [2, 3]) await store.putRecord(runId, journalRecord(number));
      const all = await store.loadRecords(runId, 0);
      expect(all).toEqual([FIRST, journalRecord(2), journalRecord(3)]);
      expect(await store.loadRecords(runId, 0, 1)).toEqual([FIRST]);
      expect((await store.loadRecords(runId, 0, 2)).map(({ number }) => number)).toEqual([1, 2]);
      expect(await store.loadRecords(runId, 1)).toEqual(all.slice(1));
    });

    test('are the same for who brings the run item', async () => {
      const { runId } = await created(goesOn);
      await store.putRecord(runId, journalRecord(2));
      const run = await store.readRun(runId);
      expect(await store.loadRecords(runId, 0, undefined, 1, run)).toEqual(await store.loadRecords(runId, 0));
    });

    test('are no records of another link', async () => {
      const { runId } = await created(goesOn);
      expect(await store.loadRecords(runId, 0, undefined, 2)).toEqual([]);
    });

    test('are gone with a deleted run', async () => {
      const { runId } = await created(ended());
      await store.deleteRun(runId, START_MS + 6_000);
      expect(await store.loadRecords(runId, 0)).toEqual([]);
    });

    test('stay when a failed run is tried again', async () => {
      const { then } = ended();
      const { runId } = await created({ nonce, entries, then: { ...then, status: 'failed' } as FirstTurn['then'] });
      const goesOnFrom = { kind: 'retry', number: 1, keeps: 1, reason: 'again' } as const;
      const retry = { epoch: 1, purgeAtMs: undefined, retries: 1, goesOnFrom };
      expect(await store.retryRun(runId, retry)).toEqual({ kind: 'done' });
      expect(await store.take(runId, taking('worker'))).toMatchObject({ kind: 'taken', before: { epoch: 1 } });
      expect(await store.loadRecords(runId, 0)).toEqual([FIRST]);
    });
  });
}
