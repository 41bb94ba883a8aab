/** What every store with a bucket has to answer about contents that are too large for the table. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { JournalRecord } from '../../lib/journal/record.ts';
import type { Store } from '../../lib/ports/store.ts';
import { ItemTooLargeError } from '../../lib/ports/world-errors.ts';
import { createdRun, encoded, forgettableRun, journalRecord, newRun, purgeWhole, signal } from './samples.ts';

const MB = 1024 * 1024;

/** A content of each kind, around a text. */
const KINDS = {
  value: {
    textOf: (value: string) => JSON.stringify(value),
    put: (store: Store, runId: string, value: string) => store.putValue(runId, 'key', encoded(value)),
    read: (store: Store, runId: string) => store.readValue(runId, 'key'),
  },
  message: {
    textOf: (payload: string) => JSON.stringify(signal('m1', payload)),
    put: (store: Store, runId: string, payload: string) => store.putMessage(runId, signal('m1', payload)),
    read: async (store: Store, runId: string) => {
      const [message] = await store.loadMessages(runId, ['m1']);
      return message?.kind === 'signal' ? message.payload : undefined;
    },
  },
  record: {
    textOf: (result: string) => JSON.stringify(recordOf(1, result).entries),
    put: (store: Store, runId: string, result: string) => store.putRecord(runId, recordOf(1, result)),
    read: async (store: Store, runId: string) => {
      const [entry] = (await store.loadRecords(runId, 0))[0]?.entries ?? [];
      return entry?.kind === 'step-completed' ? entry.value : undefined;
    },
  },
};

function recordOf(number: number, value: string, nonce = 'mine'): JournalRecord {
  const entries = [{ kind: 'step-completed', id: number, atMs: 0, value: encoded(value) }] as const;
  return journalRecord(number, { nonce, entries });
}

/** `x` for `x`, so that the content has so many bytes. */
function textOfSize(kind: (typeof KINDS)[keyof typeof KINDS], bytes: number): string {
  return 'x'.repeat(bytes - Buffer.byteLength(kind.textOf('')));
}

export function describePayloads(openStore: () => Promise<Store>): void {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });

  describe.each(Object.entries(KINDS))('a large %s', (_name, kind) => {
    test('of 1 MB comes back as it was', async () => {
      const { runId } = newRun();
      const value = 'ä'.repeat(MB / 2 - 8) + '"\ud800\n\u0000 🦥';
      await kind.put(store, runId, value);
      expect((await kind.read(store, runId)) === value).toBe(true);
    });

    test('is taken as long as it is not above the limit, and then refused with its size', async () => {
      const { contentBytes } = store.limits;
      for (const bytes of [contentBytes - 1, contentBytes]) {
        const { runId } = newRun();
        const value = textOfSize(kind, bytes);
        await kind.put(store, runId, value);
        expect((await kind.read(store, runId)) === value).toBe(true);
      }
      const { runId } = newRun();
      const refused = kind.put(store, runId, textOfSize(kind, contentBytes + 1));
      await expect(refused).rejects.toThrow(ItemTooLargeError);
      await expect(refused).rejects.toThrow(`has ${contentBytes + 1} bytes, the store takes ${contentBytes} at most`);
      expect(await kind.read(store, runId)).toBeUndefined();
    });

    test('comes back just below, at and just above the size at which it leaves the table', async () => {
      const { itemContentBytes } = store.limits;
      for (const bytes of [itemContentBytes - 1, itemContentBytes, itemContentBytes + 1]) {
        const { runId } = newRun();
        const value = textOfSize(kind, bytes);
        await kind.put(store, runId, value);
        expect((await kind.read(store, runId)) === value).toBe(true);
      }
    });
  });

  describe('large contents', () => {
    const large = 'x'.repeat(300_000);

    test('a journal of many is loaded whole, in order', async () => {
      const { runId } = newRun();
      const texts = Array.from(
        { length: 20 },
        (_, index) => `${index} ${large.slice(0, index % 3 === 0 ? 9 : 70_000)}`,
      );
      for (const [index, text] of texts.entries()) await store.putRecord(runId, recordOf(index + 1, text));
      const records = await store.loadRecords(runId, 0);
      expect(records).toEqual(texts.map((text, index) => recordOf(index + 1, text)));
      expect((await store.loadRecords(runId, 18)).map(({ number }) => number)).toEqual([19, 20]);
    });

    test('the second record of one number is not written, and gets the first', async () => {
      const { runId } = newRun();
      const [mine, other] = [recordOf(1, `mine ${large}`), recordOf(1, `other ${large}`, 'other')];
      expect(await store.putRecord(runId, mine)).toEqual({ kind: 'put' });
      expect(await store.putRecord(runId, other)).toEqual({ kind: 'exists', record: mine });
      expect(await store.putRecord(runId, mine)).toEqual({ kind: 'exists', record: mine });
      expect(await store.loadRecords(runId, 0)).toEqual([mine]);
    });

    test('a value or message that is put again is the one that was put last, large or small', async () => {
      const { runId } = newRun();
      for (const text of [`1 ${large}`, `2 ${large}`, '3', `4 ${large}`]) {
        await store.putValue(runId, 'key', encoded(text));
        await store.putMessage(runId, signal('m1', text));
        expect(await store.readValue(runId, 'key')).toBe(text);
        expect(await store.loadMessages(runId, ['m1'])).toEqual([signal('m1', text)]);
      }
    });

    test('messages and values that are deleted are gone, and others are not', async () => {
      const { runId } = newRun();
      for (const id of ['m1', 'm2', 'm3']) await store.putMessage(runId, signal(id, `${id} ${large}`));
      await store.putValue(runId, 'a', encoded(large));
      await store.putValue(runId, 'b', encoded(large));
      await store.deleteMessages(runId, ['m1', 'm3']);
      await store.deleteValue(runId, 'a');
      expect(await store.loadMessages(runId, ['m1', 'm2', 'm3'])).toEqual([signal('m2', `m2 ${large}`)]);
      expect(await store.readValue(runId, 'a')).toBeUndefined();
      expect(await store.readValue(runId, 'b')).toBe(large);
    });

    test('a purge takes them along, and leaves those of a run whose id begins alike', async () => {
      const { runId } = await forgettableRun(store);
      const neighbour = await createdRun(store, { runId: `${runId}.2` });
      for (const id of [runId, neighbour.runId]) {
        await store.putRecord(id, recordOf(1, large));
        await store.putMessage(id, signal('m1', large));
        await store.putValue(id, 'key', encoded(large));
      }
      await purgeWhole(store, runId);
      for (const kind of Object.values(KINDS)) {
        expect(await kind.read(store, runId)).toBeUndefined();
        expect(await kind.read(store, neighbour.runId)).toBe(large);
      }
      expect(await store.readRun(runId)).toBeUndefined();
    });
  });
}
