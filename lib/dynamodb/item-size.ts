/**
 * The size of an item, by DynamoDB's rules: names and texts count as UTF-8, a list or map 3 bytes and one per element.
 * Numbers are estimated from above, so an item is never larger than this says.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { ITEM_LIMIT_BYTES } from '../ports/limits.ts';
import { ItemTooLargeError } from '../ports/world-errors.ts';
import { readText } from './item.ts';
import type { Item } from './item.ts';

export function itemBytes(item: Item): number {
  return sum(Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + valueBytes(value)));
}

/** Refuses an item that the table would not take, before it is sent. */
export function checkItemSize(item: Item): void {
  const bytes = itemBytes(item);
  if (bytes <= ITEM_LIMIT_BYTES) return;
  throw new ItemTooLargeError(`"${readText(item, 'sk')}" of run "${readText(item, 'pk')}"`, bytes, ITEM_LIMIT_BYTES);
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  // One byte for two digits, one for the exponent, one for a sign or an odd start.
  if (value.N !== undefined) return Math.ceil(value.N.replace(/\D/g, '').length / 2) + 2;
  if (value.B !== undefined) return value.B.length;
  if (value.L !== undefined) return 3 + sum(value.L.map((each) => 1 + valueBytes(each)));
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  throw new TypeError(`the table of lull has no attributes like ${JSON.stringify(value)}`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
