/** Counts what a turn spends on the table, by DynamoDB's own count, index writes included. */
import { STORE_ACTIONS } from '../lib/dynamodb/store-actions.ts';
import type { OnConsumedCapacity } from '../lib/dynamodb/table.ts';
import type { FunctionSettings } from '../lib/lambda/environment.ts';
import { currentScope } from '../lib/lambda/scope.ts';

const WRITES: ReadonlySet<string> = new Set(
  Object.entries(STORE_ACTIONS)
    .filter(([, actions]) => actions.some(({ action }) => /Put|Update|Delete|Write/.test(action)))
    .map(([operation]) => operation),
);

/** A write that is refused is not counted: DynamoDB does not report it. */
const countWriteUnits: OnConsumedCapacity = (operation, { CapacityUnits = 0 }) => {
  const scope = currentScope();
  if (scope !== undefined && WRITES.has(operation)) scope.writeUnits += CapacityUnits;
};

/** Where the environment names the engine: answers are a little larger for it. */
export function reportsWriteUnits({ engine }: FunctionSettings): { readonly onConsumedCapacity?: OnConsumedCapacity } {
  return engine === undefined ? {} : { onConsumedCapacity: countWriteUnits };
}
