/** Answers of AWS's JSON protocols. */
import type { SignedRequest } from '../iam/signature.ts';
import { AwsError, type AwsAnswer, type RefusalKind } from './service.ts';

/** Each kind's name and status code in a service. */
export type RefusalNames = Readonly<Record<RefusalKind, readonly [code: string, statusCode: number]>>;

/** Where they are the same in all services: but for the status code. */
export function signatureNames(
  statusCode: number,
): Omit<RefusalNames, 'AccessDenied' | 'Throttled' | 'InternalFailure'> {
  return {
    MissingAuthenticationTokenException: ['MissingAuthenticationTokenException', statusCode],
    IncompleteSignatureException: ['IncompleteSignatureException', statusCode],
    UnrecognizedClientException: ['UnrecognizedClientException', statusCode],
    InvalidSignatureException: ['InvalidSignatureException', statusCode],
    RequestTimeTooSkewed: ['InvalidSignatureException', statusCode],
    UnknownOperation: ['UnknownOperationException', 400],
  };
}

/** The operation that the header `x-amz-target` names: `DynamoDB_20120810.PutItem`. */
export function operationOf({ headers }: SignedRequest): string {
  return String(headers['x-amz-target'] ?? '')
    .split('.')
    .slice(1)
    .join('.');
}

export function readJson({ body }: SignedRequest): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString() || '{}');
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // answered below, as anything else that is not an object
  }
  throw new AwsError('SerializationException', 'The request body is not a JSON object.');
}

export function jsonAnswer(statusCode: number, body: unknown, headers: Record<string, string> = {}): AwsAnswer {
  return {
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.0', ...headers },
    body: JSON.stringify(body),
  };
}
