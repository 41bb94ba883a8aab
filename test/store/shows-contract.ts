/** What every store has to answer about what a run shows of itself. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Attributes } from '../../lib/core/attributes.ts';
import type { RunShows } from '../../lib/ports/run-item.ts';
import type { Store } from '../../lib/ports/store.ts';
import {
  createdRun,
  encoded,
  finishing,
  INBOX_LIMIT,
  LEASE_MS,
  releasing,
  START_MS,
  takenRun,
  taking,
  uniqueName,
} from './samples.ts';

export function describeShows(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  describe('what a run shows', () => {
    const attributes: Attributes = { customer: 'ü "1"', amount: 1e300, tiny: -0.5, vip: false, half: '\ud800', '': '' };
    const shows: RunShows = { customStatus: encoded({ $: 'Date', v: 1 }), attributes };

    async function shownBy(runId: string): Promise<RunShows> {
      const { customStatus, attributes } = (await store.readRun(runId))!;
      return { ...(customStatus !== undefined && { customStatus }), ...(attributes && { attributes }) };
    }

    test('it has the attributes of its start', async () => {
      const run = await createdRun(store, { attributes });
      expect(await store.readRun(run.runId)).toEqual(run);
      expect(await store.take(run.runId, taking('worker-1'))).toEqual({ kind: 'taken', before: run });
    });

    test('a renewal, a release and a finish write it, and leave as it is what they do not have', async () => {
      const { runId } = await takenRun(store, { attributes: { customer: 'c1' } });
      const expiresAtMs = START_MS + 2 * LEASE_MS;
      expect(await store.renew(runId, { epoch: 1, expiresAtMs, shows: { customStatus: encoded(1) } })).toMatchObject({
        kind: 'renewed',
        run: { customStatus: 1, attributes: { customer: 'c1' } },
      });
      await store.release(runId, releasing({ dueAtMs: 0, shows }));
      expect(await shownBy(runId)).toEqual(shows);
      await store.take(runId, taking('worker-2'));
      await store.release(runId, releasing({ epoch: 2, dueAtMs: 0 }));
      expect(await shownBy(runId)).toEqual(shows);
      await store.take(runId, taking('worker-3'));
      await store.finish(runId, finishing({ epoch: 3, shows: { attributes: {} } }));
      expect(await shownBy(runId)).toEqual({ ...shows, attributes: {} });
    });

    test('a request that is refused writes nothing of it', async () => {
      const { runId } = await takenRun(store);
      await store.accept(runId, 'm1', INBOX_LIMIT);
      expect(await store.release(runId, releasing({ shows }))).toMatchObject({ kind: 'accepted-since' });
      expect(await store.finish(runId, finishing({ shows }))).toMatchObject({ kind: 'accepted-since' });
      expect(await store.renew(runId, { epoch: 2, expiresAtMs: START_MS, shows })).toEqual({ kind: 'lost' });
      expect(await shownBy(runId)).toEqual({});
    });

    test('a list has it, of open and of closed runs, unless it is not asked for', async () => {
      const workflow = uniqueName('workflow');
      const closed = await takenRun(store, { workflow });
      await store.finish(closed.runId, finishing({ shows }));
      const open = await createdRun(store, { workflow, createdAtMs: START_MS + 1, attributes: { n: 1 } });
      const plain = await createdRun(store, { workflow, createdAtMs: START_MS + 2 });
      const query = { workflows: [workflow], limit: 10 };
      const { runs } = await store.listRuns(query);
      expect(runs.map(({ runId }) => runId)).toEqual([plain.runId, open.runId, closed.runId]);
      expect(runs.slice(1)).toMatchObject([{ attributes: { n: 1 } }, shows]);
      expect(runs[0]).toEqual({ runId: plain.runId, workflow, status: 'pending', createdAtMs: START_MS + 2 });
      const without = await store.listRuns({ ...query, withoutShows: true });
      expect(without.runs).toEqual(runs.map(({ customStatus: _, attributes: __, ...row }) => row));
    });
  });
}
