/** Requests to the server of this page, which passes them on to the engine. */

/** The engine has answered, and said no. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Readonly<Record<string, unknown>>;

  constructor(status: number, problem: Readonly<Record<string, unknown>>) {
    super(typeof problem['detail'] === 'string' ? problem['detail'] : `the engine answered ${status}`);
    this.name = 'Refused';
    this.status = status;
    this.code = typeof problem['code'] === 'string' ? problem['code'] : '';
    this.problem = problem;
  }
}

export interface Question {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Undefined: no body. */
  readonly body?: unknown;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

/** `path` begins with a slash, and its segments are encoded. Rejects with Refused, with a TypeError if there is no answer, or with an Error of the server of the page. */
export async function ask<T>(path: string, question: Question = {}): Promise<T> {
  const { method = 'GET', query = {}, body, key, signal } = question;
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const parameters = search.size === 0 ? '' : `?${search.toString()}`;
  const response = await fetch(`api${path}${parameters}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  const answer = readJson(text);
  if (response.ok) return answer as T;
  if (typeof answer === 'object' && answer !== null)
    throw new Refused(response.status, answer as Readonly<Record<string, unknown>>);
  // The server of the page itself, such as one that was started again, and has another link since.
  throw new Error(text.trim() === '' ? `the server answered ${response.status}` : text.trim());
}

/** `pathOf('runs', id)`: each segment may hold any character. */
export function pathOf(...segments: readonly string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
}

function readJson(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
