/** Completing a callback by its token. The token is all the permission it takes: the gateway may let in everybody here. */
import type { Client } from '../client/client.ts';
import type { ProblemCode } from './problem.ts';
import { defineRoute, type Route } from './route.ts';
import { schemaRef } from './schemas.ts';

const problems: readonly ProblemCode[] = [
  'INVALID_TOKEN',
  'CALLBACK_DONE',
  'RUN_ENDED',
  'RUN_NOT_FOUND',
  'INBOX_FULL',
  'INVALID_JSON',
  'PAYLOAD_TOO_LARGE',
  'UNSERIALIZABLE_VALUE',
];

const REPEATED =
  'Requests with the same key and token are one request, however often they are repeated: else the second one is a 410.';

const completeRoute = callbackRoute({
  path: '/callbacks/{token}',
  operationId: 'completeCallback',
  summary: 'Completes a callback: its run gets the value at its await.',
  idempotencyKey: REPEATED,
  body: 'The value. Empty: undefined.',
  problems: [...problems, 'INVALID_INPUT'],
  send: (client, { token, body, idempotencyKey }) => client.completeCallback(token, body, { idempotencyKey }),
});

const failRoute = callbackRoute({
  path: '/callbacks/{token}/fail',
  operationId: 'failCallback',
  summary: 'Fails a callback: the await of its run throws the error.',
  idempotencyKey: REPEATED,
  body: 'The error: a text, or an object with a message, and a name if you like. Empty: an error without a message.',
  problems,
  send: (client, { token, body, idempotencyKey }) => client.failCallback(token, body ?? '', { idempotencyKey }),
});

const heartbeatRoute = callbackRoute({
  path: '/callbacks/{token}/heartbeat',
  operationId: 'heartbeatCallback',
  summary: 'Says that the work on a callback goes on.',
  body: 'Details, for the run to look at. Empty: undefined.',
  problems,
  send: (client, { token, body }) => client.heartbeatCallback(token, body),
});

export const callbackRoutes: readonly Route[] = [completeRoute, failRoute, heartbeatRoute];

interface CallbackRoute {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly idempotencyKey?: string;
  readonly body: string;
  readonly problems: readonly ProblemCode[];
  readonly send: (
    client: Client,
    call: { readonly token: string; readonly body: unknown; readonly idempotencyKey: string | undefined },
  ) => Promise<string>;
}

function callbackRoute({ body: description, send, ...route }: CallbackRoute): Route {
  return defineRoute({
    method: 'POST',
    ...route,
    body: { description, schema: {} },
    answers: { 200: { description: 'Accepted: the run will get it.', schema: schemaRef('Accepted') } },
    async handle({ client, path, idempotencyKey, body }) {
      const id = await send(client, { token: path['token'] ?? '', body: await body(), idempotencyKey });
      return { status: 200, body: { id } };
    },
  });
}
