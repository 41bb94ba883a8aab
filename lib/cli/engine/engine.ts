/** An engine that the command talks to, over HTTP: requests in, JSON out, refusals as CliErrors. */
import { randomUUID } from 'node:crypto';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Surroundings } from '../surroundings.ts';
import { readRefusal } from './read-refusal.ts';

/** A request of lull's HTTP API. */
export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `/runs/o-17`: its segments are encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON. Undefined: no body. */
  readonly body?: unknown;
  /** As `Idempotency-Key`: with it, a request that was not answered is sent again. */
  readonly key?: string;
}

export interface EngineAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface Engine {
  /** For messages: `lull dev at http://127.0.0.1:4000`. */
  readonly name: string;
  readonly url: string;
  /** A look at it costs nothing. */
  readonly isLocal: boolean;
  /** Rejects with a CliError for each answer that is no success. */
  ask(request: EngineRequest): Promise<EngineAnswer>;
  /** Sends a request as it is, signed if need be; `path` begins with a slash. Its refusals are answers. */
  fetch(path: string, init: RequestInit): Promise<Response>;
  /** The body of the answer to a GET. */
  get<T>(path: string, query?: EngineRequest['query']): Promise<T>;
}

export interface EngineAddress {
  readonly name: string;
  /** Without a slash at its end. */
  readonly url: string;
  /** Sends a request, signed if need be. */
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** So often a request is sent that was not answered, or that was answered with "later". */
const TRIES = 4;
const FIRST_PAUSE_MS = 300;
/** Longer than the gateway's own limit of 30 s. */
const TIMEOUT_MS = 40_000;

export function connect(address: EngineAddress, { sleep }: Pick<Surroundings, 'sleep'>): Engine {
  const ask = async (request: EngineRequest): Promise<EngineAnswer> => {
    const isRepeatable = request.method === 'GET' || request.key !== undefined;
    for (let tries = 1; ; tries += 1) {
      const outcome = await send(address, request);
      if ('answer' in outcome) return outcome.answer;
      if (!(outcome.isTemporary && isRepeatable && tries < TRIES)) throw outcome.error;
      await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1));
    }
  };
  return {
    name: address.name,
    url: address.url,
    isLocal: /^http:\/\/(localhost|127\.|\[::1\])/.test(address.url),
    ask,
    fetch: (path, init) => address.fetch(`${address.url}${path}`, init),
    get: async <T>(path: string, query?: EngineRequest['query']) =>
      (await ask({ method: 'GET', path, ...(query === undefined ? {} : { query }) })).body as T,
  };
}

/** For a request that changes something: the same key again is the same request. */
export function newKey(): string {
  return randomUUID();
}

/** A path of segments, of which each may hold any character: `pathOf('runs', id)`. */
export function pathOf(...segments: readonly string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
}

type Outcome = { readonly answer: EngineAnswer } | { readonly error: CliError; readonly isTemporary: boolean };

async function send(address: EngineAddress, { method, path, query = {}, body, key }: EngineRequest): Promise<Outcome> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const url = `${address.url}${path}${search.size === 0 ? '' : `?${search.toString()}`}`;
  const headers: Record<string, string> = {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  let response: Response;
  let text: string;
  try {
    response = await address.fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    text = await response.text();
  } catch (error) {
    if (error instanceof CliError) throw error;
    return { error: new CliError(EXIT.unreachable, describeNetworkError(error, address)), isTemporary: true };
  }
  if (!response.ok) return readRefusal({ status: response.status, text, address, path });
  return { answer: { status: response.status, body: readJson(text, address) } };
}

function readJson(text: string, address: EngineAddress): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CliError(
      EXIT.unreachable,
      `${address.name} does not answer with JSON: is that the address of an engine?`,
    );
  }
}

function describeNetworkError(error: unknown, { name, url }: EngineAddress): string {
  const { name: kind, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (kind === 'TimeoutError') return `${name} has not answered within ${TIMEOUT_MS / 1_000} s`;
  const { host } = new URL(url);
  switch (cause?.code) {
    case 'ECONNREFUSED':
      return `${name} cannot be reached: nothing listens at ${host}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${name} cannot be reached: there is no host ${host}`;
    default:
      return `${name} cannot be reached: ${cause?.message ?? message}`;
  }
}
