/** The HTTP API on a table in memory. */
import { z } from 'zod';
import { workflow } from '../../lib/api/workflow.ts';
import type { ClientOptions } from '../../lib/client/client-ports.ts';
import { createApi, type Api } from '../../lib/http/api.ts';
import type { Problem } from '../../lib/http/problem.ts';
import { createWorld, type World } from '../client/client-world.ts';
import * as rating from '../client/fixtures/rating.ts';

const greet = workflow('greet', function* (name: string) {
  return `Hello, ${name}`;
});
const order = workflow(
  'order',
  { input: z.object({ id: z.string(), lines: z.array(z.object({ price: z.number() })) }) },
  function* () {},
);

const WORKFLOWS = { greet, order, ...rating };

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface ApiWorld extends World {
  readonly api: Api;
  apiWith(options: ClientOptions): Api;
  get(path: string, headers?: Record<string, string>): Promise<Answered>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
}

export function createApiWorld(): ApiWorld {
  const world = createWorld({ workflows: WORKFLOWS });
  const workflows = ['greet', 'order', 'rating'];
  const apiWith = (options: ClientOptions): Api =>
    createApi({ client: world.clientWith(options), workflows, log: world.log });
  const api = apiWith({});
  return {
    ...world,
    api,
    apiWith,
    get: (path, headers = {}) => ask(api, path, { headers }),
    post: (path, body, headers = {}) =>
      ask(api, path, {
        method: 'POST',
        headers,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  };
}

export async function ask(api: Api, path: string, init: RequestInit = {}): Promise<Answered> {
  const response = await api.request(path, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** Status and code of an answer that is a problem, and its detail; throws for another one. */
export function problemOf({ status, headers, body }: Answered): { status: number; code: string; detail: string } {
  if (headers.get('content-type') !== 'application/problem+json') {
    throw new Error(`no problem: ${status} ${JSON.stringify(body)}`);
  }
  const problem = body as Problem;
  if (problem.status !== status) throw new Error(`the problem says ${problem.status}, the answer ${status}`);
  return { status, code: problem.code, detail: problem.detail };
}
