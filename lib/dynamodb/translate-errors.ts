/** The one place where exceptions of the SDK become errors of ours. A condition that failed is an answer: see `table.ts`. */
import { StoreNotSetUpError, StoreUnavailableError } from '../ports/world-errors.ts';

/** What was asked for, where. */
export interface Asked {
  readonly operation: string;
  readonly tableName: string;
}

/** The error to throw in its place: the same one if it is not the world's fault. */
export function translateError(error: unknown, { operation, tableName }: Asked): unknown {
  if (!(error instanceof Error)) return error;
  if (isTransient(error)) return new StoreUnavailableError(operation, { cause: error });
  const setUp = describeSetUp(error, tableName);
  return setUp === undefined ? error : new StoreNotSetUpError(setUp, { cause: error });
}

const TRANSIENT_NAMES: ReadonlySet<string> = new Set([
  'InternalServerError',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'ReplicatedWriteConflictException',
  'RequestLimitExceeded',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'ThrottlingException',
  'TimeoutError',
  'TransactionConflictException',
  'TransactionInProgressException',
]);

const NETWORK_CODES: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

interface SdkError extends Error {
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $retryable?: unknown;
}

function isTransient(error: SdkError): boolean {
  const status = error.$metadata?.httpStatusCode ?? 0;
  return (
    TRANSIENT_NAMES.has(error.name) ||
    NETWORK_CODES.has(String(error.code)) ||
    error.$retryable !== undefined ||
    status >= 500
  );
}

const DENIED_NAMES: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'CredentialsProviderError',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
]);

function describeSetUp({ name, message }: Error, tableName: string): string | undefined {
  if (name === 'ResourceNotFoundException') {
    return `table "${tableName}" is not there: deploy it, or check its name, the region and the endpoint`;
  }
  if (name === 'ValidationException' && /specified index|match the schema|key condition/i.test(message)) {
    return `table "${tableName}" is laid out differently: ${message}. Deploy it as this version of lull describes it`;
  }
  if (DENIED_NAMES.has(name) || message === 'Region is missing') {
    return `table "${tableName}" cannot be used with this region and these credentials: ${message}`;
  }
  return undefined;
}
