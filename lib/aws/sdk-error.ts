/** What an exception of the AWS SDK says about itself, whichever service it is of. */

export interface SdkError extends Error {
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number | undefined } | undefined;
  readonly $retryable?: unknown;
}

/** Worth another try: the service did not answer, or said to come later. */
export function isTransient(error: SdkError): boolean {
  const code = String(error.code);
  return (
    isThrottling(error) ||
    TRANSIENT_NAMES.has(error.name) ||
    NETWORK_CODES.has(code) ||
    code.startsWith('HPE_') || // Node's: what came is no HTTP
    error.$retryable !== undefined ||
    (error.$metadata?.httpStatusCode ?? 0) >= 500
  );
}

/** It was asked too much: nothing was carried out. */
export function isThrottling(error: SdkError): boolean {
  return THROTTLING_NAMES.has(error.name) || error.$metadata?.httpStatusCode === 429;
}

/** As the AWS SDK has them. */
const THROTTLING_NAMES: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

/** Those of the AWS SDK, and some of services that lull uses. */
const TRANSIENT_NAMES: ReadonlySet<string> = new Set([
  'InternalError',
  'InternalServerError',
  'OperationAborted',
  'ReplicatedWriteConflictException',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'TimeoutError',
  'TransactionConflictException',
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

/** The service does not take the key: it has expired, or was replaced. */
export function isKeyRefused({ name }: Error): boolean {
  return REFUSED_KEY_NAMES.has(name);
}

const REFUSED_KEY_NAMES: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidToken',
  'UnrecognizedClientException',
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

/** The other side does not prove that it is the service: nothing was sent. */
export function isUntrusted({ code }: SdkError): boolean {
  return CERTIFICATE_CODES.has(String(code));
}

const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What to do about it. */
export const UNTRUSTED_ADVICE =
  'Behind a proxy that reads along, name its certificate in NODE_EXTRA_CA_CERTS; and look at the clock of this machine';

/** The action that AWS names in its refusal, as in `dynamodb:PutItem`; undefined if it names none. */
export function deniedActionOf({ message }: Error): string | undefined {
  return /not authorized to perform:? ([\w-]+:[\w*]+)/.exec(message)?.[1];
}
