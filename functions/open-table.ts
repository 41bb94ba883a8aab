/** The table of a function that has to do with values: they are encrypted where the environment names a payload key. */
import type { Logger } from '../lib/core/logger.ts';
import { createDynamodbStore } from '../lib/dynamodb/create-dynamodb-store.ts';
import { loggedKey } from '../lib/kms/logged-key.ts';
import { openPayloadKey } from '../lib/kms/open-payload-key.ts';
import type { FunctionSettings } from '../lib/lambda/environment.ts';
import type { Store } from '../lib/ports/store.ts';
import { reportsWriteUnits } from './count-write-units.ts';

export function openTable(settings: FunctionSettings, log: Logger): Store {
  return open(settings, log, false);
}

/** A caller waits for each answer, and retries. */
export function openTableForCallers(settings: FunctionSettings, log: Logger): Store {
  return open(settings, log, true);
}

function open(settings: FunctionSettings, log: Logger, isForCallers: boolean): Store {
  const { tableName, bucketName, payloadKey } = settings;
  return createDynamodbStore({
    ...{ isForCallers, tableName, bucketName },
    payloadKey: payloadKey && loggedKey(openPayloadKey(payloadKey), log),
    ...reportsWriteUnits(settings),
  });
}
