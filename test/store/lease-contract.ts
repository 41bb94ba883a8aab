/** What every store has to answer about runs and their leases: operation 1, operation 6, operation 13, operation 14 and operation 15. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../../lib/ports/store.ts';
import {
  LEASE_MS,
  INBOX_LIMIT,
  START_MS,
  closedRun,
  createdRun,
  encoded,
  finishing,
  newRun,
  releasing,
  takenRun,
  taking,
} from './samples.ts';

export function describeLeases(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  describe('creating a run', () => {
    test('a new run is pending, with nothing accepted and no lease', async () => {
      const run = newRun({ notBeforeMs: START_MS + 1, deadlineAtMs: START_MS + 2 });
      expect(await store.createRun(run)).toEqual({ kind: 'created' });
      expect(await store.readRun(run.runId)).toEqual({ ...run, status: 'pending', epoch: 0, wakes: 0, inboxIds: [] });
    });

    test('the second of two creations gets the run of the first, unchanged', async () => {
      const run = await createdRun(store);
      const other = newRun({ runId: run.runId, workflow: 'other', inputDigest: 'other', createdAtMs: START_MS + 1 });
      expect(await store.createRun(other)).toEqual({ kind: 'exists', run });
      expect(await store.readRun(run.runId)).toEqual(run);
    });

    test('of many creations at once exactly one creates', async () => {
      const run = newRun();
      const answers = await Promise.all(Array.from({ length: 5 }, () => store.createRun(run)));
      expect(answers.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    });

    test('a run that nobody created is not there', async () => {
      expect(await store.readRun('nobody')).toBeUndefined();
    });

    test('an input may stand in an item of its own', async () => {
      const run = await createdRun(store, { input: { kind: 'item', key: 'input-1' } });
      expect((await store.readRun(run.runId))?.input).toEqual({ kind: 'item', key: 'input-1' });
    });

    const inputs = [null, false, 0, '', { $: 'Date', v: 1 }, ['ä', '\ud800', 1e300, 0.1], [[]]];
    test.each(inputs.map((value) => ({ value })))('the inline input $value comes back as it was', async ({ value }) => {
      const run = await createdRun(store, { input: { kind: 'inline', value: encoded(value) } });
      expect((await store.readRun(run.runId))?.input).toEqual({ kind: 'inline', value });
    });

    test('what was given is copied: changing it later changes nothing', async () => {
      const value = { amount: 1 };
      const run = await createdRun(store, { input: { kind: 'inline', value: encoded(value) } });
      value.amount = 2;
      const read = await store.readRun(run.runId);
      expect(read?.input).toEqual({ kind: 'inline', value: { amount: 1 } });
      (read?.inboxIds as string[]).push('m1');
      expect((await store.readRun(run.runId))?.inboxIds).toEqual([]);
    });

    test.each(['ü/läuft bald', '#', 'run', 'a#b#c', '🦥'.repeat(32), ' '])('a run id may be "%s"', async (runId) => {
      const run = await createdRun(store, { runId, workflow: `of ${runId}` });
      expect(await store.readRun(runId)).toEqual(run);
      expect(await store.take(runId, taking('worker-1'))).toEqual({ kind: 'taken', before: run });
    });
  });

  describe('taking the lease', () => {
    test('whoever takes it gets the run as it was before', async () => {
      const run = await createdRun(store);
      const take = taking('worker-1');
      expect(await store.take(run.runId, take)).toEqual({ kind: 'taken', before: run });
      expect(await store.readRun(run.runId)).toEqual({ ...run, status: 'running', epoch: 1, lease: take.lease });
    });

    test('of many takers at once exactly one wins, the others find it leased', async () => {
      const run = await createdRun(store);
      const answers = await Promise.all(
        ['a', 'b', 'c', 'd', 'e'].map((owner) => store.take(run.runId, taking(`worker-${owner}`))),
      );
      expect(answers.filter(({ kind }) => kind === 'taken')).toEqual([{ kind: 'taken', before: run }]);
      expect(answers.filter(({ kind }) => kind === 'refused')).toEqual(
        Array.from({ length: 4 }, () => ({ kind: 'refused', reason: 'leased' })),
      );
      expect((await store.readRun(run.runId))?.epoch).toBe(1);
    });

    test('a lease lasts until just before its end, and free at its end', async () => {
      const run = await takenRun(store);
      const endMs = START_MS + LEASE_MS;
      expect(await store.take(run.runId, taking('worker-2', endMs - 1))).toEqual({ kind: 'refused', reason: 'leased' });
      expect(await store.readRun(run.runId)).toEqual(run);
      expect(await store.take(run.runId, taking('worker-2', endMs))).toEqual({ kind: 'taken', before: run });
      expect(await store.readRun(run.runId)).toMatchObject({ epoch: 2, lease: { owner: 'worker-2' } });
    });

    test('a run that is pinned is taken by its own version alone, or once more pinned by who knows that this one is gone', async () => {
      const { runId } = await createdRun(store);
      expect(await store.take(runId, { ...taking('worker-1'), pin: '3' })).toMatchObject({ kind: 'taken' });
      expect((await store.readRun(runId))?.pinnedTo).toBe('3');
      await store.release(runId, { epoch: 1, wakesSeen: 0, status: 'suspended', dueAtMs: 0, inboxIds: [] });

      expect(await store.take(runId, { ...taking('worker-2'), pin: '4' })).toEqual({ kind: 'pinned', to: '3' });
      expect((await store.readRun(runId))?.epoch).toBe(1);
      expect(await store.take(runId, { ...taking('worker-1'), pin: '3' })).toMatchObject({ kind: 'taken' });
      expect(await store.take(runId, { ...taking('worker-2'), pin: '4' })).toEqual({
        kind: 'refused',
        reason: 'leased',
      });
      await store.release(runId, { epoch: 2, wakesSeen: 0, status: 'suspended', dueAtMs: 0, inboxIds: [] });

      const instead = { ...taking('worker-2'), pin: '4' };
      expect(await store.take(runId, { ...instead, gone: '2' })).toEqual({ kind: 'pinned', to: '3' });
      expect(await store.take(runId, { ...instead, gone: '3' })).toMatchObject({ kind: 'taken' });
      expect(await store.readRun(runId)).toMatchObject({ pinnedTo: '4', epoch: 3 });
    });

    test('a run is due from its time on, slack included', async () => {
      const dueAtMs = START_MS + 1000;
      const run = await createdRun(store, { dueAtMs });
      const early = taking('worker-1', dueAtMs - 1);
      expect(await store.take(run.runId, early)).toEqual({ kind: 'refused', reason: 'not-due', run });
      expect(await store.take(run.runId, { ...early, dueByMs: dueAtMs })).toEqual({ kind: 'taken', before: run });
    });

    test('slack for the due time is none for another lease', async () => {
      const run = await takenRun(store);
      const almost = taking('worker-2', START_MS + LEASE_MS - 1);
      const answer = await store.take(run.runId, { ...almost, dueByMs: almost.dueByMs + 5000 });
      expect(answer).toEqual({ kind: 'refused', reason: 'leased' });
    });

    test('a run that waits for nothing but messages is not due', async () => {
      const { runId } = await takenRun(store);
      await store.release(runId, releasing());
      const run = await store.readRun(runId);
      expect(await store.take(runId, taking('worker-2'))).toEqual({ kind: 'refused', reason: 'not-due', run });
    });

    test('a closed run is refused, also when it is due to be purged', async () => {
      const { runId } = await closedRun(store, {}, { purgeAtMs: 1 });
      const run = await store.readRun(runId);
      expect(await store.take(runId, taking('worker-2'))).toEqual({ kind: 'refused', reason: 'closed', run });
    });

    test('a run that is not there is not made by a take', async () => {
      expect(await store.take('ghost', taking('worker-1'))).toEqual({ kind: 'refused', reason: 'not-found' });
      expect(await store.readRun('ghost')).toBeUndefined();
    });

    test('repeated by its owner, it is taken again, as of the same epoch', async () => {
      const run = await createdRun(store);
      await store.take(run.runId, taking('worker-1'));
      expect(await store.take(run.runId, taking('worker-1'))).toEqual({ kind: 'taken', before: run });
      expect((await store.readRun(run.runId))?.epoch).toBe(1);
    });

    test('repeated after a message was accepted, it tells of the message too', async () => {
      const run = await takenRun(store);
      await store.accept(run.runId, 'm1', INBOX_LIMIT);
      const answer = await store.take(run.runId, taking('worker-1'));
      expect(answer).toMatchObject({
        kind: 'taken',
        before: { status: 'pending', epoch: 0, wakes: 1, inboxIds: ['m1'] },
      });
      expect(answer).not.toHaveProperty('before.lease');
    });

    test('repeated by the owner of a takeover, it still tells that it was one', async () => {
      const run = await takenRun(store);
      const nowMs = START_MS + LEASE_MS;
      await store.take(run.runId, taking('worker-2', nowMs));
      const { lease: _, ...before } = run;
      expect(await store.take(run.runId, taking('worker-2', nowMs))).toEqual({
        kind: 'taken',
        before: { ...before, lease: { owner: 'unknown', expiresAtMs: nowMs } },
      });
    });

    test('a takeover is not remembered beyond its own turn', async () => {
      const { runId } = await takenRun(store);
      await store.take(runId, taking('worker-2', START_MS + LEASE_MS));
      await store.release(runId, releasing({ epoch: 2, dueAtMs: 0 }));
      await store.take(runId, taking('worker-3', START_MS + LEASE_MS));
      const answer = await store.take(runId, taking('worker-3', START_MS + LEASE_MS));
      expect(answer).toMatchObject({ kind: 'taken', before: { status: 'suspended', epoch: 2 } });
      expect(answer).not.toHaveProperty('before.lease');
    });
  });

  describe('renewing the lease', () => {
    test('it gets a new end, and the run as it is now is told', async () => {
      const run = await takenRun(store);
      await store.accept(run.runId, 'm1', INBOX_LIMIT);
      const expiresAtMs = START_MS + 2 * LEASE_MS;
      const renewed = { ...run, lease: { owner: 'worker-1', expiresAtMs }, wakes: 1, inboxIds: ['m1'], dueAtMs: 0 };
      expect(await store.renew(run.runId, { epoch: 1, expiresAtMs })).toEqual({ kind: 'renewed', run: renewed });
      expect(await store.readRun(run.runId)).toEqual(renewed);
    });

    test('it may have expired, as long as nobody else took it', async () => {
      const { runId } = await takenRun(store);
      const expiresAtMs = START_MS + 5 * LEASE_MS;
      expect(await store.renew(runId, { epoch: 1, expiresAtMs })).toMatchObject({ kind: 'renewed' });
    });

    test('one that is carried out after a later one does not shorten it', async () => {
      const { runId } = await takenRun(store);
      const expiresAtMs = START_MS + 3 * LEASE_MS;
      await store.renew(runId, { epoch: 1, expiresAtMs });
      const late = await store.renew(runId, { epoch: 1, expiresAtMs: expiresAtMs - 1 });
      expect(late).toMatchObject({ kind: 'renewed', run: { lease: { expiresAtMs } } });
      expect(await store.readRun(runId)).toMatchObject({ lease: { expiresAtMs } });
    });

    test.each(['taken over', 'released', 'finished', 'never created'])(
      'it is lost when the run was %s',
      async (how) => {
        const { runId } = how === 'never created' ? newRun() : await takenRun(store);
        if (how === 'taken over') await store.take(runId, taking('worker-2', START_MS + LEASE_MS));
        if (how === 'released') await store.release(runId, releasing());
        if (how === 'finished') await store.finish(runId, finishing());
        const before = await store.readRun(runId);
        expect(await store.renew(runId, { epoch: 1, expiresAtMs: START_MS + LEASE_MS * 9 })).toEqual({ kind: 'lost' });
        expect(await store.readRun(runId)).toEqual(before);
      },
    );
  });

  describe('releasing', () => {
    test('a released run has no lease, no inbox, and its next time', async () => {
      const run = await takenRun(store);
      const dueAtMs = START_MS + 60_000;
      await store.accept(run.runId, 'm1', INBOX_LIMIT);
      expect(await store.release(run.runId, releasing({ wakesSeen: 1, dueAtMs }))).toEqual({ kind: 'done' });
      const { lease: _, ...rest } = run;
      expect(await store.readRun(run.runId)).toEqual({ ...rest, status: 'suspended', wakes: 1, dueAtMs });
    });

    test('without a next time it has none, though it had one', async () => {
      const { runId } = await takenRun(store);
      expect(await store.release(runId, releasing())).toEqual({ kind: 'done' });
      expect(await store.readRun(runId)).not.toHaveProperty('dueAtMs');
    });

    test('how long the journal is stays until a release or an end that says nothing of it', async () => {
      const { runId } = await takenRun(store);
      const journal = { events: 40_000, bytes: 12_345_678 };
      await store.release(runId, releasing({ journal, dueAtMs: START_MS }));
      expect(await store.readRun(runId)).toMatchObject({ journal });
      await store.take(runId, taking('worker-2'));
      await store.release(runId, releasing({ epoch: 2, dueAtMs: START_MS }));
      expect(await store.readRun(runId)).not.toHaveProperty('journal');
      await store.take(runId, taking('worker-3'));
      await store.release(runId, releasing({ epoch: 3, journal, unreadSignals: 7, dueAtMs: START_MS }));
      await store.take(runId, taking('worker-4'));
      await store.finish(runId, finishing({ epoch: 4 }));
      const closed = await store.readRun(runId);
      expect(closed).not.toHaveProperty('journal');
      expect(closed).not.toHaveProperty('unreadSignals');
    });

    test('a blocked run keeps its reason and its inbox, until a later turn lets go', async () => {
      const { runId } = await takenRun(store);
      await store.accept(runId, 'm1', INBOX_LIMIT);
      const blocked = { reason: 'the code asks for step "b", the journal has "a"', sinceMs: START_MS };
      const release = releasing({ wakesSeen: 1, status: 'blocked', inboxIds: ['m1'], dueAtMs: START_MS, blocked });
      expect(await store.release(runId, release)).toEqual({ kind: 'done' });
      const leased = await store.readRun(runId);
      expect(leased).toMatchObject({ status: 'blocked', blocked, inboxIds: ['m1'] });

      expect(await store.take(runId, taking('worker-2'))).toEqual({ kind: 'taken', before: leased });
      await store.release(runId, releasing({ epoch: 2, wakesSeen: 1 }));
      expect(await store.readRun(runId)).toMatchObject({ status: 'suspended', inboxIds: [] });
      expect(await store.readRun(runId)).not.toHaveProperty('blocked');
    });

    test('what was accepted since is given to the worker, and nothing is written', async () => {
      const run = await takenRun(store);
      await store.accept(run.runId, 'm1', INBOX_LIMIT);
      const now = { ...run, wakes: 1, inboxIds: ['m1'], dueAtMs: 0 };
      expect(await store.release(run.runId, releasing())).toEqual({ kind: 'accepted-since', run: now });
      expect(await store.readRun(run.runId)).toEqual(now);
    });

    test('a worker that was taken over has lost, whatever was accepted', async () => {
      const { runId } = await takenRun(store);
      await store.take(runId, taking('worker-2', START_MS + LEASE_MS));
      await store.accept(runId, 'm1', INBOX_LIMIT);
      expect(await store.release(runId, releasing())).toEqual({ kind: 'lost' });
      expect(await store.readRun(runId)).toMatchObject({ epoch: 2, lease: { owner: 'worker-2' }, inboxIds: ['m1'] });
    });

    test('repeated, it is done, and what was accepted since stays', async () => {
      const { runId } = await takenRun(store);
      await store.release(runId, releasing());
      expect(await store.release(runId, releasing())).toEqual({ kind: 'done' });
      await store.accept(runId, 'm1', INBOX_LIMIT);
      expect(await store.release(runId, releasing())).toEqual({ kind: 'done' });
      expect(await store.readRun(runId)).toMatchObject({ inboxIds: ['m1'], wakes: 1, dueAtMs: 0 });
    });

    test('a run that is closed, or not there, is lost', async () => {
      const run = await closedRun(store);
      expect(await store.release(run.runId, releasing())).toEqual({ kind: 'lost' });
      expect(await store.readRun(run.runId)).toEqual(run);
      expect(await store.release('ghost', releasing())).toEqual({ kind: 'lost' });
      expect(await store.readRun('ghost')).toBeUndefined();
    });
  });

  describe('finishing', () => {
    test.each(['completed', 'failed', 'cancelled', 'terminated'] as const)('a run may end as %s', async (status) => {
      const { lease: _, dueAtMs: __, ...run } = await takenRun(store);
      const { result, endedAtMs } = finishing();
      expect(await store.finish(run.runId, finishing({ status }))).toEqual({ kind: 'done' });
      expect(await store.readRun(run.runId)).toEqual({ ...run, status, result, endedAtMs });
    });

    test('a result may be falsy, and may stand in an item of its own', async () => {
      for (const result of [
        { kind: 'inline', value: null },
        { kind: 'inline', value: '' },
        { kind: 'item', key: 'result' },
      ] as const) {
        const { runId } = await closedRun(store, {}, { result });
        expect((await store.readRun(runId))?.result).toEqual(result);
      }
    });

    test('inbox, the reason of a hold and the next timer are gone; the time of the purge stands instead', async () => {
      const { runId } = await takenRun(store);
      await store.accept(runId, 'm1', INBOX_LIMIT);
      const blocked = { reason: 'why', sinceMs: START_MS };
      await store.release(runId, releasing({ wakesSeen: 1, status: 'blocked', inboxIds: ['m1'], dueAtMs: 0, blocked }));
      await store.take(runId, taking('worker-2'));
      await store.finish(runId, finishing({ epoch: 2, wakesSeen: 1, purgeAtMs: START_MS + 99 }));
      const run = await store.readRun(runId);
      expect(run).toMatchObject({ inboxIds: [], dueAtMs: START_MS + 99 });
      expect(run).not.toHaveProperty('blocked');
    });

    test('what was accepted since keeps the run open', async () => {
      const run = await takenRun(store);
      await store.accept(run.runId, 'm1', INBOX_LIMIT);
      const now = { ...run, wakes: 1, inboxIds: ['m1'], dueAtMs: 0 };
      expect(await store.finish(run.runId, finishing())).toEqual({ kind: 'accepted-since', run: now });
      expect(await store.readRun(run.runId)).toEqual(now);
    });

    test('of an accept and a finish at once only one holds', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { runId } = await takenRun(store);
        const [accepted, finished] = await Promise.all([
          store.accept(runId, 'm1', INBOX_LIMIT),
          store.finish(runId, finishing()),
        ]);
        const both = [accepted.kind, finished.kind];
        expect([
          ['accepted', 'accepted-since'],
          ['closed', 'done'],
        ]).toContainEqual(both);
      }
    });

    test('a worker that was taken over has lost', async () => {
      const { runId } = await takenRun(store);
      await store.take(runId, taking('worker-2', START_MS + LEASE_MS));
      expect(await store.finish(runId, finishing())).toEqual({ kind: 'lost' });
      expect((await store.readRun(runId))?.status).toBe('running');
    });

    test('repeated, it is done; with another end it is lost', async () => {
      const run = await closedRun(store);
      expect(await store.finish(run.runId, finishing())).toEqual({ kind: 'done' });
      expect(await store.finish(run.runId, finishing({ status: 'failed' }))).toEqual({ kind: 'lost' });
      expect(await store.finish(run.runId, finishing({ endedAtMs: START_MS + 6000 }))).toEqual({ kind: 'lost' });
      expect(await store.readRun(run.runId)).toEqual(run);
    });

    test('whoever gave the lease back cannot finish', async () => {
      const { runId } = await takenRun(store);
      await store.release(runId, releasing());
      expect(await store.finish(runId, finishing())).toEqual({ kind: 'lost' });
      expect(await store.finish('ghost', finishing())).toEqual({ kind: 'lost' });
      expect(await store.readRun('ghost')).toBeUndefined();
    });
  });
}
