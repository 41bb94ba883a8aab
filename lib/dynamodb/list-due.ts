/** Reads the index of the due, shard by shard: what the sweeper looks at. */
import { expression } from './expression.ts';
import { number, readText, text } from './item.ts';
import type { Item } from './item.ts';
import { dueIndex, dueShards } from './schema.ts';
import type { Table } from './table.ts';

const PAGE_LENGTH = 500;

export async function* listDue(
  table: Table,
  { dueByMs, begin }: { readonly dueByMs: number; readonly begin: number },
): AsyncGenerator<readonly string[]> {
  const shards = dueShards();
  const first = Math.floor(begin * shards.length);
  for (const shard of [...shards.slice(first), ...shards.slice(0, first)]) {
    let startKey: Item | undefined;
    do {
      const { items, lastKey } = await table.query('listDue', {
        indexName: dueIndex.name,
        keys: expression('#dueShard = :shard AND #dueAtMs <= :dueBy', {
          ':shard': text(shard),
          ':dueBy': number(dueByMs),
        }),
        limit: PAGE_LENGTH,
        startKey,
      });
      if (items.length > 0) yield items.map((item) => readText(item, 'pk'));
      startKey = lastKey;
    } while (startKey);
  }
}
