/** Updates: changes of a run whose answer is waited for. */
import { TimeoutError } from '../core/errors.ts';
import type { ProblemCode } from './problem.ts';
import { durationParameter } from './parameters.ts';
import { type Answer, defineRoute, type Route } from './route.ts';
import { anyValue, schemaRef } from './schemas.ts';

export const UPDATE_QUERY = { wait: durationParameter('Wait so long for the answer, 25 s at most. Default: 25 s.') };

export const UPDATE_ANSWERS = {
  200: { description: 'What the handler returned.', schema: anyValue },
  202: {
    description:
      'Accepted, and there is no answer yet. Asked again with the `idempotencyKey` as header, the same update gives it.',
    schema: schemaRef('AcceptedUpdate'),
  },
};

export const UPDATE_PROBLEMS: readonly ProblemCode[] = [
  ...(['RUN_NOT_FOUND', 'RUN_ENDED', 'INBOX_FULL', 'UPDATE_REFUSED', 'UPDATE_FAILED', 'INVALID_JSON'] as const),
  ...(['INVALID_INPUT', 'UNSERIALIZABLE_VALUE', 'PAYLOAD_TOO_LARGE', 'IDEMPOTENCY_KEY_REUSED'] as const),
];

export const UPDATE_KEY =
  'Requests with the same key, run and update are one update, and each gets its answer, until the run is purged.';

const updateRoute = defineRoute({
  method: 'POST',
  path: '/runs/{id}/updates/{name}',
  operationId: 'updateRun',
  summary: 'Asks a run to carry out an update, and waits for the answer.',
  query: UPDATE_QUERY,
  idempotencyKey: UPDATE_KEY,
  body: { description: "The update's input. Empty: undefined.", schema: {} },
  answers: UPDATE_ANSWERS,
  problems: UPDATE_PROBLEMS,
  async handle({ client, path, query, idempotencyKey, maxWaitMs, body }) {
    const { id = '', name = '' } = path;
    const input = await body();
    const how = { idempotencyKey, maxWaitMs, waitMs: query.wait };
    return answerInTime(id, how, (options) => client.run(id).update(name, input, options));
  },
});

export const updateRoutes: readonly Route[] = [updateRoute];

interface Waiting {
  readonly idempotencyKey: string | undefined;
  readonly maxWaitMs: number;
  readonly waitMs: number | undefined;
}

/** An update of which the gateway cannot wait for the answer goes on, and can be asked for again. */
export async function answerInTime(
  runId: string,
  { idempotencyKey = crypto.randomUUID(), maxWaitMs, waitMs = maxWaitMs }: Waiting,
  update: (options: { readonly idempotencyKey: string; readonly timeout: number }) => Promise<unknown>,
): Promise<Answer> {
  try {
    const body = await update({ idempotencyKey, timeout: Math.min(waitMs, maxWaitMs) });
    return { status: 200, body };
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    return { status: 202, body: { id: runId, idempotencyKey } };
  }
}
