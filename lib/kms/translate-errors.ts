/**
 * The one place where exceptions of KMS become errors of ours. Each is said twice: in words that callers may read, and are
 * stored; and, as their cause, with the key and with what KMS has said, for logs.
 */
import {
  deniedActionOf,
  hasBadCredentials,
  isDenied,
  isTransient,
  isUntrusted,
  UNTRUSTED_ADVICE,
} from '../aws/sdk-error.ts';
import { PayloadKeyError, StoreUnavailableError } from '../ports/world-errors.ts';

export interface AskedOfKey {
  readonly action: string;
  /** The key that encrypts here. */
  readonly key: string;
  /** The one that has encrypted what is to be decrypted, as it was named there. */
  readonly by: string;
}

/** The error to throw in its place: the same one if it is not the world's fault. */
export function translateError(error: unknown, asked: AskedOfKey): unknown {
  if (!(error instanceof Error)) return error;
  if (isTransient(error) || error.name === 'DependencyTimeoutException' || error.name === 'KMSInternalException') {
    return new StoreUnavailableError(`kms:${asked.action}`, { cause: error });
  }
  const problem = describe(error, asked);
  return problem === undefined ? error : new PayloadKeyError(problem, { cause: new KmsRefusal(error, asked) });
}

/** What only those may read who operate the engine. */
export class KmsRefusal extends Error {
  /** `name`: that of KMS. */
  constructor(error: Error, { action, key, by }: AskedOfKey) {
    const ofOther = by === key ? '' : `, of a data key that was encrypted by "${by}"`;
    super(`kms:${action} with payload key "${key}"${ofOther}: ${error.message}`, { cause: error });
    this.name = error.name;
  }
}

const WHAT = 'the payload key';

function describe(error: Error, { action }: AskedOfKey): string | undefined {
  const { name } = error;
  if (isDenied(error)) {
    return `${WHAT} may not be used: ${deniedActionOf(error) ?? `kms:${action}`} was denied (${name})`;
  }
  switch (name) {
    case 'DisabledException':
      return `${WHAT} is disabled (${name})`;
    case 'KMSInvalidStateException':
      return `${WHAT} cannot be used in its state: it may be about to be deleted (${name})`;
    case 'KeyUnavailableException':
      return `${WHAT} is not available (${name})`;
    case 'NotFoundException':
      return `${WHAT} is not there, or is in another region than this process (${name})`;
    case 'IncorrectKeyException':
      return `a data key was encrypted by another payload key: name that one as a former key too (${name})`;
    case 'InvalidCiphertextException':
      return `a data key cannot be decrypted by ${WHAT}: it was changed, or belongs to another table (${name})`;
    case 'InvalidKeyUsageException':
    case 'InvalidGrantTokenException':
    case 'ValidationException':
    case 'InvalidArnException':
      return `${WHAT} cannot be used for payloads (${name})`;
    default:
  }
  if (hasBadCredentials(error)) return `${WHAT} cannot be used with this region and these credentials (${name})`;
  if (isUntrusted(error)) {
    return `${WHAT} cannot be reached: the certificate of its endpoint is not trusted. ${UNTRUSTED_ADVICE}`;
  }
  return undefined;
}
