/**
 * What a write costs, by DynamoDB's published rules: for stores that do not count index writes, as dynalite.
 *
 * The table takes a unit for each KB of the larger of the item before and after. An index takes units for the entry
 * that it drops and for the entry that it gets; one of each where the entry's key changes, one where only a projected
 * attribute does, none where the entry stays as it is.
 */
import { isDeepStrictEqual } from 'node:util';
import { itemBytes } from './item-size.ts';
import type { Item } from './item.ts';
import { attribute, dueIndex, workflowIndex } from './schema.ts';

export interface WriteUnits {
  readonly table: number;
  readonly dueIndex: number;
  readonly workflowIndex: number;
  readonly total: number;
}

/** Undefined stands for no item. A write whose condition failed has the same item before and after. */
export function writeUnits(before: Item | undefined, after: Item | undefined): WriteUnits {
  const units = {
    table: Math.max(unitsOf(before), unitsOf(after), 1),
    dueIndex: indexUnits(before, after, [dueIndex.partition, dueIndex.sort], []),
    workflowIndex: indexUnits(before, after, [workflowIndex.partition, workflowIndex.sort], workflowIndex.projected),
  };
  return { ...units, total: units.table + units.dueIndex + units.workflowIndex };
}

function indexUnits(
  itemBefore: Item | undefined,
  itemAfter: Item | undefined,
  keyNames: readonly string[],
  projected: readonly string[],
): number {
  const before = pick(itemBefore, keyNames, projected);
  const after = pick(itemAfter, keyNames, projected);
  if (isDeepStrictEqual(before, after)) return 0;
  const staysInPlace = before && after && keyNames.every((name) => isDeepStrictEqual(before[name], after[name]));
  return staysInPlace ? Math.max(unitsOf(before), unitsOf(after)) : unitsOf(before) + unitsOf(after);
}

/** The index entry of an item; undefined if it has none. */
function pick(item: Item | undefined, keyNames: readonly string[], projected: readonly string[]): Item | undefined {
  if (!item || keyNames.some((name) => item[name] === undefined)) return undefined;
  const names = new Set([attribute.pk, attribute.sk, ...keyNames, ...projected]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}

function unitsOf(item: Item | undefined): number {
  return item ? Math.ceil(itemBytes(item) / 1024) : 0;
}
