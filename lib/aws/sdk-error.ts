/** What an exception of the AWS SDK says about itself, whichever service it is of. */

export interface SdkError extends Error {
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number | undefined } | undefined;
  readonly $retryable?: unknown;
}

/** Worth another try: the service did not answer, or said to come later. */
export function isTransient(error: SdkError): boolean {
  const status = error.$metadata?.httpStatusCode ?? 0;
  return (
    TRANSIENT_NAMES.has(error.name) ||
    NETWORK_CODES.has(String(error.code)) ||
    error.$retryable !== undefined ||
    status >= 500
  );
}

const TRANSIENT_NAMES: ReadonlySet<string> = new Set([
  'InternalError',
  'InternalServerError',
  'LimitExceededException',
  'OperationAborted',
  'ProvisionedThroughputExceededException',
  'ReplicatedWriteConflictException',
  'RequestLimitExceeded',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'SlowDown',
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

/** The caller is known, and not allowed. */
export function isDenied({ name }: Error): boolean {
  return name === 'AccessDeniedException' || name === 'AccessDenied';
}

/** The caller is not known, or the request cannot be signed. */
export function hasBadCredentials({ name, message }: Error): boolean {
  return CREDENTIAL_NAMES.has(name) || message === 'Region is missing';
}

const CREDENTIAL_NAMES: ReadonlySet<string> = new Set([
  'AuthorizationHeaderMalformed',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidAccessKeyId',
  'InvalidSignatureException',
  'InvalidToken',
  'MissingAuthenticationTokenException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

/** The action that AWS names in its refusal, as in `dynamodb:PutItem`; undefined if it names none. */
export function deniedActionOf({ message }: Error): string | undefined {
  return /not authorized to perform:? ([\w-]+:[\w*]+)/.exec(message)?.[1];
}
