/** Workflows: which there are, what they take, and pausing whole ones. */
import type { PauseWorkflowOptions } from '../client/workflows.ts';
import { describeValue } from '../core/describe-value.ts';
import { asObject } from './json-body.ts';
import { InvalidRequestError } from './problem.ts';
import { type AnswerDescription, defineRoute, type Route } from './route.ts';
import { schemaRef } from './schemas.ts';

const workflow: AnswerDescription = { description: 'The workflow.', schema: schemaRef('Workflow') };

const listRoute = defineRoute({
  method: 'GET',
  path: '/workflows',
  operationId: 'listWorkflows',
  summary: 'Names of the workflows that can be started, and which workflows are paused.',
  answers: { 200: { description: 'In alphabetical order.', schema: schemaRef('Workflows') } },
  problems: [],
  async handle({ client, workflows }) {
    const paused = (await client.workflows.list()).filter((one) => one.paused);
    return { status: 200, body: { workflows, ...(paused.length === 0 ? {} : { paused }) } };
  },
});

const describeRoute = defineRoute({
  method: 'GET',
  path: '/workflows/{name}',
  operationId: 'describeWorkflow',
  summary: 'A workflow: whether it is paused, and what its input has to be, where its schema can say it.',
  answers: { 200: { description: 'The workflow.', schema: schemaRef('WorkflowDescription') } },
  problems: ['UNKNOWN_WORKFLOW'],
  async handle({ client, path }) {
    return { status: 200, body: await client.workflows.describe(path['name'] ?? '') };
  },
});

const pauseRoute = defineRoute({
  method: 'POST',
  path: '/workflows/{name}/pause',
  operationId: 'pauseWorkflow',
  summary:
    'Pauses a workflow: its runs begin no turns until it is resumed, within 5 seconds. What is started and sent is accepted, and waits; requests to cancel and to terminate are carried out. Also a success if it is paused: its first reason stays.',
  body: {
    description: 'Why, for people. Empty: no reason.',
    schema: {
      type: 'object',
      properties: { reason: { type: 'string', maxLength: 200 } },
      additionalProperties: false,
    },
  },
  answers: { 200: workflow },
  problems: ['UNKNOWN_WORKFLOW', 'WORKFLOW_LIST_FULL', 'INVALID_JSON'],
  async handle({ client, path, body }) {
    return { status: 200, body: await client.workflows.pause(path['name'] ?? '', readOptions(await body())) };
  },
});

const resumeRoute = defineRoute({
  method: 'POST',
  path: '/workflows/{name}/resume',
  operationId: 'resumeWorkflow',
  summary:
    'Lets a workflow go on: runs that wait for it take their turns within about a minute. Also a success if it is not paused.',
  answers: { 200: workflow },
  problems: ['UNKNOWN_WORKFLOW', 'WORKFLOW_LIST_FULL'],
  async handle({ client, path }) {
    return { status: 200, body: await client.workflows.resume(path['name'] ?? '') };
  },
});

export const workflowRoutes: readonly Route[] = [listRoute, describeRoute, pauseRoute, resumeRoute];

function readOptions(body: unknown): PauseWorkflowOptions {
  if (body === undefined) return {};
  const { reason, ...others } = asObject(body) ?? { '': body };
  const [unknown] = Object.keys(others);
  if (unknown === undefined) return reason === undefined ? {} : { reason: reason as string };
  throw new InvalidRequestError(
    'INVALID_ARGUMENT',
    `the body cannot be ${describeValue(body)}: send nothing, or an object such as {"reason":"the bank is down"}`,
  );
}
