/** The one place where exceptions of S3 become errors of ours. An object that is not there is an answer. */
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
import { operationsWith, type PayloadAction } from './payload-actions.ts';

/** What was asked for, where. */
export interface Asked {
  readonly action: PayloadAction;
  readonly bucketName: string;
}

/** The error to throw in its place: the same one if it is not the world's fault. */
export function translateError(error: unknown, asked: Asked): unknown {
  if (!(error instanceof Error)) return error;
  if (isTransient(error)) return new StoreUnavailableError(asked.action, { cause: error });
  const problem = describe(error, asked);
  if (problem === undefined) return error;
  return new StoreNotSetUpError(`bucket "${asked.bucketName}" ${problem}`, { cause: error });
}

function describe(error: Error, { action }: Asked): string | undefined {
  const { name, message } = error;
  if (name === 'NoSuchBucket') return 'is not there: deploy it, or check its name, the region and the endpoint';
  if (name === 'PermanentRedirect') return `is in another region: ${message}`;
  if (isDenied(error)) {
    const denied = deniedActionOf(error) ?? action;
    return `may not be used: ${denied} was denied (${message}). ${describeGrants(operationsWith(action))}`;
  }
  if (hasBadCredentials(error)) return `cannot be used with this region and these credentials: ${message}`;
  if (isUntrusted(error)) {
    return `cannot be reached: the certificate of its endpoint is not trusted (${message}). ${UNTRUSTED_ADVICE}`;
  }
  return undefined;
}
