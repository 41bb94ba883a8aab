/** Errors as HTTP answers: `application/problem+json` (RFC 9457), with the `code` of the error's class. */
import { InvalidInputError, LullError } from '../core/errors.ts';
import { describeThrown } from '../core/to-error.ts';
import { type Json, toJson } from './to-json.ts';

/** The body of an error's answer. */
export interface Problem {
  /** `urn:lull:problem:` and the code in lower case. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What happened, and what to do about it. */
  readonly detail: string;
  /** Stable across versions: what a program may compare. */
  readonly code: string;
  /** Of an input that does not fit its schema: all that is wrong with it. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  /** What the run's own code threw. */
  readonly cause?: Json;
  /** Of an internal error: finds it in the log. */
  readonly requestId?: string;
}

/** What is wrong with a request before it comes to the client. */
export class InvalidRequestError extends LullError {
  static {
    this.prototype.name = 'InvalidRequestError';
  }
  constructor(code: ProblemCode, message: string) {
    super(code, message);
  }
}

/** The handler of a query has thrown. */
export class QueryFailedError extends LullError {
  static {
    this.prototype.name = 'QueryFailedError';
  }
  constructor(name: string, cause: Error) {
    super('QUERY_FAILED', `the handler of query "${name}" has thrown ${describeThrown(cause)}`, { cause });
  }
}

interface Kind {
  readonly status: number;
  readonly title: string;
  /** For `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/** Every problem that is the caller's mistake, or temporary. All others are ours: they are logged, not sent. */
export const PROBLEMS = {
  INVALID_ARGUMENT: { status: 400, title: 'Invalid argument' },
  INVALID_JSON: { status: 400, title: 'Invalid JSON' },
  INVALID_TOKEN: { status: 401, title: 'Token is not good' },
  NOT_FOUND: { status: 404, title: 'No such address' },
  UNKNOWN_WORKFLOW: { status: 404, title: 'Unknown workflow' },
  RUN_NOT_FOUND: { status: 404, title: 'Run not found' },
  SCHEDULE_NOT_FOUND: { status: 404, title: 'Schedule not found' },
  UNKNOWN_ENTITY: { status: 404, title: 'Unknown entity' },
  UNKNOWN_HANDLER: { status: 404, title: 'Unknown handler' },
  POOL_NOT_FOUND: { status: 404, title: 'Pool not found' },
  UNKNOWN_QUERY: { status: 404, title: 'Unknown query' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed' },
  RUN_ID_TAKEN: { status: 409, title: 'Run id taken' },
  SCHEDULE_EXISTS: { status: 409, title: 'Schedule exists' },
  RUN_ENDED: { status: 409, title: 'Run has ended' },
  RUN_NOT_ENDED: { status: 409, title: 'Run has not ended' },
  RUN_NOT_BEGUN: { status: 409, title: 'Run has not begun' },
  NOT_FAILED: { status: 409, title: 'Run has not failed' },
  BASE_NOT_OF_CODE: { status: 409, title: 'Run is of other code' },
  HISTORY_DROPPED: { status: 409, title: 'History is not kept' },
  RETRY_REFUSED: { status: 409, title: 'Run cannot be tried again' },
  WORKFLOW_LIST_FULL: { status: 409, title: 'Too many workflows are paused' },
  CALL_CANCELLED: { status: 409, title: 'Call was cancelled' },
  CALLBACK_DONE: { status: 410, title: 'Callback is done' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'Payload too large' },
  INVALID_INPUT: { status: 422, title: 'Input does not fit its schema' },
  FORK_REFUSED: { status: 422, title: 'Run cannot be forked there' },
  UNSERIALIZABLE_VALUE: { status: 422, title: 'Value cannot be stored' },
  UPDATE_REFUSED: { status: 422, title: 'Update refused' },
  UPDATE_FAILED: { status: 422, title: 'Update failed' },
  QUERY_FAILED: { status: 422, title: 'Query failed' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'Idempotency key reused' },
  INBOX_FULL: { status: 429, title: 'Inbox full', retryAfterSeconds: 1 },
  VALUE_TOO_LARGE: { status: 500, title: 'Value too large for an answer' },
  STORE_UNAVAILABLE: { status: 503, title: 'Store unavailable', retryAfterSeconds: 1 },
  PAYLOAD_KEY: { status: 503, title: 'Payload key cannot be used', retryAfterSeconds: 60 },
} as const satisfies Record<string, Kind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Those whose cause is an error of the run's own code, which is the caller's to see. */
const WITH_CAUSE: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['QUERY_FAILED', 'UPDATE_REFUSED', 'UPDATE_FAILED']);

export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

/** The answer for an error that has a place in PROBLEMS; undefined for one of ours. */
export function toProblem(error: unknown): ProblemAnswer | undefined {
  if (!(error instanceof LullError) || !Object.hasOwn(PROBLEMS, error.code)) return undefined;
  const code = error.code as ProblemCode;
  const { retryAfterSeconds }: Kind = PROBLEMS[code];
  return {
    problem: {
      ...problemOf(code, error.message),
      ...(error instanceof InvalidInputError ? { errors: error.issues } : {}),
      ...(WITH_CAUSE.has(code) ? { cause: shownCause(error) } : {}),
    },
    headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
  };
}

/** What has too many parts to be shown is not: the detail has its message. */
function shownCause({ cause }: LullError): Json {
  try {
    return toJson(cause);
  } catch {
    return null;
  }
}

export function problemOf(code: ProblemCode, detail: string): Problem {
  const { status, title } = PROBLEMS[code];
  return { type: typeOf(code), title, status, detail, code };
}

/** The answer for an error of ours: it says where to look. */
export function internalProblem(requestId: string): Problem {
  return {
    type: typeOf('INTERNAL'),
    title: 'Internal error',
    status: 500,
    detail: `something went wrong inside: the log has it under the request id "${requestId}"`,
    code: 'INTERNAL',
    requestId,
  };
}

function typeOf(code: string): string {
  return `urn:lull:problem:${code.toLowerCase().replaceAll('_', '-')}`;
}
