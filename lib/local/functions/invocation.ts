/** What became of one invocation, in Lambda's own words. */

/** The payloads are JSON texts, as Lambda passes them on. */
export type Invocation =
  | { readonly kind: 'succeeded'; readonly payload: string }
  /** The function threw, its process died, or its time was up: `payload` has errorType, errorMessage and often a trace. */
  | {
      readonly kind: 'failed';
      /** Lambda's `X-Amz-Function-Error`. */
      readonly error: 'Unhandled';
      readonly payload: string;
      /** The end of what it logged, 4 KB at most. */
      readonly logTail: string;
    }
  /** No sandbox was to be had, and none may be made: Lambda's 429. It did not begin. */
  | { readonly kind: 'throttled' }
  | Refusal;

/** Lambda does not take such a request. It did not begin. */
export interface Refusal {
  readonly kind: 'refused';
  /** Lambda's name of the exception. */
  readonly error:
    'InvalidRequestContentException' | 'RequestTooLargeException' | 'ResourceNotFoundException' | 'ServiceException';
  readonly statusCode: number;
  readonly message: string;
}

/** An asynchronous invocation was put in line, or not. */
export type Acceptance = { readonly kind: 'accepted'; readonly requestId: string } | Refusal;

export interface InvokeOptions {
  /** A version or an alias. Absent: `$LATEST`. */
  readonly qualifier?: string;
}
