/** What every store has to answer about streams: operation 34, operation 35. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../../lib/ports/store.ts';
import { type StoredStreamEntry, type StreamValues, toEntries } from '../../lib/ports/stream-values.ts';
import { encoded, forgettableRun, journalRecord, newRun, purgeWhole } from './samples.ts';

const written = (from: number, ...texts: string[]): StreamValues => ({
  name: 'tokens',
  from,
  values: texts.map(encoded),
});

/** All of it, request by request. */
async function all(store: Store, runId: string, name = 'tokens', from = 1): Promise<StoredStreamEntry[]> {
  const found: StoredStreamEntry[] = [];
  for (let next = from; ; next = (found.at(-1)?.seq ?? 0) + 1) {
    const page = toEntries(await store.readStream(runId, name, next), next);
    if (page.length === 0) return found;
    found.push(...page);
  }
}

const placed = (from: number, ...texts: string[]) =>
  texts.map((text, index) => ({ seq: from + index, value: encoded(text) }));

export function describeStreams(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  describe('a stream', () => {
    test('has what records have brought, from any place on', async () => {
      const { runId } = newRun();
      expect(await store.putRecord(runId, journalRecord(1), 1, [written(1, 'a', 'b')])).toEqual({ kind: 'put' });
      expect(await store.putRecord(runId, journalRecord(2), 1)).toEqual({ kind: 'put' });
      expect(await store.putRecord(runId, journalRecord(1), 2, [written(3, 'c')])).toEqual({ kind: 'put' });
      expect(await all(store, runId)).toEqual(placed(1, 'a', 'b', 'c'));
      expect(await all(store, runId, 'tokens', 2)).toEqual(placed(2, 'b', 'c'));
      expect(await all(store, runId, 'tokens', 3)).toEqual(placed(3, 'c'));
      expect(await all(store, runId, 'tokens', 4)).toEqual([]);
      expect(await all(store, runId, 'tokens', 99_999_999)).toEqual([]);
      expect(await store.loadRecords(runId, 0)).toEqual([journalRecord(1), journalRecord(2)]);
    });

    test('has nothing of a record that is not new', async () => {
      const { runId } = newRun();
      const first = journalRecord(1, { nonce: 'one' });
      await store.putRecord(runId, first, 1, [written(1, 'a')]);
      const late = journalRecord(1, { nonce: 'two', epoch: 9 });
      const values = [written(1, 'x', 'y'), { ...written(1, 'z'), name: 'other' }];
      expect(await store.putRecord(runId, late, 1, values)).toEqual({ kind: 'exists', record: first });
      expect(await all(store, runId)).toEqual(placed(1, 'a'));
      expect(await all(store, runId, 'other')).toEqual([]);
    });

    test('has it once where the record is put again by its own turn', async () => {
      const { runId } = newRun();
      const record = journalRecord(1, { nonce: 'mine' });
      await store.putRecord(runId, record, 1, [written(1, 'a')]);
      expect(await store.putRecord(runId, record, 1, [written(1, 'a')])).toEqual({ kind: 'exists', record });
      expect(await all(store, runId)).toEqual(placed(1, 'a'));
    });

    test('is apart from others: of other runs, and of names that begin as its own does', async () => {
      const { runId } = newRun();
      const names = ['a', 'a#00000002', 'a%23', 'a/b', 'ä', 'A', 'tokens#', '日本'];
      const values = names.map((name) => ({ name, from: 1, values: [encoded(`of ${name}`), encoded('last')] }));
      await store.putRecord(runId, journalRecord(1), 1, values);
      for (const name of names) expect(await all(store, runId, name)).toEqual(placed(1, `of ${name}`, 'last'));
      expect(await all(store, newRun().runId, 'a')).toEqual([]);
    });

    test('may be long: it is read request by request', async () => {
      const { runId } = newRun();
      const text = 'x'.repeat(200_000);
      for (let index = 1; index <= 8; index += 1) {
        await store.putRecord(runId, journalRecord(index), 1, [written(index, `${index}${text}`)]);
      }
      expect((await all(store, runId)).map(({ seq, value }) => [seq, (value as string).slice(0, 1)])).toEqual(
        Array.from({ length: 8 }, (_, index) => [index + 1, String(index + 1)]),
      );
    });

    test('does not take more at once than an item has room for', async () => {
      const { runId } = newRun();
      const values = [written(1, 'x'.repeat(410_000))];
      await expect(store.putRecord(runId, journalRecord(1), 1, values)).rejects.toMatchObject({
        code: 'ITEM_TOO_LARGE',
      });
      expect(await store.loadRecords(runId, 0)).toEqual([]);
      expect(await all(store, runId)).toEqual([]);
    });

    test('goes with its run', async () => {
      const run = await forgettableRun(store);
      await store.putRecord(run.runId, journalRecord(1), 1, [written(1, 'a')]);
      await purgeWhole(store, run.runId);
      expect(await all(store, run.runId)).toEqual([]);
    });
  });
}
