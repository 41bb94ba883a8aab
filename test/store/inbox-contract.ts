/** What every store has to answer about messages: operation 2, operation 3, operation 5, operation 9 and operation 11. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../lib/ports/message.ts';
import type { Store } from '../../lib/ports/store.ts';
import {
  closedRun,
  createdRun,
  encoded,
  forgettableRun,
  newRun,
  purgeWhole,
  releasing,
  signal,
  takenRun,
  taking,
  LEASE_MS,
  INBOX_LIMIT,
  PURGE_MS,
  START_MS,
} from './samples.ts';

export function describeInbox(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  describe('accepting a message', () => {
    test('it is last in the inbox, is counted, and makes the run due now', async () => {
      const run = await createdRun(store, { dueAtMs: START_MS + 1000 });
      expect(await store.accept(run.runId, 'm1', INBOX_LIMIT)).toEqual({ kind: 'accepted', leased: false });
      expect(await store.accept(run.runId, 'm2', INBOX_LIMIT)).toEqual({ kind: 'accepted', leased: false });
      expect(await store.readRun(run.runId)).toEqual({ ...run, inboxIds: ['m1', 'm2'], wakes: 2, dueAtMs: 0 });
    });

    test('a run that waited for messages only is due again', async () => {
      const { runId } = await takenRun(store);
      await store.release(runId, releasing());
      await store.accept(runId, 'm1', INBOX_LIMIT);
      expect(await store.take(runId, taking('worker-2'))).toMatchObject({
        kind: 'taken',
        before: { inboxIds: ['m1'] },
      });
    });

    test('the order is that of acceptance, not that of the ids', async () => {
      const { runId } = await createdRun(store);
      for (const id of ['c', 'a', 'b']) await store.accept(runId, id, INBOX_LIMIT);
      expect((await store.readRun(runId))?.inboxIds).toEqual(['c', 'a', 'b']);
    });

    test('it tells whether a worker has the lease, expired or not', async () => {
      const { runId } = await takenRun(store);
      expect(await store.accept(runId, 'm1', INBOX_LIMIT)).toEqual({ kind: 'accepted', leased: true });
      const release = releasing({ wakesSeen: 1 });
      await store.release(runId, release);
      expect(await store.accept(runId, 'm2', INBOX_LIMIT)).toEqual({ kind: 'accepted', leased: false });
    });

    test('an id that is in the inbox is accepted again without being added, also when the inbox is full', async () => {
      const { runId } = await createdRun(store);
      for (const id of ['m1', 'm2', 'm3']) await store.accept(runId, id, INBOX_LIMIT);
      const full = await store.readRun(runId);
      expect(await store.accept(runId, 'm2', INBOX_LIMIT)).toEqual({ kind: 'accepted', leased: false });
      expect(await store.readRun(runId)).toEqual(full);
    });

    test('an id that is part of another one is another one', async () => {
      const { runId } = await createdRun(store);
      await store.accept(runId, 'm10', INBOX_LIMIT);
      await store.accept(runId, 'm1', INBOX_LIMIT);
      expect((await store.readRun(runId))?.inboxIds).toEqual(['m10', 'm1']);
    });

    test('an id that left the inbox may come back', async () => {
      const { runId } = await takenRun(store);
      await store.accept(runId, 'm1', INBOX_LIMIT);
      await store.release(runId, releasing({ wakesSeen: 1 }));
      await store.accept(runId, 'm1', INBOX_LIMIT);
      expect(await store.readRun(runId)).toMatchObject({ inboxIds: ['m1'], wakes: 2 });
    });

    test('the last place is given, the one behind it is not', async () => {
      const { runId } = await createdRun(store);
      for (const id of ['m1', 'm2']) await store.accept(runId, id, INBOX_LIMIT);
      expect(await store.accept(runId, 'm3', INBOX_LIMIT)).toMatchObject({ kind: 'accepted' });
      const run = await store.readRun(runId);
      expect(await store.accept(runId, 'm4', INBOX_LIMIT)).toEqual({ kind: 'full', run });
      expect(await store.readRun(runId)).toEqual(run);
    });

    test('where too many signals are unread, control alone is accepted, until the run was released without', async () => {
      const { runId } = await takenRun(store);
      const closed = releasing({ unreadSignals: 3, dueAtMs: START_MS });
      await store.release(runId, closed);
      const run = await store.readRun(runId);
      expect(run).toMatchObject({ unreadSignals: 3 });
      expect(await store.accept(runId, 'm1', INBOX_LIMIT, 'signal')).toEqual({ kind: 'full', run });
      expect(await store.accept(runId, 'm2', INBOX_LIMIT)).toEqual({ kind: 'full', run });
      expect(await store.accept(runId, 'm3', INBOX_LIMIT, 'control')).toEqual({ kind: 'accepted', leased: false });
      // It stays so while a worker has the run, and nobody is refused what was accepted.
      expect(await store.take(runId, taking('worker-2'))).toMatchObject({
        before: { unreadSignals: 3, inboxIds: ['m3'] },
      });
      expect(await store.accept(runId, 'm4', INBOX_LIMIT)).toMatchObject({ kind: 'full' });
      expect(await store.accept(runId, 'm3', INBOX_LIMIT)).toEqual({ kind: 'accepted', leased: true });
      await store.release(runId, releasing({ epoch: 2, wakesSeen: 1 }));
      expect(await store.readRun(runId)).not.toHaveProperty('unreadSignals');
      expect(await store.accept(runId, 'm5', INBOX_LIMIT)).toEqual({ kind: 'accepted', leased: false });
    });

    test('control has the places that it is given, signals have theirs', async () => {
      const { runId } = await createdRun(store);
      for (const id of ['m1', 'm2', 'm3']) await store.accept(runId, id, 3);
      expect(await store.accept(runId, 'm4', 3)).toMatchObject({ kind: 'full' });
      expect(await store.accept(runId, 'm4', 4, 'control')).toMatchObject({ kind: 'accepted' });
      expect(await store.accept(runId, 'm5', 4, 'control')).toMatchObject({ kind: 'full' });
    });

    test('of many messages at once each has its place, and none comes twice', async () => {
      const { runId } = await createdRun(store);
      const ids = Array.from({ length: 8 }, (_, index) => `m${index}`);
      await Promise.all([...ids, ...ids].map((id) => store.accept(runId, id, 100)));
      const run = await store.readRun(runId);
      expect([...(run?.inboxIds ?? [])].sort()).toEqual(ids);
      expect(run?.wakes).toBe(8);
    });

    test('a closed run takes no more, and is not changed', async () => {
      const run = await closedRun(store);
      expect(await store.accept(run.runId, 'm1', INBOX_LIMIT)).toEqual({ kind: 'closed', run });
      expect(await store.readRun(run.runId)).toEqual(run);
    });

    test('a run that is not there is not made by it', async () => {
      expect(await store.accept('ghost', 'm1', INBOX_LIMIT)).toEqual({ kind: 'not-found' });
      expect(await store.readRun('ghost')).toBeUndefined();
    });

    test('a run that was purged is not made again by it', async () => {
      const { runId } = await forgettableRun(store);
      await purgeWhole(store, runId);
      expect(await store.accept(runId, 'm1', INBOX_LIMIT)).toEqual({ kind: 'not-found' });
      expect(await store.readRun(runId)).toBeUndefined();
    });

    test('what was accepted between take and release is not forgotten by the release', async () => {
      const { runId } = await takenRun(store);
      await store.accept(runId, 'm1', INBOX_LIMIT);
      const answer = await store.release(runId, releasing({ dueAtMs: START_MS + LEASE_MS }));
      expect(answer).toMatchObject({ kind: 'accepted-since', run: { inboxIds: ['m1'], wakes: 1, dueAtMs: 0 } });
    });

    test('of an accept and a release at once the run stays due, whichever is first', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { runId } = await takenRun(store);
        await Promise.all([store.release(runId, releasing()), store.accept(runId, 'm1', INBOX_LIMIT)]);
        expect(await store.readRun(runId)).toMatchObject({ dueAtMs: 0, inboxIds: ['m1'] });
      }
    });
  });

  describe('payloads of messages', () => {
    const messages: Message[] = [
      signal('m1', { by: 'Änne', at: [1, 2.5, null, '\ud800'] }),
      { kind: 'cancel', id: 'm2', reason: 'no longer needed' },
      { kind: 'terminate', id: 'm3', reason: '' },
    ];

    test('they come back as they were, in the order of the ids that were asked for', async () => {
      const { runId } = newRun();
      for (const message of messages) await store.putMessage(runId, message);
      expect(await store.loadMessages(runId, ['m3', 'm1', 'm2'])).toEqual([messages[2], messages[0], messages[1]]);
    });

    test('those that are not there are left out', async () => {
      const { runId } = newRun();
      await store.putMessage(runId, messages[0]!);
      expect(await store.loadMessages(runId, ['m0', 'm1', 'm9'])).toEqual([messages[0]]);
      expect(await store.loadMessages(runId, [])).toEqual([]);
    });

    test('an id that is asked for twice comes twice', async () => {
      const { runId } = newRun();
      await store.putMessage(runId, messages[0]!);
      expect(await store.loadMessages(runId, ['m1', 'm1'])).toEqual([messages[0], messages[0]]);
    });

    test('a message that is put twice is there once', async () => {
      const { runId } = newRun();
      await store.putMessage(runId, signal('m1', 'first'));
      await store.putMessage(runId, signal('m1', 'second'));
      expect(await store.loadMessages(runId, ['m1'])).toEqual([signal('m1', 'second')]);
    });

    test('those of another run are not given', async () => {
      const { runId } = newRun();
      await store.putMessage(runId, messages[0]!);
      expect(await store.loadMessages(`${runId}-other`, ['m1'])).toEqual([]);
    });

    test('they may have any id and a payload that changes nothing in them', async () => {
      const { runId } = newRun();
      const odd = [signal('#', 'inbox#'), signal('ü/🦥', ''), signal(' ', false), signal('m#1', encoded({ S: 'x' }))];
      for (const message of odd) await store.putMessage(runId, message);
      const ids = odd.map(({ id }) => id);
      expect(await store.loadMessages(runId, ids)).toEqual(odd);
    });

    test('deleted ones are gone, the others stay; deleting again is harmless', async () => {
      const { runId } = newRun();
      for (const message of messages) await store.putMessage(runId, message);
      await store.deleteMessages(runId, ['m1', 'm3', 'm3', 'm7']);
      await store.deleteMessages(runId, ['m1']);
      await store.deleteMessages(runId, []);
      expect(await store.loadMessages(runId, ['m1', 'm2', 'm3'])).toEqual([messages[1]]);
    });

    test('one with a digest is not replaced by one with another, and may be put again', async () => {
      const { runId } = newRun();
      const first = { ...signal('key-1', 'pay 10'), digest: 'ten' };
      expect(await store.putMessage(runId, first)).toEqual({ kind: 'put' });
      const other = { ...signal('key-1', 'pay 9999'), digest: 'many' };
      expect(await store.putMessage(runId, other)).toEqual({ kind: 'differs' });
      expect(await store.putMessage(runId, first)).toEqual({ kind: 'put' });
      expect(await store.loadMessages(runId, ['key-1'])).toEqual([first]);
    });

    test('of one with a digest that is in the journal the digest stays, as long as the run', async () => {
      const { runId } = await forgettableRun(store);
      const first = { ...signal('key-1', 'pay 10'), digest: 'ten' };
      await store.putMessage(runId, first);
      await store.putMessage(runId, signal('m1'));
      for (let twice = 0; twice < 2; twice += 1) {
        await store.deleteMessages(runId, ['key-1', 'm1', 'key-7'], { keepDigests: true });
      }
      expect(await store.loadMessages(runId, ['key-1', 'm1'])).toEqual([]);
      expect(await store.putMessage(runId, first)).toEqual({ kind: 'received' });
      expect(await store.putMessage(runId, { ...first, digest: 'many' })).toEqual({ kind: 'differs' });
      expect(await store.loadMessages(runId, ['key-1'])).toEqual([]);
      expect(await store.purge(runId, PURGE_MS)).toEqual({ kind: 'purged' }); // it is not on its way
      expect(await store.putMessage(runId, { ...first, digest: 'many' })).toEqual({ kind: 'put' });
    });

    test('of a refused one with a digest nothing stays', async () => {
      const { runId } = newRun();
      await store.putMessage(runId, { ...signal('key-1'), digest: 'ten' });
      await store.deleteMessages(runId, ['key-1']);
      expect(await store.putMessage(runId, { ...signal('key-1'), digest: 'many' })).toEqual({ kind: 'put' });
    });

    test('many digests are kept at once', async () => {
      const { runId } = newRun();
      const ids = Array.from({ length: 60 }, (_, index) => `key-${index}`);
      await Promise.all(ids.map((id) => store.putMessage(runId, { ...signal(id), digest: id })));
      await store.deleteMessages(runId, ids, { keepDigests: true });
      for (const id of ids)
        expect(await store.putMessage(runId, { ...signal(id), digest: id })).toEqual({ kind: 'received' });
    });

    test('more of them than fit into one request are loaded, and deleted', async () => {
      const { runId } = newRun();
      const ids = Array.from({ length: 120 }, (_, index) => `m${index}`);
      await Promise.all(ids.map((id) => store.putMessage(runId, signal(id))));
      expect((await store.loadMessages(runId, ids)).map(({ id }) => id)).toEqual(ids);
      await store.deleteMessages(runId, ids);
      expect(await store.loadMessages(runId, ids)).toEqual([]);
    });
  });
}
