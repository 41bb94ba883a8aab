/** What it asks of DynamoDB to encrypt anew. No function of the engine may do that: it is a person's command. */
import type { StoreOfSealedItems } from '../ports/sealed-items.ts';
import type { TableOperation } from './table.ts';

const OPERATIONS: readonly TableOperation[] = [
  'listSealed',
  'listDataKeys',
  'replaceSealed',
  'deleteLeft',
] satisfies (keyof StoreOfSealedItems)[];

export function isOfSealedItems(operation: TableOperation): operation is keyof StoreOfSealedItems {
  return OPERATIONS.some((each) => each === operation);
}

/** With those by which data keys are read, and made. */
export const REENCRYPT_ACTIONS = [
  'dynamodb:Scan',
  'dynamodb:Query',
  'dynamodb:GetItem',
  'dynamodb:BatchGetItem',
  'dynamodb:UpdateItem',
  'dynamodb:PutItem',
] as const;
