/** The records of a link with a number above `after`, in order (operation 7). */
import { expression } from './expression.ts';
import { text, type Item } from './item.ts';
import { lastRecordSortKey, recordSortKey } from './schema.ts';
import type { Table } from './table.ts';

interface WhichRecords {
  readonly after: number;
  /** One request then, as soon as it finds any. Default: every page. */
  readonly atMost: number | undefined;
  readonly link: number | undefined;
}

interface FoundRecords {
  readonly items: readonly Item[];
  /** There may be more. */
  readonly isCut: boolean;
}

export async function queryRecords(
  table: Table,
  runId: string,
  { after, atMost, link }: WhichRecords,
): Promise<FoundRecords> {
  let found: readonly Item[] = [];
  let startKey: Item | undefined;
  for (;;) {
    const { items, lastKey } = await table.query('loadRecords', {
      keys: expression('#pk = :runId AND #sk BETWEEN :first AND :last', {
        ':runId': text(runId),
        ':first': text(recordSortKey(after + 1, link)),
        ':last': text(lastRecordSortKey(link)),
      }),
      startKey,
      ...(atMost === undefined ? {} : { limit: atMost }),
    });
    found = found.length === 0 ? items : found.concat(items);
    if (lastKey === undefined) return { items: found, isCut: false };
    if (atMost !== undefined && found.length > 0) return { items: found, isCut: true };
    startKey = lastKey;
  }
}
