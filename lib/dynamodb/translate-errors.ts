/** The one place where exceptions of the SDK become errors of ours. A condition that failed is an answer: see `table.ts`. */
import { describeGrants } from '../aws/caller-grants.ts';
import {
  deniedActionOf,
  hasBadCredentials,
  isDenied,
  isTransient,
  isUntrusted,
  UNTRUSTED_ADVICE,
} from '../aws/sdk-error.ts';
import { StoreNotSetUpError, StoreUnavailableError } from '../ports/world-errors.ts';
import { isOfSealedItems, REENCRYPT_ACTIONS } from './sealed-actions.ts';
import type { TableOperation } from './table.ts';

/** What was asked for, where. */
export interface Asked {
  readonly operation: TableOperation;
  readonly tableName: string;
}

/** The error to throw in its place: the same one if it is not the world's fault. */
export function translateError(error: unknown, { operation, tableName }: Asked): unknown {
  if (!(error instanceof Error)) return error;
  if (isTransient(error)) return new StoreUnavailableError(operation, { cause: error });
  const setUp = describeSetUp(error, { operation, tableName });
  return setUp === undefined ? error : new StoreNotSetUpError(setUp, { cause: error });
}

function describeSetUp(error: Error, { operation, tableName }: Asked): string | undefined {
  const { name, message } = error;
  if (name === 'ResourceNotFoundException') {
    return `table "${tableName}" is not there: deploy it, or check its name, the region and the endpoint`;
  }
  if (name === 'ValidationException' && /specified index|match the schema|key condition/i.test(message)) {
    return `table "${tableName}" is laid out differently: ${message}. Deploy it as this version of lull describes it`;
  }
  if (isDenied(error)) {
    const denied = deniedActionOf(error) ?? `an action of "${operation}"`;
    const advice = isOfSealedItems(operation)
      ? `lull reencrypt needs ${REENCRYPT_ACTIONS.join(', ')} on it`
      : describeGrants([operation]);
    return `table "${tableName}" may not be used: ${denied} was denied (${message}). ${advice}`;
  }
  if (hasBadCredentials(error)) {
    return `table "${tableName}" cannot be used with this region and these credentials: ${message}`;
  }
  if (isUntrusted(error)) {
    return `table "${tableName}" cannot be reached: the certificate of its endpoint is not trusted (${message}). ${UNTRUSTED_ADVICE}`;
  }
  return undefined;
}
