/** Schedules that are made at run time. */
import type { ScheduleOptions } from '../client/schedule-options.ts';
import { clampText } from '../core/clamp-text.ts';
import { describeValue } from '../core/describe-value.ts';
import { asObject } from './json-body.ts';
import { integerParameter, type JsonSchema, textParameter } from './parameters.ts';
import { InvalidRequestError, type ProblemCode } from './problem.ts';
import { type AnswerDescription, type Call, defineRoute, type Route } from './route.ts';
import { anyValue, schemaRef } from './schemas.ts';

const PAGE = 1_000;
const KEY = 'Requests with the same key and schedule are one request, however often they are repeated.';
const time: JsonSchema = { type: 'string', format: 'date-time' };
const schedule: AnswerDescription = { description: 'The schedule.', schema: schemaRef('Schedule') };
const problems: readonly ProblemCode[] = ['SCHEDULE_NOT_FOUND', 'INBOX_FULL'];

const createRoute = defineRoute({
  method: 'POST',
  path: '/schedules',
  operationId: 'createSchedule',
  summary: 'Creates a schedule. Again with the same values, it gives the one that is there.',
  body: {
    description: 'The schedule.',
    schema: {
      type: 'object',
      required: ['name', 'workflow', 'schedule'],
      properties: {
        name: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$', maxLength: 64 },
        workflow: { type: 'string', description: "The workflow's name." },
        input: { ...anyValue, description: "The workflow's input, the same each time. Left out: undefined." },
        schedule: { type: 'string', examples: ['rate(1 hour)', 'cron(0 8 * * ? *)', 'at(2027-01-01T09:00:00)'] },
        timezone: { type: 'string', examples: ['Europe/Berlin'], default: 'UTC' },
        overlap: { enum: ['skip', 'allow', 'cancel-other', 'buffer-one'], default: 'skip' },
        catchUp: { type: ['string', 'number'], examples: ['10m', 600_000], default: '1 minute' },
      },
      additionalProperties: false,
    },
  },
  answers: {
    201: { ...schedule, description: 'The schedule is there.', headers: { location: "The schedule's address." } },
  },
  problems: [
    ...(['SCHEDULE_EXISTS', 'UNKNOWN_WORKFLOW', 'INVALID_JSON', 'INVALID_INPUT', 'INBOX_FULL'] as const),
    ...(['PAYLOAD_TOO_LARGE', 'UNSERIALIZABLE_VALUE'] as const),
  ],
  async handle({ client, body }) {
    const { name, ...options } = readObject(await body(), '{"name":"nightly","workflow":"report",...}');
    const created = await client.schedules.create(name as string, options as unknown as NamedOptions);
    return { status: 201, headers: { location: `/schedules/${created.name}` }, body: created };
  },
});

const listRoute = defineRoute({
  method: 'GET',
  path: '/schedules',
  operationId: 'listSchedules',
  summary: 'Schedules. What changed within the last second may be missing.',
  query: {
    limit: integerParameter('Schedules on a page, at most. Default 100.', { from: 1, to: PAGE }),
    cursor: textParameter('The `cursor` of the page before.'),
  },
  answers: { 200: { description: 'A page of the list.', schema: schemaRef('SchedulePage') } },
  problems: [],
  async handle({ client, query }) {
    return { status: 200, body: await client.schedules.listPage(query) };
  },
});

const describeRoute = defineRoute({
  method: 'GET',
  path: '/schedules/{name}',
  operationId: 'describeSchedule',
  summary: 'A schedule: what it starts, when it starts the next run, which one was the last.',
  answers: { 200: schedule },
  problems: ['SCHEDULE_NOT_FOUND'],
  async handle({ client, path }) {
    return { status: 200, body: await client.schedules.describe(path['name'] ?? '') };
  },
});

const deleteRoute = defineRoute({
  method: 'DELETE',
  path: '/schedules/{name}',
  operationId: 'deleteSchedule',
  summary: 'Ends a schedule. Runs that it has started go on.',
  answers: { 200: { description: 'It is deleted.', schema: schemaRef('DeletedSchedule') } },
  problems,
  async handle({ client, path }) {
    const { name = '' } = path;
    await client.schedules.delete(name);
    return { status: 200, body: { name } };
  },
});

const pauseRoute = pausingRoute('pause', 'Lets a schedule start nothing until it is resumed. Runs go on.');

const resumeRoute = pausingRoute(
  'resume',
  'Lets a schedule go on; what it missed is made up for as far as its `catchUp` says.',
);

const triggerRoute = defineRoute({
  method: 'POST',
  path: '/schedules/{name}/trigger',
  operationId: 'triggerSchedule',
  summary: 'Starts a run of a schedule now, whatever goes on, and also if it is paused.',
  idempotencyKey: KEY,
  answers: {
    202: {
      description: 'The run is started.',
      schema: schemaRef('Accepted'),
      headers: { location: "The run's address." },
    },
  },
  problems: [...problems, 'UNKNOWN_WORKFLOW', 'INVALID_INPUT', 'IDEMPOTENCY_KEY_REUSED'],
  async handle({ client, path, idempotencyKey }) {
    const id = await client.schedules.trigger(path['name'] ?? '', { idempotencyKey });
    return { status: 202, headers: { location: `/runs/${id}` }, body: { id } };
  },
});

const backfillRoute = defineRoute({
  method: 'POST',
  path: '/schedules/{name}/backfill',
  operationId: 'backfillSchedule',
  summary:
    'Starts the runs of all times within a span, at once, 1,000 at most. A time that has had its run gets no other.',
  idempotencyKey: KEY,
  body: {
    description: 'The span: from `since` on, and before `until`.',
    schema: {
      type: 'object',
      required: ['since', 'until'],
      properties: { since: time, until: time },
      additionalProperties: false,
    },
  },
  answers: { 202: { description: 'The runs are started.', schema: schemaRef('StartedRuns') } },
  problems: [...problems, 'UNKNOWN_WORKFLOW', 'INVALID_JSON', 'INVALID_INPUT', 'IDEMPOTENCY_KEY_REUSED'],
  async handle(call) {
    return { status: 202, body: { ids: await backfill(call) } };
  },
});

type NamedOptions = ScheduleOptions & { readonly workflow: string };

export const scheduleRoutes: readonly Route[] = [
  createRoute,
  listRoute,
  describeRoute,
  deleteRoute,
  pauseRoute,
  resumeRoute,
  triggerRoute,
  backfillRoute,
];

function pausingRoute(action: 'pause' | 'resume', summary: string): Route {
  return defineRoute({
    method: 'POST',
    path: `/schedules/{name}/${action}`,
    operationId: `${action}Schedule`,
    summary,
    answers: { 200: schedule },
    problems,
    async handle({ client, path }) {
      return { status: 200, body: await client.schedules[action](path['name'] ?? '') };
    },
  });
}

async function backfill({ client, path, idempotencyKey, body }: Call<unknown>): Promise<readonly string[]> {
  const example = '{"since":"2026-11-01T00:00:00Z","until":"2026-12-01T00:00:00Z"}';
  const { since, until, ...others } = readObject(await body(), example);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new InvalidRequestError('INVALID_ARGUMENT', `the body has ${describeValue(unknown)}: send only ${example}`);
  }
  const span = { since: since as string, until: until as string };
  return client.schedules.backfill(path['name'] ?? '', { ...span, idempotencyKey });
}

function readObject(body: unknown, example: string): Readonly<Record<string, unknown>> {
  const object = asObject(body);
  if (object !== undefined) return object;
  throw new InvalidRequestError(
    'INVALID_ARGUMENT',
    `the body cannot be ${clampText(describeValue(body), 100)}: send an object such as ${example}`,
  );
}
