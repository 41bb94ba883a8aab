/** Sending something to a run. A 202 means: accepted, and the run will get it exactly once. */
import { describeValue } from '../core/describe-value.ts';
import type { Run, TerminateOptions } from '../client/run.ts';
import { asObject } from './json-body.ts';
import type { JsonSchema } from './parameters.ts';
import { InvalidRequestError, type ProblemCode } from './problem.ts';
import { type AnswerDescription, defineRoute, type Route } from './route.ts';
import { schemaRef } from './schemas.ts';

const accepted: AnswerDescription = { description: 'Accepted: the run will get it.', schema: schemaRef('Accepted') };
const problems: readonly ProblemCode[] = [
  'IDEMPOTENCY_KEY_REUSED',
  'RUN_NOT_FOUND',
  'RUN_ENDED',
  'INBOX_FULL',
  'INVALID_JSON',
  'PAYLOAD_TOO_LARGE',
];

const signalRoute = defineRoute({
  method: 'POST',
  path: '/runs/{id}/signals/{name}',
  operationId: 'signalRun',
  summary: 'Sends a signal to a run, which gets it after those that were accepted before.',
  idempotencyKey:
    'Requests with the same key, run and signal give the run one signal, however often they are repeated.',
  body: { description: "The signal's payload. Empty: undefined.", schema: {} },
  answers: { 202: accepted },
  problems: [...problems, 'INVALID_INPUT', 'UNSERIALIZABLE_VALUE'],
  async handle({ client, path, idempotencyKey, body }) {
    const run = client.run(path['id'] ?? '');
    await run.signal(path['name'] ?? '', await body(), { idempotencyKey });
    return { status: 202, body: { id: run.id } };
  },
});

const cancelRoute = controlRoute({
  kind: 'cancel',
  summary: 'Asks a run to stop: its code may clean up, and may go on. Asking again does not interrupt that.',
  send: (run, reason, options) => run.cancel(reason, options),
});

const terminateRoute = controlRoute({
  kind: 'terminate',
  summary:
    'Ends a run at once, without running any more of its code, but for the undos of its steps if they are asked for.',
  flags: { undo: { type: 'boolean', description: 'Undo the steps that have completed first. Default false.' } },
  send: (run, reason, options) => run.terminate(reason, options),
});

const pauseRoute = pauseOrResumeRoute({
  verb: 'pause',
  summary:
    'Lets a run do nothing new until it is resumed. Signals and updates are accepted and wait; a request to cancel or to terminate ends the pause.',
  send: (run) => run.pause(),
});

const resumeRoute = pauseOrResumeRoute({
  verb: 'resume',
  summary: 'Lets a paused run go on: what came meanwhile reaches it now.',
  send: (run) => run.resume(),
});

export const messageRoutes: readonly Route[] = [signalRoute, cancelRoute, terminateRoute, pauseRoute, resumeRoute];

function pauseOrResumeRoute({
  verb,
  summary,
  send,
}: {
  readonly verb: 'pause' | 'resume';
  readonly summary: string;
  readonly send: (run: Run<unknown>) => Promise<void>;
}): Route {
  return defineRoute({
    method: 'POST',
    path: `/runs/{id}/${verb}`,
    operationId: `${verb}Run`,
    summary: `${summary} Also a success if nothing is to be done.`,
    answers: { 202: { description: 'Accepted.', schema: schemaRef('Accepted') } },
    problems: ['RUN_NOT_FOUND', 'RUN_ENDED'],
    async handle({ client, path }) {
      const run = client.run(path['id'] ?? '');
      await send(run);
      return { status: 202, body: { id: run.id } };
    },
  });
}

function controlRoute({
  kind,
  summary,
  flags = {},
  send,
}: {
  kind: 'cancel' | 'terminate';
  summary: string;
  /** What the body may have besides the reason. */
  flags?: Readonly<Record<string, JsonSchema>>;
  send: (run: Run<unknown>, reason: string | undefined, options: TerminateOptions) => Promise<void>;
}): Route {
  return defineRoute({
    method: 'POST',
    path: `/runs/{id}/${kind}`,
    operationId: `${kind}Run`,
    summary,
    idempotencyKey: 'Requests with the same key and run are one request, however often they are repeated.',
    body: {
      description: 'Why, for people. Empty: no reason.',
      schema: {
        type: 'object',
        properties: { reason: { type: 'string', maxLength: 1000 }, ...flags },
        additionalProperties: false,
      },
    },
    answers: { 202: accepted },
    problems,
    async handle({ client, path, idempotencyKey, body }) {
      const run = client.run(path['id'] ?? '');
      const { reason, ...options } = readRequest(await body(), Object.keys(flags));
      await send(run, reason, { idempotencyKey, ...options });
      return { status: 202, body: { id: run.id } };
    },
  });
}

function readRequest(body: unknown, flags: readonly string[]): { readonly reason?: string; readonly undo?: boolean } {
  if (body === undefined) return {};
  const object = asObject(body);
  if (object !== undefined) {
    const { reason, ...others } = object;
    const isReason = reason === undefined || typeof reason === 'string';
    const areFlags = Object.entries(others).every(
      ([name, value]) => flags.includes(name) && typeof value === 'boolean',
    );
    if (isReason && areFlags) return object;
  }
  throw new InvalidRequestError(
    'INVALID_ARGUMENT',
    `the body cannot be ${describeValue(body)}: send nothing, or an object with a reason, such as {"reason":"out of stock"}`,
  );
}
