/** Starting a run, and waiting a little for its end. */
import type { Attributes } from '../core/attributes.ts';
import { RunNotFoundError } from '../core/run-errors.ts';
import { choiceParameter, durationParameter, jsonObjectParameter, textParameter } from './parameters.ts';
import { defineRoute } from './route.ts';
import { runHasEnded } from './run-routes.ts';
import { schemaRef } from './schemas.ts';

/** How a run is started, also for a message that is sent with the start. */
export const START_QUERY = {
  onConflict: choiceParameter(
    "If the id is taken by a run of the workflow: fail always is a 409, use-existing gives that run whatever its input. An id of another workflow's run is a 409.",
    ['fail', 'use-existing'],
  ),
  delay: durationParameter('The run begins this much later.'),
  timeout: durationParameter(
    "How long the run may take, from its begin. The workflow's own timeout holds if it is smaller.",
  ),
  attributes: jsonObjectParameter<Attributes>(
    'Attributes of the run, which it shows: texts, numbers, true and false, 1,000 bytes as JSON.',
    '{"customer":"c1"}',
  ),
};

export const startRoute = defineRoute({
  method: 'POST',
  path: '/workflows/{name}/runs',
  operationId: 'startRun',
  summary:
    'Starts a run. The same id or idempotency key again gives the run that is there, if workflow and input are the same.',
  query: {
    id: textParameter(
      'The run\'s id: 1 to 128 characters out of A-Z a-z 0-9 . _ : -, and not "." or "..". Without it, one is made up.',
    ),
    ...START_QUERY,
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
    const { wait, ...options } = query;
    const workflow = path['name'] ?? '';
    const run = await client.start(workflow, await body(), { ...options, idempotencyKey });
    const headers = { location: `/runs/${run.id}` };
    if (wait === undefined) return { status: 202, headers, body: { id: run.id } };
    const description = await run.describe({ wait: Math.min(wait, maxWaitMs) });
    // The run was purged since, and the id belongs to another one: it is not this caller's to see.
    if (description.workflow !== workflow) throw new RunNotFoundError(run.id);
    return { status: runHasEnded(description) ? 200 : 202, headers, body: description };
  },
});
