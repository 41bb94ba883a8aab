/** The one place where exceptions of KMS become errors of ours. */
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
  return problem === undefined ? error : new PayloadKeyError(problem, { cause: error });
}

function describe(error: Error, { action, key, by }: AskedOfKey): string | undefined {
  const { name, message } = error;
  const what = `payload key "${key}"`;
  if (isDenied(error)) {
    const denied = deniedActionOf(error) ?? `kms:${action}`;
    return `${what} may not be used: ${denied} was denied (${message})`;
  }
  switch (name) {
    case 'DisabledException':
      return `${what} is disabled: ${message}`;
    case 'KMSInvalidStateException':
      return `${what} cannot be used in its state: ${message}`;
    case 'KeyUnavailableException':
      return `${what} is not available: ${message}`;
    case 'NotFoundException':
      return `${what} is not there, or is in another region than this process: ${message}`;
    case 'IncorrectKeyException':
      return `a data key was encrypted by "${by}", and ${what} cannot decrypt it: name that one as a former key too (${message})`;
    case 'InvalidCiphertextException':
      return `a data key cannot be decrypted by ${what}: it was changed, or belongs to another table (${message})`;
    case 'InvalidKeyUsageException':
    case 'InvalidGrantTokenException':
    case 'ValidationException':
    case 'InvalidArnException':
      return `${what} cannot be used for payloads: ${message}`;
    default:
  }
  if (hasBadCredentials(error)) return `${what} cannot be used with this region and these credentials: ${message}`;
  if (isUntrusted(error)) {
    return `${what} cannot be reached: the certificate of its endpoint is not trusted (${message}). ${UNTRUSTED_ADVICE}`;
  }
  return undefined;
}
