/** Calling entities: a handler, and waiting for its answer, or a read. */
import { isErrorOfHandler } from '../client/ask-query.ts';
import { type EntityCallOptions, wrapperOf } from '../client/call-entity.ts';
import type { Client } from '../client/client.ts';
import type { NamedEntityClient } from '../client/entities.ts';
import { entityRunId, kindOfCall } from '../core/entity.ts';
import { InvalidRequestError, type ProblemCode, QueryFailedError } from './problem.ts';
import { type Answer, type Call, defineRoute, type Route } from './route.ts';
import { anyValue } from './schemas.ts';
import { answerInTime, UPDATE_ANSWERS, UPDATE_QUERY } from './update-routes.ts';

const problems: readonly ProblemCode[] = [
  ...(['UNKNOWN_ENTITY', 'UNKNOWN_HANDLER', 'RUN_ID_TAKEN', 'QUERY_FAILED', 'UNSERIALIZABLE_VALUE'] as const),
];

const readRoute = defineRoute({
  method: 'GET',
  path: '/entities/{name}/{key}/{read}',
  operationId: 'readEntity',
  summary: 'Asks a read of an entity, without arguments. It wakes no worker, and an entity that never was answers too.',
  answers: { 200: { description: 'What the read returns, as of the last call.', schema: anyValue } },
  problems: [...problems, 'METHOD_NOT_ALLOWED'],
  async handle(call) {
    const { read = '', name = '' } = call.path;
    const { kind, calls } = find(call, read);
    if (kind === 'read') return answerRead(calls, read, []);
    throw new InvalidRequestError('METHOD_NOT_ALLOWED', `"${read}" of entity "${name}" is a handler: POST to it`);
  },
});

const callRoute = defineRoute({
  method: 'POST',
  path: '/entities/{name}/{key}/{handler}',
  operationId: 'callEntity',
  summary:
    'Calls a handler of an entity, and waits for the answer; the entity is begun if it is not there. Or asks a read with arguments.',
  query: UPDATE_QUERY,
  idempotencyKey:
    'Requests with the same key, entity and handler are one call, and each gets its answer. A read needs none.',
  body: {
    description: 'The arguments, as an array. What is no array is the only argument. Empty: there are none.',
    schema: {},
  },
  answers: UPDATE_ANSWERS,
  problems: [
    ...problems,
    ...(['RUN_ENDED', 'CALL_CANCELLED', 'INBOX_FULL', 'UPDATE_FAILED', 'INVALID_JSON', 'PAYLOAD_TOO_LARGE'] as const),
    'IDEMPOTENCY_KEY_REUSED',
  ],
  async handle(call) {
    const { path, query, idempotencyKey, maxWaitMs } = call;
    const { handler = '' } = path;
    const args = toArguments(await call.body());
    const { kind, runId, calls } = find(call, handler);
    if (kind === 'read') return answerRead(calls, handler, args);
    return answerInTime(runId, { idempotencyKey, maxWaitMs, waitMs: query.wait }, async (options) => {
      try {
        return await find(call, handler, options).calls[handler]?.(...args);
      } catch (error) {
        throw wrapperOf(error) ?? error;
      }
    });
  },
});

export const entityRoutes: readonly Route[] = [readRoute, callRoute];

interface Found {
  readonly kind: 'handler' | 'read';
  readonly runId: string;
  readonly calls: NamedEntityClient;
}

function find(
  { client, path }: Pick<Call<unknown>, 'path'> & { readonly client: Client },
  called: string,
  options: EntityCallOptions = {},
): Found {
  const { name = '', key = '' } = path;
  const definition = client.entity.find(name);
  const kind = kindOfCall(definition, called);
  return { kind, runId: entityRunId(definition, key), calls: client.entity(name, key, options) };
}

function toArguments(body: unknown): readonly unknown[] {
  if (body === undefined) return [];
  return Array.isArray(body) ? body : [body];
}

async function answerRead(calls: NamedEntityClient, read: string, args: readonly unknown[]): Promise<Answer> {
  try {
    return { status: 200, body: await calls[read]?.(...args) };
  } catch (error) {
    throw isErrorOfHandler(error) ? new QueryFailedError(read, error) : error;
  }
}
