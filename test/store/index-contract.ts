/** What every store has to answer from its two indexes: operation 16 of docs/protocol.md, and lists of runs. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Attributes } from '../../lib/core/attributes.ts';
import type { RunRow } from '../../lib/ports/run-item.ts';
import type { Store } from '../../lib/ports/store.ts';
import type { RunQuery } from '../../lib/ports/run-query.ts';
import {
  closedRun,
  createdRun,
  finishing,
  forgettableRun,
  purgeWhole,
  releasing,
  takenRun,
  taking,
  uniqueName,
  INBOX_LIMIT,
  START_MS,
} from './samples.ts';

export function describeIndexes(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  describe('the index of the due', () => {
    async function isDue(runId: string, nowMs: number): Promise<boolean> {
      let found = false;
      for await (const page of store.listDue(nowMs)) {
        expect(page.length).toBeGreaterThan(0);
        found ||= page.includes(runId);
      }
      return found;
    }

    test('a run is in it from its time on', async () => {
      const { runId } = await createdRun(store, { dueAtMs: START_MS + 1000 });
      expect(await isDue(runId, START_MS + 999)).toBe(false);
      expect(await isDue(runId, START_MS + 1000)).toBe(true);
    });

    test('a run that takes its turn stays in it', async () => {
      const { runId } = await takenRun(store);
      expect(await isDue(runId, START_MS)).toBe(true);
    });

    test('a released run is in it from its next time on, and not at all without one', async () => {
      const sleeping = await takenRun(store);
      await store.release(sleeping.runId, releasing({ dueAtMs: START_MS + 1000 }));
      expect(await isDue(sleeping.runId, START_MS + 999)).toBe(false);
      expect(await isDue(sleeping.runId, START_MS + 1000)).toBe(true);

      const waiting = await takenRun(store);
      await store.release(waiting.runId, releasing());
      expect(await isDue(waiting.runId, Number.MAX_SAFE_INTEGER)).toBe(false);
      await store.accept(waiting.runId, 'm1', INBOX_LIMIT);
      expect(await isDue(waiting.runId, 0)).toBe(true);
    });

    test('a closed run is in it from the time of its purge on, until it is purged', async () => {
      const { runId } = await closedRun(store, {}, { purgeAtMs: START_MS + 1000 });
      expect(await isDue(runId, START_MS + 999)).toBe(false);
      expect(await isDue(runId, START_MS + 1000)).toBe(true);
      await purgeWhole(store, runId);
      expect(await isDue(runId, Number.MAX_SAFE_INTEGER)).toBe(false);
    });

    test('a closed run that is kept is not in it', async () => {
      const { runId } = await closedRun(store);
      expect(await isDue(runId, Number.MAX_SAFE_INTEGER)).toBe(false);
    });

    test('nothing is left out when there are many', async () => {
      const dueAtMs = START_MS - 500_000;
      const created = await Promise.all(Array.from({ length: 150 }, () => createdRun(store, { dueAtMs })));
      const found = new Set<string>();
      for await (const page of store.listDue(dueAtMs)) for (const runId of page) found.add(runId);
      expect(created.filter(({ runId }) => !found.has(runId))).toEqual([]);
      await Promise.all(
        created.map(async ({ runId }) => {
          await store.take(runId, taking('worker-1'));
          await store.release(runId, releasing());
        }),
      );
    });
  });

  describe('lists of runs', () => {
    /** One run per millisecond. */
    async function createRuns(workflow: string, count: number, firstMs = START_MS): Promise<string[]> {
      const runs = await Promise.all(
        Array.from({ length: count }, (_, index) => createdRun(store, { workflow, createdAtMs: firstMs + index })),
      );
      return runs.map(({ runId }) => runId);
    }

    async function listAll(query: Omit<RunQuery, 'limit'>, limit: number): Promise<RunRow[][]> {
      const pages: RunRow[][] = [];
      let cursor: string | undefined;
      do {
        const page = await store.listRuns({ ...query, limit, ...(cursor === undefined ? {} : { cursor }) });
        expect(page.runs.length).toBeLessThanOrEqual(limit);
        pages.push([...page.runs]);
        cursor = page.cursor;
      } while (cursor !== undefined && pages.length < 100);
      return pages;
    }

    const idsOf = (pages: readonly RunRow[][]): string[] => pages.flat().map(({ runId }) => runId);

    test('a row tells the run, its workflow, its status and its times', async () => {
      const workflow = uniqueName('ü #workflow');
      const open = await createdRun(store, { workflow, createdAtMs: START_MS + 1 });
      const closed = await closedRun(store, { workflow }, { status: 'failed' });
      const row = { workflow, createdAtMs: START_MS };
      expect(await store.listRuns({ workflows: [workflow], limit: 10 })).toEqual({
        runs: [
          { ...row, runId: open.runId, createdAtMs: START_MS + 1, status: 'pending' },
          { ...row, runId: closed.runId, status: 'failed', endedAtMs: finishing().endedAtMs },
        ],
      });
    });

    test('the newest are first, page by page, none twice and none left out', async () => {
      const workflow = uniqueName('workflow');
      const created = await createRuns(workflow, 23);
      for (const limit of [1, 5, 22, 23, 24]) {
        const pages = await listAll({ workflows: [workflow] }, limit);
        expect(idsOf(pages)).toEqual(created.toReversed());
      }
    });

    test('a list that fits on its page has no cursor', async () => {
      const workflow = uniqueName('workflow');
      await createRuns(workflow, 3);
      expect(await store.listRuns({ workflows: [workflow], limit: 4 })).not.toHaveProperty('cursor');
    });

    test('of runs that were created in one millisecond none comes twice and none is left out', async () => {
      const workflow = uniqueName('workflow');
      const created = await Promise.all(Array.from({ length: 12 }, () => createdRun(store, { workflow })));
      const listed = idsOf(await listAll({ workflows: [workflow] }, 5));
      expect(listed.toSorted()).toEqual(created.map(({ runId }) => runId).toSorted());
    });

    test('several workflows are merged by time', async () => {
      const [a, b] = [uniqueName('workflow'), uniqueName('workflow')];
      const created: string[] = [];
      for (let index = 0; index < 10; index += 1) {
        const run = await createdRun(store, { workflow: index % 3 === 0 ? a : b, createdAtMs: START_MS + index });
        created.push(run.runId);
      }
      expect(idsOf(await listAll({ workflows: [a, b, a] }, 4))).toEqual(created.toReversed());
      expect(idsOf(await listAll({ workflows: [a] }, 4))).toHaveLength(4);
    });

    test('a workflow whose name begins like another has a list of its own', async () => {
      const workflow = uniqueName('workflow');
      await createRuns(`${workflow}#1`, 2);
      expect(await store.listRuns({ workflows: [workflow], limit: 5 })).toEqual({ runs: [] });
    });

    test('a time span has its first millisecond and not its last', async () => {
      const workflow = uniqueName('workflow');
      const created = await createRuns(workflow, 10);
      const span = { workflows: [workflow], sinceMs: START_MS + 2, untilMs: START_MS + 7 };
      for (const limit of [2, 100]) expect(idsOf(await listAll(span, limit))).toEqual(created.slice(2, 7).toReversed());
      const empty = { workflows: [workflow], sinceMs: START_MS + 7, untilMs: START_MS + 7 };
      expect(await listAll(empty, 5)).toEqual([[]]);
      const since = { workflows: [workflow], sinceMs: START_MS + 9 };
      expect(idsOf(await listAll(since, 5))).toEqual(created.slice(9));
    });

    test('each status finds the runs that have it now', async () => {
      const workflow = uniqueName('workflow');
      const pending = await createdRun(store, { workflow });
      const running = await takenRun(store, { workflow });
      const suspended = await takenRun(store, { workflow });
      await store.release(suspended.runId, releasing());
      const blocked = await takenRun(store, { workflow });
      await store.release(blocked.runId, releasing({ status: 'blocked' }));
      const completed = await closedRun(store, { workflow });
      const failed = await closedRun(store, { workflow }, { status: 'failed' });
      const runs = { pending, running, suspended, blocked, completed, failed };
      for (const [status, { runId }] of Object.entries(runs)) {
        const query = { workflows: [workflow], statuses: [status as keyof typeof runs] };
        expect((await listAll(query, 3)).flat()).toMatchObject([{ runId, status }]);
      }
      const some = { workflows: [workflow], statuses: ['running', 'failed', 'terminated'] as const };
      expect(idsOf(await listAll(some, 3)).toSorted()).toEqual([running.runId, failed.runId].toSorted());
      expect(idsOf(await listAll({ workflows: [workflow], statuses: ['cancelled'] }, 3))).toEqual([]);
      expect(idsOf(await listAll({ workflows: [workflow], statuses: [] }, 3))).toEqual([]);
    });

    test('a few of a status are found among many others, page by page', async () => {
      const workflow = uniqueName('workflow');
      const created = await createRuns(workflow, 40);
      const ended = created.filter((_, index) => index % 11 === 5);
      for (const runId of ended) {
        await store.take(runId, taking('worker-1'));
        await store.finish(runId, finishing({ status: 'cancelled' }));
      }
      const rare = { workflows: [workflow], statuses: ['cancelled'] as const };
      expect(idsOf(await listAll(rare, 2))).toEqual(ended.toReversed());
      const rest = created.filter((runId) => !ended.includes(runId));
      const pending = { workflows: [workflow], statuses: ['pending'] as const };
      expect(idsOf(await listAll(pending, 7))).toEqual(rest.toReversed());
    });

    test('runs are found by attributes: all of those that are asked for, with the same values', async () => {
      const workflow = uniqueName('workflow');
      const attributes = { customer: 'c1', amount: 5, vip: true, '': 'ü "1"' };
      const { runId } = await createdRun(store, { workflow, attributes });
      const other = await createdRun(store, { workflow, attributes: { customer: 'c2', amount: 5 } });
      await createdRun(store, { workflow });
      const ended = await closedRun(store, { workflow, attributes }, { status: 'failed' });
      const both = [runId, ended.runId].toSorted();
      const wanted: [Attributes, string[]][] = [
        [{ customer: 'c1' }, both],
        [attributes, both],
        [{ customer: 'c2' }, [other.runId]],
        [{ amount: 5, customer: 'c1' }, both],
        [{ amount: '5' }, []],
        [{ vip: 'true' }, []],
        [{ constructor: 'c1' }, []],
      ];
      for (const [asked, ids] of wanted) {
        const query = { workflows: [workflow], attributes: asked };
        expect(idsOf(await listAll(query, 2)).toSorted()).toEqual(ids);
        expect(idsOf(await listAll({ ...query, withoutShows: true }, 2)).toSorted()).toEqual(ids);
      }
      const failed = { workflows: [workflow], attributes: { customer: 'c1' }, statuses: ['failed'] as const };
      expect((await listAll(failed, 2)).flat()).toMatchObject([{ runId: ended.runId, attributes }]);
      const bare = await listAll({ ...failed, withoutShows: true }, 2);
      expect(bare.flat()[0]).not.toHaveProperty('attributes');
    });

    test('a few with an attribute are found among many others, page by page', async () => {
      const workflow = uniqueName('workflow');
      const created = await Promise.all(
        Array.from({ length: 260 }, (_, index) =>
          createdRun(store, {
            workflow,
            createdAtMs: START_MS + index,
            attributes: { customer: index % 90 === 7 ? 'rare' : 'common' },
          }),
        ),
      );
      const rare = created.filter((_, index) => index % 90 === 7).map(({ runId }) => runId);
      for (const limit of [1, 2, 50]) {
        const query = { workflows: [workflow], attributes: { customer: 'rare' } };
        expect(idsOf(await listAll(query, limit))).toEqual(rare.toReversed());
      }
    });

    test('a purged run is not listed', async () => {
      const workflow = uniqueName('workflow');
      const { runId } = await forgettableRun(store, { workflow });
      await purgeWhole(store, runId);
      expect(await store.listRuns({ workflows: [workflow], limit: 5 })).toEqual({ runs: [] });
    });

    test('a run that ends between two pages does not move', async () => {
      const workflow = uniqueName('workflow');
      const created = await createRuns(workflow, 6);
      const first = await store.listRuns({ workflows: [workflow], limit: 3 });
      const [runId] = created;
      await store.take(runId!, taking('worker-1'));
      await store.finish(runId!, finishing());
      const second = await store.listRuns({ workflows: [workflow], limit: 3, cursor: first.cursor! });
      expect(idsOf([[...first.runs], [...second.runs]])).toEqual(created.toReversed());
      expect(second.runs.at(-1)?.status).toBe('completed');
    });
  });
}
