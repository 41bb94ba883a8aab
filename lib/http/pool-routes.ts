/** Pools: their limits, who has their places, who waits. */
import { describeValue } from '../core/describe-value.ts';
import { asObject } from './json-body.ts';
import { InvalidRequestError } from './problem.ts';
import { type AnswerDescription, defineRoute, type Route } from './route.ts';
import { schemaRef } from './schemas.ts';

const pool: AnswerDescription = { description: 'The pool.', schema: schemaRef('Pool') };

const listRoute = defineRoute({
  method: 'GET',
  path: '/pools',
  operationId: 'listPools',
  summary: 'Pools: all that were ever asked for a place.',
  answers: { 200: { description: 'In alphabetical order.', schema: schemaRef('Pools') } },
  problems: [],
  async handle({ client }) {
    return { status: 200, body: { pools: await client.pools.list() } };
  },
});

const describeRoute = defineRoute({
  method: 'GET',
  path: '/pools/{name}',
  operationId: 'describePool',
  summary: 'A pool: its limits, who has its places, and who waits for one, the next one first.',
  answers: { 200: { description: 'The pool.', schema: schemaRef('PoolDescription') } },
  problems: ['POOL_NOT_FOUND'],
  async handle({ client, path }) {
    return { status: 200, body: await client.pools.describe(path['name'] ?? '') };
  },
});

const setRoute = defineRoute({
  method: 'POST',
  path: '/pools/{name}',
  operationId: 'setPool',
  summary: 'Sets limits of a pool, which count in place of all that the code says, until they are reset.',
  body: { description: 'The limits. What is left out is not limited.', schema: schemaRef('PoolLimits') },
  answers: { 200: pool },
  problems: ['POOL_NOT_FOUND', 'INVALID_JSON'],
  async handle({ client, path, body }) {
    const given = await body();
    const limits = asObject(given);
    if (limits === undefined) {
      throw new InvalidRequestError(
        'INVALID_ARGUMENT',
        `the body cannot be ${describeValue(given)}: send the limits, as in {"concurrency":5}`,
      );
    }
    return { status: 200, body: await client.pools.set(path['name'] ?? '', limits) };
  },
});

const resetRoute = actionRoute('reset', 'The limits of the code count again. Also a success if none were set.');
const pauseRoute = actionRoute('pause', 'Lets a pool give no places until it is resumed. What has one goes on.');
const resumeRoute = actionRoute('resume', 'Lets a pool give places again. Also a success if it is not paused.');

export const poolRoutes: readonly Route[] = [listRoute, describeRoute, setRoute, pauseRoute, resumeRoute, resetRoute];

function actionRoute(action: 'pause' | 'resume' | 'reset', summary: string): Route {
  return defineRoute({
    method: 'POST',
    path: `/pools/{name}/${action}`,
    operationId: `${action}Pool`,
    summary,
    answers: { 200: pool },
    problems: ['POOL_NOT_FOUND'],
    async handle({ client, path }) {
      return { status: 200, body: await client.pools[action](path['name'] ?? '') };
    },
  });
}
