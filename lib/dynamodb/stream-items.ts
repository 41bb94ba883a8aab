/**
 * What is written to streams, between the table and the port. An item has the values that one record has written to one
 * stream; its key has the place of the last of them. So a reader that begins at a place asks for the keys from that place on,
 * and the first item that it gets has it.
 */
import type { Encoded } from '../core/encoded.ts';
import { lastPlaceOf, type StreamValues } from '../ports/stream-values.ts';
import { expression } from './expression.ts';
import { checkItemSize } from './item-size.ts';
import { checkFormat, findNumber, itemKey, number, readJson, readText, text, type Item } from './item.ts';
import { attribute, fromRecordSortKey, lastStreamSortKey, schemaVersion, streamSortKey } from './schema.ts';
import type { Table } from './table.ts';

/** `nonce`: of the record that says so. */
export function toStreamItem(runId: string, written: StreamValues, nonce: string): Item {
  const { name, values, count } = written;
  const item = {
    ...itemKey(runId, streamSortKey(name, lastPlaceOf(written))),
    [attribute.format]: number(schemaVersion),
    [attribute.nonce]: text(nonce),
    [attribute.values]: text(JSON.stringify(values)),
    ...(count === undefined ? {} : { [attribute.count]: number(count) }),
  };
  checkItemSize(item);
  return item;
}

/** One request: as many as it gives. The first part may begin before the place. */
export async function readStream(
  table: Table,
  runId: string,
  { name, from }: { readonly name: string; readonly from: number },
): Promise<StreamValues[]> {
  const { items } = await table.query('readStream', {
    keys: expression('#pk = :runId AND #sk BETWEEN :first AND :last', {
      ':runId': text(runId),
      ':first': text(streamSortKey(name, from)),
      ':last': text(lastStreamSortKey(name)),
    }),
  });
  return items.map((item) => fromStreamItem(name, item));
}

export function fromStreamItem(name: string, item: Item): StreamValues {
  checkFormat(item);
  const values = readJson<Encoded[]>(item, 'values');
  const count = findNumber(item, 'count');
  const from = fromRecordSortKey(readText(item, 'sk')) - (count ?? values.length) + 1;
  return { name, from, values, ...(count === undefined ? {} : { count }) };
}
