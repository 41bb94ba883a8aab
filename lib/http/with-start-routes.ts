/** A message to a run that is started for it if it is not there yet. */
import { clampText } from '../core/clamp-text.ts';
import { describeValue } from '../core/describe-value.ts';
import { asObject } from './json-body.ts';
import { InvalidRequestError, type ProblemCode } from './problem.ts';
import { defineRoute, type Route } from './route.ts';
import { anyValue, schemaRef } from './schemas.ts';
import { START_QUERY } from './start-route.ts';
import { answerInTime, UPDATE_ANSWERS, UPDATE_KEY, UPDATE_PROBLEMS, UPDATE_QUERY } from './update-routes.ts';

const problems: readonly ProblemCode[] = [
  ...(['UNKNOWN_WORKFLOW', 'INVALID_JSON', 'RUN_ID_TAKEN', 'RUN_ENDED', 'INBOX_FULL', 'PAYLOAD_TOO_LARGE'] as const),
  ...(['INVALID_INPUT', 'UNSERIALIZABLE_VALUE', 'IDEMPOTENCY_KEY_REUSED'] as const),
];

const signalWithStartRoute = defineRoute({
  method: 'POST',
  path: '/workflows/{name}/runs/{id}/signals/{signal}',
  operationId: 'signalWithStart',
  summary: 'Sends a run a signal, and starts the run for it if there is none of that id.',
  query: START_QUERY,
  idempotencyKey: 'Requests with the same key, run and signal send one signal, however often they are repeated.',
  body: {
    description: "The workflow's input and the signal's payload. What is left out is undefined.",
    schema: bodySchema('payload'),
  },
  answers: {
    202: {
      description: 'The run is there, and will get the signal.',
      schema: schemaRef('Accepted'),
      headers: { location: "The run's address." },
    },
  },
  problems,
  async handle({ client, path, query, idempotencyKey, body }) {
    const { name = '', id = '', signal = '' } = path;
    const { input, payload } = readBody(await body(), 'payload');
    const run = await client.signalWithStart(name, input, { ...query, id, idempotencyKey, signal, payload });
    return { status: 202, headers: { location: `/runs/${run.id}` }, body: { id: run.id } };
  },
});

const updateWithStartRoute = defineRoute({
  method: 'POST',
  path: '/workflows/{name}/runs/{id}/updates/{update}',
  operationId: 'updateWithStart',
  summary:
    'Asks a run to carry out an update, starts the run for it if there is none of that id, and waits for the answer.',
  query: { ...START_QUERY, ...UPDATE_QUERY },
  idempotencyKey: UPDATE_KEY,
  body: {
    description: "The workflow's input and the update's input (`args`). What is left out is undefined.",
    schema: bodySchema('args'),
  },
  answers: UPDATE_ANSWERS,
  problems: [...new Set([...problems, ...UPDATE_PROBLEMS])],
  async handle({ client, path, query: { wait: waitMs, ...start }, idempotencyKey, maxWaitMs, body }) {
    const { name = '', id = '', update = '' } = path;
    const { input, args } = readBody(await body(), 'args');
    return answerInTime(id, { idempotencyKey, maxWaitMs, waitMs }, ({ idempotencyKey: key, timeout: answerTimeout }) =>
      client.updateWithStart(name, input, { ...start, id, idempotencyKey: key, update, args, answerTimeout }),
    );
  },
});

export const withStartRoutes: readonly Route[] = [signalWithStartRoute, updateWithStartRoute];

function bodySchema(part: string): Readonly<Record<string, unknown>> {
  return { type: 'object', properties: { input: anyValue, [part]: anyValue }, additionalProperties: false };
}

function readBody<Part extends string>(body: unknown, part: Part): { readonly [P in Part | 'input']?: unknown } {
  if (body === undefined) return {};
  const object = asObject(body);
  if (object !== undefined && Object.keys(object).every((key) => key === 'input' || key === part)) {
    return object as { readonly [P in Part | 'input']?: unknown };
  }
  const keys = object && clampText(Object.keys(object).join(', '), 100);
  throw new InvalidRequestError(
    'INVALID_ARGUMENT',
    `the body cannot be ${describeValue(body)}${keys === undefined ? '' : ` with ${keys}`}: send an object ` +
      `with "input" and "${part}", each of them if you like, such as {"input":{},"${part}":{}}`,
  );
}
