/** The table of a function that has nothing to do with values: what is encrypted stays so. */
import { createBareStore } from '../lib/dynamodb/create-bare-store.ts';
import type { FunctionSettings } from '../lib/lambda/environment.ts';
import type { Store } from '../lib/ports/store.ts';
import { reportsWriteUnits } from './count-write-units.ts';

export function openBareTable(settings: FunctionSettings): Store {
  const { tableName, bucketName } = settings;
  return createBareStore({ tableName, bucketName, ...reportsWriteUnits(settings) });
}
