/** Asking a run a question. Nothing is written. */
import { isErrorOfHandler } from '../client/ask-query.ts';
import { type ProblemCode, QueryFailedError } from './problem.ts';
import { type Call, defineRoute, type Route } from './route.ts';
import { anyValue } from './schemas.ts';

const answers = { 200: { description: 'What the handler returns, as of the last record.', schema: anyValue } };
const problems: readonly ProblemCode[] = [
  ...(['RUN_NOT_FOUND', 'RUN_NOT_BEGUN', 'UNKNOWN_QUERY', 'UNKNOWN_WORKFLOW', 'QUERY_FAILED'] as const),
  ...(['BASE_NOT_OF_CODE', 'UNSERIALIZABLE_VALUE'] as const),
];

const queryRoute = defineRoute({
  method: 'GET',
  path: '/runs/{id}/queries/{name}',
  operationId: 'queryRun',
  summary: 'Asks a run a query without arguments. A run that has ended answers too.',
  answers,
  problems,
  handle: (call) => ask(call, undefined),
});

const queryWithArgumentsRoute = defineRoute({
  method: 'POST',
  path: '/runs/{id}/queries/{name}',
  operationId: 'queryRunWithArguments',
  summary: 'Asks a run a query with arguments. A run that has ended answers too.',
  body: { description: "The query's arguments. Empty: undefined.", schema: {} },
  answers,
  problems: [...problems, 'INVALID_JSON', 'PAYLOAD_TOO_LARGE'],
  handle: async (call) => ask(call, await call.body()),
});

export const queryRoutes: readonly Route[] = [queryRoute, queryWithArgumentsRoute];

async function ask({ client, path }: Call<unknown>, args: unknown): Promise<{ status: number; body: unknown }> {
  const { id = '', name = '' } = path;
  try {
    return { status: 200, body: await client.run(id).query(name, args) };
  } catch (error) {
    throw isErrorOfHandler(error) ? new QueryFailedError(name, error) : error;
  }
}
