/** One route: what it takes, what it answers, and what it does. The app serves it, the OpenAPI document describes it. */
import type { Client } from '../client/client.ts';
import type { JsonSchema, Parameter } from './parameters.ts';
import type { ProblemCode } from './problem.ts';

/** What a route is given of a request. */
export interface Call<Query> {
  readonly client: Client;
  /** Names of the workflows that there are. */
  readonly workflows: readonly string[];
  /** The parameters of the path, by name. */
  readonly path: Readonly<Record<string, string>>;
  /** The query parameters that were given. */
  readonly query: Partial<Query>;
  readonly idempotencyKey: string | undefined;
  /** The caller takes server-sent events: behind the event of that id, if it has come before. */
  readonly events: { readonly lastId: string | undefined } | undefined;
  /** A request may wait no longer. */
  readonly maxWaitMs: number;
  /** The body as JSON; undefined if it is empty. */
  readonly body: () => Promise<unknown>;
}

export interface Answer {
  readonly status: number;
  /** Any value: it is shown as plain JSON. A 204 has none. */
  readonly body?: unknown;
  /** In place of it, as it is: server-sent events. */
  readonly eventStream?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface AnswerDescription {
  readonly description: string;
  /** Absent: the answer has no body. */
  readonly schema?: JsonSchema;
  /** What it is as server-sent events, for a caller who takes those. */
  readonly eventStream?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RouteDescription<Query> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As OpenAPI writes it: `/runs/{id}`. */
  readonly path: string;
  /** For generated clients. */
  readonly operationId: string;
  readonly summary: string;
  readonly query?: { readonly [Name in keyof Query]: Parameter<Query[Name]> };
  /** Says what the header `Idempotency-Key` does here, where it does something. */
  readonly idempotencyKey?: string;
  readonly body?: { readonly description: string; readonly schema: JsonSchema };
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  /** Beside those that any request may meet. */
  readonly problems: readonly ProblemCode[];
  handle(call: Call<Query>): Promise<Answer>;
}

/** Any route, whatever its query parameters. */
export type Route = RouteDescription<Record<string, unknown>>;

/** Keeps the types of the query parameters between a route's description and its handler. */
export function defineRoute<Query>(route: RouteDescription<Query>): Route {
  return route;
}

/** The parameters of a path, in order. */
export function pathParametersOf(path: string): string[] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = '']) => name);
}
