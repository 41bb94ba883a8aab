/** Reads the index of the due, shard by shard: what the sweeper looks at, and held runs. */
import { type Expression, expression } from './expression.ts';
import { number, readText, text } from './item.ts';
import type { StoreOperation } from '../ports/store.ts';
import type { Item } from './item.ts';
import { dueIndex, dueShards, heldShards } from './schema.ts';
import type { Table } from './table.ts';

const PAGE_LENGTH = 500;

export async function* listDue(
  table: Table,
  { dueByMs, begin }: { readonly dueByMs: number; readonly begin: number },
): AsyncGenerator<readonly string[]> {
  const shards = dueShards();
  const first = Math.floor(begin * shards.length);
  for (const shard of [...shards.slice(first), ...shards.slice(0, first)]) {
    const keys = expression('#dueShard = :shard AND #dueAtMs <= :dueBy', {
      ':shard': text(shard),
      ':dueBy': number(dueByMs),
    });
    yield* pagesOf(table, 'listDue', keys);
  }
}

/** Whenever they are due. */
export async function* listHeld(table: Table, workflow: string): AsyncGenerator<readonly string[]> {
  for (const shard of heldShards(workflow)) {
    yield* pagesOf(table, 'listHeld', expression('#dueShard = :shard', { ':shard': text(shard) }));
  }
}

async function* pagesOf(table: Table, operation: StoreOperation, keys: Expression): AsyncGenerator<readonly string[]> {
  let startKey: Item | undefined;
  do {
    const page = await table.query(operation, { indexName: dueIndex.name, keys, limit: PAGE_LENGTH, startKey });
    if (page.items.length > 0) yield page.items.map((item) => readText(item, 'pk'));
    startKey = page.lastKey;
  } while (startKey);
}
