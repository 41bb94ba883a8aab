/** The description of the HTTP API, worked out of its routes. */
import type { JsonSchema, Parameter } from './parameters.ts';
import { PROBLEMS, type ProblemCode } from './problem.ts';
import { pathParametersOf, type AnswerDescription, type Route } from './route.ts';
import { SCHEMAS, schemaRef } from './schemas.ts';

/** An OpenAPI 3.1 document. */
export function describeApi(routes: readonly Route[], workflows: readonly string[]): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = describeRoute(route, workflows);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'lull',
      version: '1',
      description: 'Runs of workflows: start them, look at them, send them messages.',
    },
    paths,
    components: { schemas: SCHEMAS },
  };
}

function describeRoute(route: Route, workflows: readonly string[]): JsonSchema {
  const { path, operationId, summary, query = {}, idempotencyKey, body } = route;
  return {
    operationId,
    summary,
    parameters: [
      ...pathParametersOf(path).map((name) => pathParameter(path, name, workflows)),
      ...Object.entries(query).map(([name, parameter]) => queryParameter(name, parameter)),
      ...(idempotencyKey === undefined ? [] : [idempotencyHeader(idempotencyKey)]),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { description: body.description, required: false, content: json(body.schema) } }),
    responses: describeAnswers(route),
  };
}

function pathParameter(path: string, name: string, workflows: readonly string[]): JsonSchema {
  const isWorkflow = path.startsWith(`/workflows/{${name}}`);
  return { name, in: 'path', required: true, schema: { type: 'string', ...(isWorkflow ? { enum: workflows } : {}) } };
}

function queryParameter(name: string, { description, schema }: Parameter<unknown>): JsonSchema {
  return { name, in: 'query', description, schema, ...(schema['type'] === 'array' ? { explode: false } : {}) };
}

function idempotencyHeader(description: string): JsonSchema {
  return {
    name: 'Idempotency-Key',
    in: 'header',
    description,
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  };
}

/** A status may stand for several problems. */
function describeAnswers({ answers, problems }: Route): JsonSchema {
  const responses: Record<string, JsonSchema> = {};
  for (const [status, answer] of Object.entries(answers)) responses[status] = describeAnswer(answer);
  const all: readonly ProblemCode[] = [...problems, 'INVALID_ARGUMENT', 'STORE_UNAVAILABLE', 'PAYLOAD_KEY'];
  for (const status of new Set(all.map((code) => PROBLEMS[code].status))) {
    const codes = all.filter((code) => PROBLEMS[code].status === status);
    const description = codes.map((code) => `${PROBLEMS[code].title} (${code})`).join(', ');
    responses[status] = { description, content: { 'application/problem+json': { schema: schemaRef('Problem') } } };
  }
  return responses;
}

function describeAnswer({ description, schema, eventStream, headers }: AnswerDescription): JsonSchema {
  const described = Object.entries(headers ?? {}).map(([name, text]) => [
    name,
    { description: text, schema: { type: 'string' } },
  ]);
  return {
    description,
    ...(schema === undefined ? {} : { content: { ...json(schema), ...ofEvents(eventStream) } }),
    ...(described.length === 0 ? {} : { headers: Object.fromEntries(described) as JsonSchema }),
  };
}

function ofEvents(description: string | undefined): JsonSchema {
  return description === undefined ? {} : { 'text/event-stream': { schema: { type: 'string', description } } };
}

function json(schema: JsonSchema): JsonSchema {
  return { 'application/json': { schema } };
}
