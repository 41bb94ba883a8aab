/** What every store has to answer about records and values: operation 7, operation 8 and operation 10. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../../lib/ports/store.ts';
import { ItemTooLargeError } from '../../lib/ports/world-errors.ts';
import {
  closedRun,
  createdRun,
  encoded,
  forgettableRun,
  journalRecord,
  newRun,
  purgeWhole,
  signal,
  takenRun,
  PURGE_MS,
} from './samples.ts';

const KB = 1024;

export function describeJournal(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  describe('the journal', () => {
    test('records come back as they were, in order of their numbers', async () => {
      const { runId } = newRun();
      const numbers = [9, 10, 1, 2, 100, 11];
      for (const number of numbers) await store.putRecord(runId, journalRecord(number));
      const sorted = numbers.toSorted((a, b) => a - b).map((number) => journalRecord(number));
      expect(await store.loadRecords(runId, 0)).toEqual(sorted);
    });

    test('only those after a number are loaded', async () => {
      const { runId } = newRun();
      for (const number of [1, 2, 3]) await store.putRecord(runId, journalRecord(number));
      expect((await store.loadRecords(runId, 1)).map(({ number }) => number)).toEqual([2, 3]);
      expect(await store.loadRecords(runId, 3)).toEqual([]);
    });

    test('a record keeps all of its entries and what is in them', async () => {
      const { runId } = newRun();
      const record = journalRecord(1, {
        epoch: 12,
        entries: [
          { kind: 'step', id: 1, name: 'ü#🦥' },
          { kind: 'step-completed', id: 1, atMs: 1.5, value: encoded({ nested: [[], {}, '', null, -1e-9] }) },
          { kind: 'taken-over', atMs: 0 },
        ],
      });
      expect(await store.putRecord(runId, record)).toEqual({ kind: 'put' });
      expect(await store.loadRecords(runId, 0)).toEqual([record]);
    });

    test('each link has records of its own, and the first is meant where none is named', async () => {
      const { runId } = newRun();
      for (const link of [undefined, 2, 12]) {
        expect(await store.putRecord(runId, journalRecord(1, { nonce: `of ${link}` }), link)).toEqual({ kind: 'put' });
      }
      await store.putRecord(runId, journalRecord(2), 2);
      const noncesOf = async (link?: number) =>
        (await store.loadRecords(runId, 0, undefined, link)).map(({ nonce }) => nonce);
      expect(await noncesOf()).toEqual(['of undefined']);
      expect(await noncesOf(1)).toEqual(['of undefined']);
      expect(await noncesOf(2)).toEqual(['of 2', 'turn-of-2']);
      expect(await noncesOf(12)).toEqual(['of 12']);
      expect(await noncesOf(3)).toEqual([]);
      expect((await store.loadRecords(runId, 1, 1, 2)).map(({ number }) => number)).toEqual([2]);
      expect(await store.putRecord(runId, journalRecord(1), 2)).toMatchObject({ record: { nonce: 'of 2' } });
    });

    test('the records of all links are purged', async () => {
      const run = await forgettableRun(store);
      for (const link of [1, 2, 3]) await store.putRecord(run.runId, journalRecord(1), link);
      await purgeWhole(store, run.runId);
      for (const link of [1, 2, 3]) expect(await store.loadRecords(run.runId, 0, undefined, link)).toEqual([]);
    });

    test('a record may be empty', async () => {
      const { runId } = newRun();
      await store.putRecord(runId, journalRecord(1, { entries: [] }));
      expect((await store.loadRecords(runId, 0))[0]?.entries).toEqual([]);
    });

    test('the second record of one number is not written, and gets the first', async () => {
      const { runId } = newRun();
      const first = journalRecord(1, { nonce: 'first' });
      await store.putRecord(runId, first);
      const second = journalRecord(1, { nonce: 'second', epoch: 2 });
      expect(await store.putRecord(runId, second)).toEqual({ kind: 'exists', record: first });
      expect(await store.loadRecords(runId, 0)).toEqual([first]);
    });

    test('a writer that repeats itself finds its own nonce', async () => {
      const { runId } = newRun();
      const record = journalRecord(1, { nonce: 'mine' });
      await store.putRecord(runId, record);
      expect(await store.putRecord(runId, record)).toEqual({ kind: 'exists', record });
    });

    test('of many writers at once one wins, and the others get its record', async () => {
      const { runId } = newRun();
      const nonces = ['a', 'b', 'c', 'd'];
      const answers = await Promise.all(nonces.map((nonce) => store.putRecord(runId, journalRecord(1, { nonce }))));
      const winner = nonces[answers.findIndex(({ kind }) => kind === 'put')]!;
      expect(answers.filter(({ kind }) => kind === 'put')).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === 'exists')).toEqual(
        Array.from({ length: 3 }, () => ({ kind: 'exists', record: journalRecord(1, { nonce: winner }) })),
      );
    });

    test('a journal that fills several pages is loaded whole', async () => {
      const { runId } = newRun();
      const value = encoded('x'.repeat(100 * KB));
      for (let number = 1; number <= 15; number += 1) {
        const entries = [{ kind: 'step-completed', id: number, atMs: 0, value }] as const;
        await store.putRecord(runId, journalRecord(number, { entries }));
      }
      const records = await store.loadRecords(runId, 0);
      expect(records.map(({ number }) => number)).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
      expect(records.every(({ entries }) => (entries[0] as { value: unknown }).value === value)).toBe(true);
    });

    test('messages, values and the run itself are not taken for records', async () => {
      const run = await takenRun(store);
      await store.putMessage(run.runId, signal('m1'));
      await store.putValue(run.runId, 'event#00000001', encoded(1));
      await store.putRecord(run.runId, journalRecord(1));
      expect(await store.loadRecords(run.runId, 0)).toEqual([journalRecord(1)]);
      expect(await store.readRun(run.runId)).toEqual(run);
    });

    test('runs whose ids begin alike have journals of their own', async () => {
      const { runId } = newRun();
      await store.putRecord(runId, journalRecord(1));
      expect(await store.loadRecords(`${runId}0`, 0)).toEqual([]);
      expect(await store.loadRecords(runId.slice(0, -1), 0)).toEqual([]);
    });
  });

  describe('values', () => {
    const values = [null, false, 0, '', [], {}, 'ä\ud800', { S: 'x' }, [[1]], -1e300];
    test.each(values.map((value) => ({ value })))('$value comes back as it was', async ({ value }) => {
      const { runId } = newRun();
      await store.putValue(runId, 'key', encoded(value));
      expect(await store.readValue(runId, 'key')).toEqual(value);
    });

    test('a key that nobody put has no value', async () => {
      const { runId } = newRun();
      expect(await store.readValue(runId, 'key')).toBeUndefined();
      await store.deleteValue(runId, 'key');
      expect(await store.readValue(runId, 'key')).toBeUndefined();
    });

    test('each key, and each run, has a value of its own; deleting one leaves the others', async () => {
      const { runId } = newRun();
      const keys = ['input', 'input#', 'ü 🦥', 'run'];
      for (const key of keys) await store.putValue(runId, key, key);
      await store.deleteValue(runId, 'input');
      const values = await Promise.all(keys.map((key) => store.readValue(runId, key)));
      expect(values).toEqual([undefined, 'input#', 'ü 🦥', 'run']);
      expect(await store.readValue(`${runId}-other`, 'run')).toBeUndefined();
    });

    test('what was given is copied', async () => {
      const { runId } = newRun();
      const value = { list: [1] };
      await store.putValue(runId, 'key', encoded(value));
      value.list.push(2);
      expect(await store.readValue(runId, 'key')).toEqual({ list: [1] });
    });
  });

  describe('purging', () => {
    test('a closed run is gone with all that belongs to it', async () => {
      const { runId } = await forgettableRun(store);
      const ids = Array.from({ length: 30 }, (_, index) => `m${index}`);
      await Promise.all(ids.map((id) => store.putMessage(runId, signal(id))));
      for (const number of [1, 2]) await store.putRecord(runId, journalRecord(number));
      await store.putValue(runId, 'result', encoded(1));
      await purgeWhole(store, runId);
      expect(await store.readRun(runId)).toBeUndefined();
      expect(await store.loadRecords(runId, 0)).toEqual([]);
      expect(await store.loadMessages(runId, ids)).toEqual([]);
      expect(await store.readValue(runId, 'result')).toBeUndefined();
    });

    test('an open run is left alone, with all that belongs to it', async () => {
      const run = await takenRun(store);
      await store.putRecord(run.runId, journalRecord(1));
      await store.putMessage(run.runId, signal('m1'));
      await purgeWhole(store, run.runId);
      expect(await store.readRun(run.runId)).toEqual(run);
      expect(await store.loadRecords(run.runId, 0)).toHaveLength(1);
      expect(await store.loadMessages(run.runId, ['m1'])).toHaveLength(1);
    });

    test('a closed run that is not due by the given time is left alone', async () => {
      const { runId } = await closedRun(store, {}, { purgeAtMs: 5_000 });
      await store.putRecord(runId, journalRecord(1));
      await store.purge(runId, 4_999);
      expect(await store.readRun(runId)).toBeDefined();
      expect(await store.loadRecords(runId, 0)).toHaveLength(1);
      await store.purge(runId, 5_000);
      expect(await store.readRun(runId)).toBeUndefined();
    });

    test('a closed run that is to be kept for ever is left alone, whatever the given time', async () => {
      const { runId } = await closedRun(store, {}, { purgeAtMs: undefined });
      await store.purge(runId, Number.MAX_SAFE_INTEGER);
      expect(await store.readRun(runId)).toBeDefined();
    });

    test('what was put for a run that is not created yet is left alone', async () => {
      const { runId } = newRun();
      await store.putValue(runId, 'input', encoded(1));
      await purgeWhole(store, runId);
      expect(await store.readValue(runId, 'input')).toBe(1);
    });

    test('a run of several pages is purged whole, its neighbour stays', async () => {
      const { runId } = await forgettableRun(store);
      const neighbour = await createdRun(store, { runId: `${runId}#2` });
      const value = encoded('x'.repeat(300 * KB));
      for (const key of ['a', 'b', 'c', 'd', 'e']) await store.putValue(runId, key, value);
      await purgeWhole(store, runId);
      const values = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((key) => store.readValue(runId, key)));
      expect(values.filter((each) => each !== undefined)).toEqual([]);
      expect(await store.readRun(neighbour.runId)).toEqual(neighbour);
    });

    test('the id of a purged run may be used again, from the beginning', async () => {
      const { runId } = await forgettableRun(store);
      await store.putRecord(runId, journalRecord(1, { nonce: 'old' }));
      await purgeWhole(store, runId);
      const run = await createdRun(store, { runId });
      expect(await store.putRecord(runId, journalRecord(1, { nonce: 'new' }))).toEqual({ kind: 'put' });
      expect(await store.readRun(runId)).toEqual(run);
    });

    test('a message may be on its way: the run is put off for 15 minutes, and the message alone is deleted', async () => {
      const { runId } = await forgettableRun(store);
      await store.putRecord(runId, journalRecord(1));
      await store.putMessage(runId, signal('m1'));
      const laterMs = PURGE_MS + 15 * 60_000;
      expect(await store.purge(runId, PURGE_MS)).toEqual({ kind: 'postponed', dueAtMs: laterMs });
      expect(await store.readRun(runId)).toMatchObject({ status: 'completed', dueAtMs: laterMs });
      expect(await store.loadMessages(runId, ['m1'])).toEqual([]);
      expect(await store.loadRecords(runId, 0)).toHaveLength(1);
      expect(await store.accept(runId, 'm1', 100)).toMatchObject({ kind: 'closed' });
      expect(await store.purge(runId, laterMs - 1)).toEqual({ kind: 'skipped' });
      expect(await store.purge(runId, laterMs)).toEqual({ kind: 'purged' });
      expect(await store.readRun(runId)).toBeUndefined();
    });

    test('a value to which the run does not refer may be the input of a start: the run is put off', async () => {
      const { runId } = await forgettableRun(store, { input: { kind: 'item', key: 'input' } });
      await store.putValue(runId, 'input', encoded('its own'));
      await store.putValue(runId, 'input-2', encoded('of a start'));
      expect(await store.purge(runId, PURGE_MS)).toMatchObject({ kind: 'postponed' });
      expect(await store.readValue(runId, 'input')).toBe('its own');
      expect(await store.readValue(runId, 'input-2')).toBeUndefined();
      expect(await store.purge(runId, PURGE_MS + 15 * 60_000)).toEqual({ kind: 'purged' });
      expect(await store.readValue(runId, 'input')).toBeUndefined();
    });

    test('a run that is open, or gone, or not due, is left', async () => {
      const { runId } = await createdRun(store);
      expect(await store.purge(runId, Number.MAX_SAFE_INTEGER)).toEqual({ kind: 'skipped' });
      expect(await store.purge(`${runId}-other`, Number.MAX_SAFE_INTEGER)).toEqual({ kind: 'skipped' });
      const closed = await forgettableRun(store);
      expect(await store.purge(closed.runId, PURGE_MS - 1)).toEqual({ kind: 'skipped' });
    });

    test('two purges at once are one purge', async () => {
      const { runId } = await forgettableRun(store);
      for (const number of [1, 2, 3]) await store.putRecord(runId, journalRecord(number));
      await Promise.all([purgeWhole(store, runId), purgeWhole(store, runId)]);
      expect(await store.readRun(runId)).toBeUndefined();
      expect(await store.loadRecords(runId, 0)).toEqual([]);
    });
  });
}

/** Of a store without a bucket. */
export function describeItemLimit(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  describe('the limit of an item', () => {
    const large = 'ä'.repeat(201 * KB); // 402 KB

    test('a value just below 400 KB is stored whole', async () => {
      const { runId } = newRun();
      const value = 'x'.repeat(399 * KB);
      await store.putValue(runId, 'key', value);
      expect(await store.readValue(runId, 'key')).toBe(value);
    });

    test('what is larger is refused with its size and the limit, and leaves nothing behind', async () => {
      const { runId } = newRun();
      const entries = [{ kind: 'step-completed', id: 1, atMs: 0, value: large }] as const;
      const run = newRun({ input: { kind: 'inline', value: large } });
      const attempts = [
        () => store.putValue(runId, 'key', large),
        () => store.putMessage(runId, signal('m1', large)),
        () => store.putRecord(runId, journalRecord(1, { entries })),
        () => store.createRun(run),
      ];
      for (const attempt of attempts) {
        await expect(attempt()).rejects.toThrow(ItemTooLargeError);
        await expect(attempt()).rejects.toThrow(/41\d{4} bytes.* 409600 at most/);
      }
      expect(await store.readValue(runId, 'key')).toBeUndefined();
      expect(await store.loadMessages(runId, ['m1'])).toEqual([]);
      expect(await store.loadRecords(runId, 0)).toEqual([]);
      expect(await store.readRun(run.runId)).toBeUndefined();
    });
  });
}
