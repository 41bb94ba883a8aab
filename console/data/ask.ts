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

/** `path` begins with a slash, and its segments are encoded. Rejects with Refused, or with a TypeError if there is no answer. */
export async function ask<T>(path: string, question: Question = {}): Promise<T> {
  const { method = 'GET', query = {}, body, key, signal } = question;
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  const response = await fetch(`api${path}${text === '' ? '' : `?${text}`}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const answer = readJson(await response.text());
  if (!response.ok) throw new Refused(response.status, (answer ?? {}) as Record<string, unknown>);
  return answer as T;
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
