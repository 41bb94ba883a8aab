/** A pool, and those who wait in it, as items: operation 36 to operation 41. */
import {
  type ChangePool,
  type ChangePoolResult,
  type JoinLine,
  lineOrder,
  type PoolItem,
  type PoolState,
  type ReadLine,
  type MakeDueResult,
  type Waiter,
} from '../ports/pool.ts';
import { StoreUnavailableError } from '../ports/world-errors.ts';
import { deleteItems } from './batches.ts';
import { conditionalWrite, type RunChange } from './conditional-write.ts';
import { poolIsAsSeen, poolIsThere, runIsOpen } from './conditions.ts';
import { expression } from './expression.ts';
import { checkFormat, findText, type Item, itemKey, number, readJson, readNumber, readText, text } from './item.ts';
import { joinUpdate, poolUpdate, makeDueUpdate } from './run-updates.ts';
import {
  attribute,
  lastLineSortKey,
  lineSortKey,
  poolListPartition,
  poolPartition,
  poolSortKey,
  schemaVersion,
} from './schema.ts';
import type { Table } from './table.ts';

const PAGE_LENGTH = 500;

export async function readPool(table: Table, name: string): Promise<PoolItem | undefined> {
  const item = await table.get('readPool', keyOf(name));
  return item && toPool(item);
}

export async function* listPools(table: Table): AsyncGenerator<readonly string[]> {
  let startKey: Item | undefined;
  do {
    const { items, lastKey } = await table.query('listPools', {
      keys: expression('#pk = :pools', { ':pools': text(poolListPartition) }),
      limit: PAGE_LENGTH,
      startKey,
    });
    yield items.map((item) => readText(item, 'sk'));
    startKey = lastKey;
  } while (startKey !== undefined);
}

/** A pool is in the list before it is there. */
export async function changePool(table: Table, name: string, change: ChangePool): Promise<ChangePoolResult> {
  if (change.version === 0) {
    const key = itemKey(poolListPartition, name);
    await table.put('changePool', { ...key, [attribute.format]: number(schemaVersion) });
  }
  const key = keyOf(name);
  const update = { update: poolUpdate(change), condition: poolIsAsSeen(change), gives: 'ALL_NEW' } as const;
  return conditionalWrite<ChangePoolResult>(table, 'changePool', key, {
    send: () => table.update('changePool', key, update),
    written: (item) => ({ kind: 'done', pool: toPool(item) }),
    refused: (there) => {
      if (there === undefined) return change.version === 0 ? undefined : { kind: 'changed', pool: undefined };
      const pool = toPool(there);
      const isOwn = pool.version === change.version + 1 && findText(there, 'nonce') === change.nonce;
      return { kind: isOwn ? 'done' : 'changed', pool };
    },
  });
}

export async function joinLine(table: Table, name: string, join: JoinLine): Promise<PoolItem> {
  const key = itemKey(poolPartition(name), lineSortKey(lineOrder(join.waiter)));
  const waiter = { [attribute.waiter]: text(JSON.stringify(join.waiter)) };
  await table.put('joinLine', { ...key, [attribute.format]: number(schemaVersion), ...waiter });
  const update = { update: joinUpdate(join), condition: poolIsThere, gives: 'ALL_NEW' } as const;
  const joined = await table.update('joinLine', keyOf(name), update);
  if (joined.kind === 'written') return toPool(joined.item);
  throw new StoreUnavailableError('joinLine', { cause: new Error(`pool "${name}" is not in the table`) });
}

export async function readLine(table: Table, name: string, { after, limit }: ReadLine): Promise<Waiter[]> {
  const waiters: Waiter[] = [];
  let startKey = after === undefined ? undefined : itemKey(poolPartition(name), lineSortKey(after));
  do {
    const { items, lastKey } = await table.query('readLine', {
      keys: expression('#pk = :pool AND #sk BETWEEN :first AND :last', {
        ':pool': text(poolPartition(name)),
        ':first': text(lineSortKey('')),
        ':last': text(lastLineSortKey),
      }),
      limit: limit - waiters.length,
      startKey,
    });
    for (const item of items) {
      checkFormat(item);
      waiters.push(readJson<Waiter>(item, 'waiter'));
    }
    startKey = lastKey;
  } while (startKey !== undefined && waiters.length < limit);
  return waiters;
}

export async function leaveLine(table: Table, name: string, orders: readonly string[]): Promise<void> {
  const keys = [...new Set(orders)].map((order) => itemKey(poolPartition(name), lineSortKey(order)));
  await deleteItems(table, 'leaveLine', keys);
}

export const makeDueChange: RunChange<MakeDueResult> = {
  condition: runIsOpen,
  update: makeDueUpdate,
  gives: 'ALL_OLD',
  written: ({ run }) => ({ kind: run.pausedAtMs !== undefined ? 'away' : run.lease === undefined ? 'due' : 'leased' }),
  refused: () => ({ kind: 'gone' }),
};

function keyOf(name: string): Item {
  return itemKey(poolPartition(name), poolSortKey);
}

function toPool(item: Item): PoolItem {
  checkFormat(item);
  const turns = Object.entries(item[attribute.turns]?.M ?? {}).map(
    ([group, turn]) => [Number(group.slice(1)), Number(turn.N)] as const,
  );
  return {
    version: readNumber(item, 'poolVersion'),
    joinCount: readNumber(item, 'joinCount'),
    turns: Object.fromEntries(turns),
    state: readJson<PoolState>(item, 'pool'),
  };
}
