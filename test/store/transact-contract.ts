/** What every store has to answer about transactions: operation 31. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { StoredItem } from '../../lib/core/transaction/attribute-value.ts';
import type { TransactionWrite } from '../../lib/core/transaction/write.ts';
import type { Store } from '../../lib/ports/store.ts';
import { journalRecord, newRun } from './samples.ts';

/** A table of an author's own. Its key is `id`, a text. */
export interface OwnTable {
  readonly name: string;
  get(id: string): Promise<Record<string, unknown> | undefined>;
}

let ids = 0;
const newId = (): string => `id-${(ids += 1)}`;
const item = (id: string, n: number): StoredItem => ({ id: { S: id }, n: { N: String(n) } });

export function describeTransactions(openStore: () => Promise<Store>, openTable: () => Promise<OwnTable>): void {
  let store: Store;
  let table: OwnTable;
  beforeAll(async () => {
    store = await openStore();
    table = await openTable();
  });

  const put = (id: string, n = 1, condition?: string): TransactionWrite => ({
    ...{ action: 'put', table: table.name, item: item(id, n), isPlain: false },
    ...(condition !== undefined && { condition }),
  });
  const keyed = (
    action: 'update' | 'delete' | 'check',
    id: string,
    more: Partial<TransactionWrite>,
  ): TransactionWrite => ({
    ...{ action, table: table.name, key: { id: { S: id } }, isPlain: false },
    ...more,
  });
  const add = (id: string, n: number, more: Partial<TransactionWrite> = {}): TransactionWrite =>
    keyed('update', id, { update: 'ADD n :n', values: { ':n': { N: String(n) } }, ...more });

  describe('a transaction', () => {
    test('writes the record and all items', async () => {
      const { runId } = newRun();
      const [a, b, c] = [newId(), newId(), newId()];
      const record = journalRecord(1, { nonce: 'n/1' });
      const first = { record, link: 1, writes: [put(a), put(b, 5), put(c)] };
      expect(await store.transact(runId, first)).toEqual({ kind: 'put' });
      const writes = [
        add(b, 2, { condition: 'n = :five', values: { ':n': { N: '2' }, ':five': { N: '5' } } }),
        keyed('delete', a, {}),
        keyed('check', c, { condition: 'attribute_exists(#id)', names: { '#id': 'id' } }),
      ];
      expect(await store.transact(runId, { record: journalRecord(2), link: 1, writes })).toEqual({ kind: 'put' });
      expect(await Promise.all([a, b, c].map((id) => table.get(id)))).toEqual([
        undefined,
        { id: b, n: 7 },
        { id: c, n: 1 },
      ]);
      expect(await store.loadRecords(runId, 0)).toEqual([record, journalRecord(2)]);
    });

    test('writes nothing where a condition is not met, and says all of those, with what is there where it was asked for', async () => {
      const { runId } = newRun();
      const [a, b, c] = [newId(), newId(), newId()];
      await store.transact(runId, { record: journalRecord(1), link: 1, writes: [put(a, 3), put(b, 4)] });
      const writes = [
        put(c),
        add(a, 1, { condition: 'n > :n', values: { ':n': { N: '9' } }, givesItem: true }),
        put(b, 9, 'attribute_not_exists(id)'),
        keyed('check', newId(), { condition: 'attribute_exists(id)', givesItem: true }),
      ];
      expect(await store.transact(runId, { record: journalRecord(2), link: 1, writes })).toEqual({
        kind: 'condition-failed',
        failed: [{ index: 1, item: item(a, 3) }, { index: 2 }, { index: 3 }],
      });
      expect(await Promise.all([a, b, c].map((id) => table.get(id)))).toEqual([
        { id: a, n: 3 },
        { id: b, n: 4 },
        undefined,
      ]);
      expect(await store.loadRecords(runId, 1)).toEqual([]);
    });

    test('writes nothing where the record is there, whoever wrote it, and gives that', async () => {
      const { runId } = newRun();
      const id = newId();
      const writes = [add(id, 1, { condition: 'attribute_not_exists(n)' })];
      const mine = { record: journalRecord(1, { nonce: 'mine' }), link: 1, writes };
      expect(await store.transact(runId, mine)).toEqual({ kind: 'put' });
      const repeated = await store.transact(runId, mine); // by its token the first answer, or else by what is there
      expect([{ kind: 'put' }, { kind: 'exists', record: mine.record }]).toContainEqual(repeated);
      const others = { ...mine, record: journalRecord(1, { nonce: 'others' }) };
      expect(await store.transact(runId, others)).toEqual({ kind: 'exists', record: mine.record });
      await store.putRecord(runId, journalRecord(2, { nonce: 'fence' }));
      const late = { ...mine, record: journalRecord(2, { nonce: 'late' }), writes: [add(newId(), 1)] };
      expect(await store.transact(runId, late)).toMatchObject({ kind: 'exists', record: { nonce: 'fence' } });
      expect(await table.get(id)).toEqual({ id, n: 1 });
    });

    test('of another link has a record of that link', async () => {
      const { runId } = newRun();
      for (const link of [1, 2]) {
        const writes = [put(newId())];
        expect(await store.transact(runId, { record: journalRecord(1), link, writes })).toEqual({ kind: 'put' });
      }
      expect(await store.loadRecords(runId, 0, undefined, 2)).toHaveLength(1);
    });

    test('that DynamoDB does not take is refused, and says why', async () => {
      const { runId } = newRun();
      const id = newId();
      const refused = async (writes: readonly TransactionWrite[], why: RegExp): Promise<void> => {
        const answer = await store.transact(runId, { record: journalRecord(1), link: 1, writes });
        expect(answer).toMatchObject({ kind: 'refused', why: expect.stringMatching(why) as string });
        expect(await store.loadRecords(runId, 0)).toEqual([]);
      };
      await refused([put(id), put(id, 2)], /multiple operations on one item/);
      await refused([put(id), keyed('update', newId(), { update: 'SAT n = 1' })], /UpdateExpression/);
      await refused([put(id), add(newId(), 1, { update: 'SET n = absent1 + :n' })], /attribute that does not exist/);
      expect(await table.get(id)).toBeUndefined();
    });

    test('keeps bytes, sets, lists and maps', async () => {
      const { runId } = newRun();
      const id = newId();
      const whole: StoredItem = {
        id: { S: id },
        bytes: { B: new Uint8Array([0, 255, 10]) },
        sets: { M: { ss: { SS: ['a'] }, ns: { NS: ['1'] }, bs: { BS: [new Uint8Array([1])] } } },
        list: { L: [{ NULL: true }, { BOOL: false }, { N: '-1.5' }, { B: new Uint8Array([7]) }] },
      };
      const writes: TransactionWrite[] = [{ action: 'put', table: table.name, item: whole, isPlain: false }];
      expect(await store.transact(runId, { record: journalRecord(1), link: 1, writes })).toEqual({ kind: 'put' });
      const again = [put(id, 1, 'attribute_not_exists(id)')].map((write) => ({ ...write, givesItem: true as const }));
      expect(await store.transact(runId, { record: journalRecord(2), link: 1, writes: again })).toEqual({
        kind: 'condition-failed',
        failed: [{ index: 0, item: whole }],
      });
    });
  });
}
