/** The HTTP API of an engine elsewhere: requests and their answers, and problems as errors. */
import * as coreErrors from '../../core/errors.ts';
import * as runErrors from '../../core/run-errors.ts';
import { toError } from '../../core/to-error.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The engine has refused a request, or could not be reached. `code` is that of its answer. */
export class RemoteEngineError extends coreErrors.LullError {
  static {
    this.prototype.name = 'RemoteEngineError';
  }
  /** Of the answer; 0 if there was none. */
  readonly status: number;

  constructor(code: string, message: string, status: number, options?: ErrorOptions) {
    super(code, message, options);
    this.status = status;
  }
}

export interface RemoteCall {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
}

export class RemoteApi {
  readonly #endpoint: string;
  readonly #fetch: Fetch;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(endpoint: string, send: Fetch, headers: Readonly<Record<string, string>>) {
    this.#endpoint = endpoint.replace(/\/+$/, '');
    this.#fetch = send;
    this.#headers = headers;
  }

  /** The answer's body and status. Raises what the engine's answer says, and a RemoteEngineError if there is none. */
  async call(
    path: string,
    { method = 'GET', query = {}, body, idempotencyKey }: RemoteCall = {},
  ): Promise<RemoteAnswer> {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = given.length > 0 ? `?${new URLSearchParams(given).toString()}` : '';
    const url = `${this.#endpoint}${path}${search}`;
    const headers = {
      ...this.#headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    };
    const response = await this.#send(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = readJson(text);
    if (response.ok) return { status: response.status, body: answer };
    throw toProblem(answer, { url, status: response.status, text });
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    try {
      return await this.#fetch(url, init);
    } catch (error) {
      const cause = toError(error);
      const why = cause.cause === undefined ? cause.message : toError(cause.cause).message || cause.message;
      throw new RemoteEngineError(
        'ENGINE_UNREACHABLE',
        `no engine answers at ${url}: ${why}. Is it started (lull dev), and is the address right?`,
        0,
        { cause },
      );
    }
  }
}

export interface RemoteAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** An error as an answer has it: `name`, `message`, `code`. Where lull has the class, it is an instance of it. */
export function errorFromJson(json: unknown): Error {
  const { name = 'Error', message = '', code, cause } = (json ?? {}) as Record<string, unknown>;
  const known = { ...coreErrors, ...runErrors } as Record<string, unknown>;
  const Class = known[String(name)];
  const prototype = typeof Class === 'function' ? (Class.prototype as object) : Error.prototype;
  const error = new Error(String(message), cause === undefined ? undefined : { cause: errorFromJson(cause) });
  if (prototype !== Error.prototype) Object.setPrototypeOf(error, prototype);
  else if (name !== 'Error') Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  if (code !== undefined) Object.assign(error, { code });
  return error;
}

function toProblem(answer: unknown, { url, status, text }: { url: string; status: number; text: string }): Error {
  const { code, detail, cause, errors } = (answer ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string') {
    const advice =
      status === 401 || status === 403 ? '. The API wants signed requests: give `fetch`, or credentials' : '';
    return new RemoteEngineError(
      'UNEXPECTED_ANSWER',
      `${url} answers ${status}: ${text.slice(0, 200)}${advice}`,
      status,
    );
  }
  const options = cause === undefined ? {} : { cause: errorFromJson(cause) };
  const error = new RemoteEngineError(code, typeof detail === 'string' ? detail : code, status, options);
  const Class = CLASSES[code];
  if (Class !== undefined) {
    Object.setPrototypeOf(error, Class.prototype as object);
    if (Array.isArray(errors)) Object.assign(error, { issues: errors });
  }
  return error;
}

/** What callers of a kit's engine get for the same mistakes. */
const CLASSES: Readonly<Record<string, { readonly prototype: unknown }>> = {
  FORK_REFUSED: runErrors.ForkRefusedError,
  IDEMPOTENCY_KEY_REUSED: runErrors.IdempotencyKeyReusedError,
  INBOX_FULL: runErrors.InboxFullError,
  INVALID_ARGUMENT: runErrors.InvalidArgumentError,
  INVALID_INPUT: coreErrors.InvalidInputError,
  NOT_FAILED: runErrors.NotFailedError,
  RETRY_REFUSED: runErrors.RetryRefusedError,
  RUN_ENDED: runErrors.RunEndedError,
  RUN_ID_TAKEN: runErrors.RunIdTakenError,
  RUN_NOT_BEGUN: runErrors.RunNotBegunError,
  RUN_NOT_ENDED: runErrors.RunNotEndedError,
  RUN_NOT_FOUND: runErrors.RunNotFoundError,
  UNKNOWN_QUERY: runErrors.UnknownQueryError,
  UPDATE_FAILED: runErrors.UpdateFailedError,
  UPDATE_REFUSED: runErrors.UpdateRefusedError,
};

function readJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
