/** The items that start a run, as a caller writes them in a transaction of its own. */
import type { Encoded } from '../core/encoded.ts';
import type { NewRun, Store } from './store.ts';

/** An entry of `TransactItems`, as the AWS SDK has it. */
export interface StartPut {
  readonly Put: {
    readonly TableName: string;
    readonly Item: Record<string, { S: string } | { N: string } | { B: Uint8Array } | { L: { S: string }[] }>;
    readonly ConditionExpression?: string;
    readonly ExpressionAttributeNames?: Record<string, string>;
  };
}

/** A store whose runs are items of a table. */
export interface StoreOfStartItems {
  /** Operation 1 as data: the run item, with the condition RunIsNew, and its input, if that is an item of its own. */
  startItems(run: NewRun, value: Encoded): Promise<readonly StartPut[]>;
}

export function hasStartItems(store: Store): store is Store & StoreOfStartItems {
  return 'startItems' in store;
}
