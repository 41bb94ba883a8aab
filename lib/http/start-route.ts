/** Starting a run, and waiting a little for its end. */
import { choiceParameter, durationParameter, textParameter } from './parameters.ts';
import { defineRoute } from './route.ts';
import { hasEnded } from './run-routes.ts';
import { schemaRef } from './schemas.ts';

export const startRoute = defineRoute({
  method: 'POST',
  path: '/workflows/{name}/runs',
  operationId: 'startRun',
  summary:
    'Starts a run. The same id or idempotency key again gives the run that is there, if workflow and input are the same.',
  query: {
    id: textParameter("The run's id: 1 to 128 characters out of A-Z a-z 0-9 . _ : -. Without it, one is made up."),
    onConflict: choiceParameter(
      'If the id is taken: fail always is a 409, use-existing gives the run that is there whatever its input.',
      ['fail', 'use-existing'],
    ),
    delay: durationParameter('The run begins this much later.'),
    wait: durationParameter('Wait so long for the run to end, 25 s at most.'),
  },
  idempotencyKey: 'Requests with the same key and workflow start one run, however often they are repeated.',
  body: { description: "The workflow's input. Empty: undefined.", schema: {} },
  answers: {
    200: {
      description: 'The run has ended within `wait`: with its result, or with what it failed with.',
      schema: schemaRef('Run'),
    },
    202: {
      description: 'The run is started, and goes on. With `wait`: as it is then.',
      schema: { anyOf: [schemaRef('Accepted'), schemaRef('Run')] },
      headers: { location: "The run's address." },
    },
  },
  problems: [
    'UNKNOWN_WORKFLOW',
    'INVALID_JSON',
    'RUN_ID_TAKEN',
    'PAYLOAD_TOO_LARGE',
    'INVALID_INPUT',
    'UNSERIALIZABLE_VALUE',
    'IDEMPOTENCY_KEY_REUSED',
  ],
  async handle({ client, path, query, idempotencyKey, maxWaitMs, body }) {
    const { id, delay, wait, onConflict } = query;
    const run = await client.start(path['name'] ?? '', await body(), { id, idempotencyKey, delay, onConflict });
    const headers = { location: `/runs/${run.id}` };
    if (wait === undefined) return { status: 202, headers, body: { id: run.id } };
    const description = await run.describe({ wait: Math.min(wait, maxWaitMs) });
    return { status: hasEnded(description) ? 200 : 202, headers, body: description };
  },
});
