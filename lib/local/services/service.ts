/** What the services of the endpoint have in common: a request asks for accesses, and is answered in a protocol. */
import type { Decision } from '../iam/authorize.ts';
import type { Principal } from '../iam/principal.ts';
import type { SignatureCode, SignedRequest } from '../iam/signature.ts';

export interface AwsAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** Something that has to be allowed. */
export interface Access {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

export interface Caller {
  readonly principal: Principal;
  isAllowed(access: Access): Promise<Decision>;
}

/** A request that was understood. */
export interface AwsCall {
  /** `PutItem`. */
  readonly operation: string;
  /** All of them have to be allowed. */
  readonly accesses: readonly Access[];
  answer(caller: Caller): Promise<AwsAnswer>;
}

/** Why a request is not carried out, whatever it asks for; each protocol has its own name for it. */
export type RefusalKind = SignatureCode | 'AccessDenied' | 'InternalFailure' | 'Throttled' | 'UnknownOperation';

export interface AwsService {
  /** May throw an AwsError. */
  read(request: SignedRequest): AwsCall;
  refuse(kind: RefusalKind, message: string): AwsAnswer;
  /** What an AwsError is in the service's protocol. */
  fail(error: AwsError): AwsAnswer;
}

/** An error of a service, by its name there. */
export class AwsError extends Error {
  readonly code: string;
  readonly statusCode: number;

  constructor(code: string, message: string, statusCode = 400) {
    super(message);
    this.code = code;
    this.statusCode = statusCode;
  }
}

/** A request for something that this cloud does not have. */
export class UnknownOperationError extends Error {
  constructor(service: string, operation: string, known: readonly string[]) {
    const knows = known.length > 0 ? `, which of ${service} has ${known.join(', ')}` : '';
    super(`${service}:${operation} is not in the local cloud${knows}`);
  }
}
