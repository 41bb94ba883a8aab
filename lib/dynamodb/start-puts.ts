/** A start (operation 1) as the puts of a transaction of its caller. */
import type { Encoded } from '../core/encoded.ts';
import type { StartPut } from '../ports/start-items.ts';
import type { NewRun } from '../ports/store.ts';
import { runIsNew } from './conditions.ts';
import { expressionParameters } from './expression.ts';
import { checkItemSize } from './item-size.ts';
import type { Item } from './item.ts';
import { toValueItem } from './stored-content.ts';
import { toRunItem } from './stored-run.ts';

/** The input is put together with its run, so no purge of a run before can take it for one that is on its way. */
export function startPuts(tableName: string, run: NewRun, value: Encoded): StartPut[] {
  const items = [toRunItem(run), ...(run.input.kind === 'item' ? [toValueItem(run.runId, run.input.key, value)] : [])];
  for (const item of items) checkItemSize(item);
  const condition = { ConditionExpression: runIsNew.text, ...expressionParameters(runIsNew) };
  return items.map((item, index) => toPut(tableName, item, index === 0 ? condition : {}));
}

function toPut(TableName: string, item: Item, condition: object): StartPut {
  return { Put: { TableName, Item: item as StartPut['Put']['Item'], ...condition } };
}
