/** Passes a request of the page on to the engine's HTTP API, and its answer back. */
import type { Incoming } from './admit.ts';

/** The engine that a console shows. */
export interface ConsoleEngine {
  /** As the page shows it, such as `lull dev` or `stack Shop`. */
  readonly name: string;
  /** A look at it costs nothing. */
  readonly isLocal: boolean;
  /** Sends a request to its HTTP API, signed if need be; `path` begins with a slash. */
  fetch(path: string, init: RequestInit): Promise<Response>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What the page sends beside the body. Its cookies and the rest are of no concern to an engine. */
const SENT_HEADERS = ['content-type', 'idempotency-key'] as const;
const RETURNED_HEADERS = ['content-type', 'location', 'retry-after', 'x-request-id'] as const;
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'DELETE']);
/** Longer than the gateway's own limit of 30 s. */
const TIMEOUT_MS = 40_000;

export async function forward(
  engine: ConsoleEngine,
  { method, headers }: Incoming,
  { path, body }: { readonly path: string; readonly body: Uint8Array },
): Promise<Reply> {
  if (!METHODS.has(method)) return problem(405, 'METHOD_NOT_ALLOWED', `the console does not pass ${method} on`);
  const sent = pick(SENT_HEADERS, (name) => headers[name]);
  const init = { method, headers: sent, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' as const };
  try {
    const response = await engine.fetch(path, body.length === 0 ? init : { ...init, body: Buffer.from(body) });
    return {
      status: response.status,
      headers: pick(RETURNED_HEADERS, (name) => response.headers.get(name) ?? undefined),
      body: new Uint8Array(await response.arrayBuffer()),
    };
  } catch (error) {
    return problem(502, 'ENGINE_UNREACHABLE', `${engine.name} cannot be reached: ${describe(error)}`);
  }
}

function pick(names: readonly string[], find: (name: string) => unknown): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = find(name);
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}

/** In the form of the engine's own refusals. */
export function problem(status: number, code: string, detail: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify({ type: `urn:lull:problem:${code.toLowerCase().replaceAll('_', '-')}`, status, detail, code }),
  };
}

function describe(error: unknown): string {
  const { name, message, cause } = error as Error & {
    readonly cause?: { readonly code?: string; readonly message?: string };
  };
  if (name === 'TimeoutError') return `it has not answered within ${TIMEOUT_MS / 1_000} s`;
  return cause?.code ?? cause?.message ?? message;
}
