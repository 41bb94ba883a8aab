/** Going on with a run that has failed, or from an earlier place of a run. */
import { describeValue } from '../core/describe-value.ts';
import { asObject } from './json-body.ts';
import { InvalidRequestError } from './problem.ts';
import { defineRoute, type Route } from './route.ts';
import { anyValue, schemaRef } from './schemas.ts';

const retryRoute = defineRoute({
  method: 'POST',
  path: '/runs/{id}/retry',
  operationId: 'retryRun',
  summary: 'Has a failed run go on from the step that failed. Nothing that was recorded before it is done again.',
  body: {
    description: 'Empty, or an object.',
    schema: {
      type: 'object',
      properties: {
        force: {
          type: 'boolean',
          description:
            'Also if the run has done other steps after the failure, which are then forgotten. Default false.',
        },
      },
      additionalProperties: false,
    },
  },
  answers: { 202: { description: 'The run goes on.', schema: schemaRef('Accepted') } },
  problems: ['RUN_NOT_FOUND', 'NOT_FAILED', 'RETRY_REFUSED', 'INVALID_JSON', 'PAYLOAD_TOO_LARGE'],
  async handle({ client, path, body }) {
    const run = client.run(path['id'] ?? '');
    await run.retry(readOptions(await body()));
    return { status: 202, body: { id: run.id } };
  },
});

const forkRoute = defineRoute({
  method: 'POST',
  path: '/runs/{id}/fork',
  operationId: 'forkRun',
  summary: 'Starts a run whose journal begins with that of this one, up to a step.',
  body: {
    description: 'Before which step, and what the fork is given.',
    schema: {
      type: 'object',
      properties: {
        before: { type: 'string', description: 'The `stepId` of the step, as the history shows it: `charge#3`.' },
        input: { ...anyValue, description: 'Another input. Left out: that of the run.' },
        id: { type: 'string', description: 'The id of the fork. Default: one is made up.' },
      },
      required: ['before'],
      additionalProperties: false,
    },
  },
  answers: {
    202: {
      description: 'The fork is started.',
      schema: schemaRef('Accepted'),
      headers: { location: "The fork's address." },
    },
  },
  problems: [
    ...(['RUN_NOT_FOUND', 'RUN_ID_TAKEN', 'INVALID_JSON', 'PAYLOAD_TOO_LARGE'] as const),
    ...(['INVALID_INPUT', 'UNSERIALIZABLE_VALUE', 'FORK_REFUSED'] as const),
  ],
  async handle({ client, path, body }) {
    const fork = await client.run(path['id'] ?? '').fork(readFork(await body()));
    return { status: 202, headers: { location: `/runs/${fork.id}` }, body: { id: fork.id } };
  },
});

export const repairRoutes: readonly Route[] = [retryRoute, forkRoute];

function readOptions(body: unknown): { readonly force?: boolean } {
  if (body === undefined) return {};
  const { force = false, ...others } = asObject(body) ?? { other: body };
  if (typeof force === 'boolean' && Object.keys(others).length === 0) return { force };
  throw new InvalidRequestError(
    'INVALID_ARGUMENT',
    `the body cannot be ${describeValue(body)}: send nothing, or {"force":true}`,
  );
}

function readFork(body: unknown): { readonly before: string; readonly input?: unknown; readonly id?: string } {
  const { before, id, input: _input, ...others } = asObject(body) ?? {};
  const isId = id === undefined || typeof id === 'string';
  if (typeof before === 'string' && isId && Object.keys(others).length === 0) return body as { before: string };
  throw new InvalidRequestError(
    'INVALID_ARGUMENT',
    `the body cannot be ${describeValue(body)}: send an object with a stepId of the run's history, and an input and an id ` +
      `if you like, such as {"before":"charge#3"}`,
  );
}
