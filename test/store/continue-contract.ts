/** What every store has to answer when a run continues as new: operation 23. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { ContinueRun, Store } from '../../lib/ports/store.ts';
import { encoded, finishing, releasing, START_MS, takenRun, taking } from './samples.ts';

function continuing(given: Partial<ContinueRun> = {}): ContinueRun {
  return {
    ...{ epoch: 1, wakesSeen: 0, link: 2, input: { kind: 'inline', value: encoded('next') } },
    ...{ inboxIds: [], deadlineAtMs: undefined, ...given },
  };
}

export function describeContinuing(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  describe('continuing as new', () => {
    test('begins the next link: pending and due, with its input, and without what belonged to the turn', async () => {
      const taken = await takenRun(store, { notBeforeMs: START_MS - 1, deadlineAtMs: START_MS + 5 });
      expect(await store.continueRun(taken.runId, continuing({ deadlineAtMs: START_MS + 5 }))).toEqual({
        kind: 'done',
      });
      const { lease: _lease, ...rest } = taken;
      const input = { kind: 'inline', value: 'next' };
      expect(await store.readRun(taken.runId)).toEqual({ ...rest, status: 'pending', link: 2, input, dueAtMs: 0 });
    });

    test('takes an input in an item of its own, and one inline after that', async () => {
      const { runId } = await takenRun(store);
      const input = { kind: 'item', key: 'input-of-2-1' } as const;
      await store.continueRun(runId, continuing({ input }));
      expect((await store.readRun(runId))?.input).toEqual(input);
      await store.take(runId, taking('worker-2'));
      await store.continueRun(runId, continuing({ epoch: 2, link: 3 }));
      expect(await store.readRun(runId)).toMatchObject({ link: 3, input: { kind: 'inline', value: 'next' } });
    });

    test('unpins the run, and takes its deadline and its attributes as they are given', async () => {
      const { runId } = await takenRun(store, { deadlineAtMs: START_MS + 5 });
      await store.release(runId, releasing({ dueAtMs: 0 }));
      await store.take(runId, { ...taking('worker-2'), pin: '7' });
      await store.continueRun(runId, continuing({ epoch: 2, shows: { attributes: { customer: 'c1' } } }));
      const run = await store.readRun(runId);
      expect(run?.attributes).toEqual({ customer: 'c1' });
      expect(run).not.toHaveProperty('pinnedTo');
      expect(run).not.toHaveProperty('deadlineAtMs');
    });

    test('is refused if a message was accepted since, with the run as it is now', async () => {
      const { runId } = await takenRun(store);
      await store.accept(runId, 'm1', 10);
      const run = await store.readRun(runId);
      expect(await store.continueRun(runId, continuing())).toEqual({ kind: 'accepted-since', run });
      const inboxIds = ['m1'];
      expect(await store.continueRun(runId, continuing({ wakesSeen: 1, inboxIds }))).toEqual({ kind: 'done' });
      expect(await store.readRun(runId)).toMatchObject({ inboxIds, wakes: 1 });
    });

    test('repeated it is done, and does not touch the link that has begun', async () => {
      const { runId } = await takenRun(store);
      await store.continueRun(runId, continuing());
      const after = await store.readRun(runId);
      expect(await store.continueRun(runId, continuing())).toEqual({ kind: 'done' });
      expect(await store.readRun(runId)).toEqual(after);
    });

    test('is lost to a worker that was taken over, that gave the lease back, and of a run that ended or is not there', async () => {
      const { runId } = await takenRun(store);
      await store.take(runId, taking('worker-2', START_MS + 60_000));
      expect(await store.continueRun(runId, continuing())).toEqual({ kind: 'lost' });
      await store.release(runId, releasing({ epoch: 2 }));
      expect(await store.continueRun(runId, continuing({ epoch: 2 }))).toEqual({ kind: 'lost' });
      const other = await takenRun(store);
      await store.finish(other.runId, finishing());
      expect(await store.continueRun(other.runId, continuing())).toEqual({ kind: 'lost' });
      expect(await store.continueRun('ghost', continuing())).toEqual({ kind: 'lost' });
    });

    test('leaves a lease of the link before no way back: release, renewal and finish of its epoch are lost or done', async () => {
      const { runId } = await takenRun(store);
      await store.continueRun(runId, continuing());
      await store.take(runId, taking('worker-2'));
      const now = await store.readRun(runId);
      expect(await store.finish(runId, finishing())).toEqual({ kind: 'lost' });
      expect(await store.release(runId, releasing())).toEqual({ kind: 'lost' });
      expect(await store.renew(runId, { epoch: 1, expiresAtMs: START_MS * 2 })).toEqual({ kind: 'lost' });
      expect(await store.readRun(runId)).toEqual(now);
    });
  });
}
