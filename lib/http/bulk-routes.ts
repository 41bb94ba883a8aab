/** The same for many runs, a page at a time: within the time that a gateway waits. */
import type { BulkAction } from '../client/bulk.ts';
import { describeValue } from '../core/describe-value.ts';
import type { RunFilter } from '../client/list-runs.ts';
import { InvalidRequestError } from './problem.ts';
import { defineRoute, type Route } from './route.ts';
import { RUN_STATUSES, schemaRef } from './schemas.ts';

/** What is left of the time of a request for the runs that are in work. */
const MARGIN_MS = 10_000;

const filterSchema = {
  type: 'object',
  description: 'As the parameters of GET /runs. At least one of them.',
  minProperties: 1,
  additionalProperties: false,
  properties: {
    workflow: { type: 'string' },
    status: { anyOf: [{ enum: RUN_STATUSES }, { type: 'array', items: { enum: RUN_STATUSES } }] },
    since: { type: 'string', format: 'date-time' },
    until: { type: 'string', format: 'date-time' },
    attributes: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
  },
};

export const bulkRoutes: readonly Route[] = [
  bulkRoute('cancel', 'Asks all runs to stop that a filter finds.'),
  bulkRoute('terminate', 'Ends all runs at once that a filter finds.'),
  bulkRoute('retry', 'Lets all failed runs go on that a filter finds, each from the step that failed.'),
  bulkRoute('delete', 'Deletes all runs that a filter finds and that have ended.'),
];

function bulkRoute(action: BulkAction, summary: string): Route {
  const reason = { type: 'string', maxLength: 1000, description: 'Why, for people.' };
  return defineRoute({
    method: 'POST',
    path: `/bulk/${action}`,
    operationId: `${action}All`,
    summary: `${summary} A page at a time: call again with the cursor of the answer until there is none.`,
    body: {
      description: 'Which runs, and how.',
      schema: {
        type: 'object',
        required: ['filter'],
        additionalProperties: false,
        properties: {
          filter: filterSchema,
          dryRun: { type: 'boolean', description: 'Only say which runs it would be. Default false.' },
          ...(action === 'delete' || action === 'retry' ? {} : { reason }),
          limit: { type: 'integer', minimum: 1, maximum: 1000, description: 'Runs on a page, at most. Default 100.' },
          cursor: { type: 'string', description: 'The `cursor` of the page before.' },
        },
      },
    },
    answers: { 200: { description: 'What came of the runs of this page.', schema: schemaRef('BulkPage') } },
    problems: ['INVALID_JSON', 'PAYLOAD_TOO_LARGE'],
    async handle({ client, maxWaitMs, body }) {
      const { filter, ...options } = readBody(await body());
      const endsByMs = performance.now() + Math.max(0, maxWaitMs - MARGIN_MS);
      const { results, cursor } = await client.bulkPage(action, filter, options, endsByMs);
      const shown = results.map(({ id, done, error }) => ({
        id,
        done,
        ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
      }));
      return { status: 200, body: { results: shown, cursor } };
    },
  });
}

/** What may be in it is for the client to check. */
function readBody(body: unknown): { readonly filter: RunFilter } {
  if (typeof body === 'object' && body !== null && 'filter' in body) return body as { readonly filter: RunFilter };
  throw new InvalidRequestError(
    'INVALID_ARGUMENT',
    `the body cannot be ${describeValue(body)}: send an object with a filter, such as {"filter":{"workflow":"checkout"},"dryRun":true}`,
  );
}
