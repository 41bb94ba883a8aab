/** The records of a link with a number above `after`, in order (operation 7). */
import { expression } from './expression.ts';
import { text, type Item } from './item.ts';
import { lastRecordSortKey, recordSortKey } from './schema.ts';
import type { QueryPage, Table } from './table.ts';

interface WhichRecords {
  readonly after: number;
  /** One request then, as soon as it finds any. Default: every page. */
  readonly atMost: number | undefined;
  readonly link: number | undefined;
}

interface RecordPage {
  readonly items: readonly Item[];
  /** There may be more, which are not asked for. */
  readonly isCut: boolean;
}

/** While a page is being read, the next one is on its way. */
export async function* queryRecords(
  table: Table,
  runId: string,
  { after, atMost, link }: WhichRecords,
): AsyncGenerator<RecordPage> {
  const ask = (startKey?: Item): Promise<QueryPage> =>
    table.query('loadRecords', {
      keys: expression('#pk = :runId AND #sk BETWEEN :first AND :last', {
        ':runId': text(runId),
        ':first': text(recordSortKey(after + 1, link)),
        ':last': text(lastRecordSortKey(link)),
      }),
      startKey,
      ...(atMost === undefined ? {} : { limit: atMost }),
    });
  let asked: Promise<QueryPage> | undefined = ask();
  while (asked !== undefined) {
    const { items, lastKey }: QueryPage = await asked;
    const isCut: boolean = lastKey !== undefined && atMost !== undefined && items.length > 0;
    asked = lastKey === undefined || isCut ? undefined : ask(lastKey);
    asked?.catch(() => undefined); // its error is for the one who takes the page, if anyone does
    yield { items, isCut };
  }
}
