import { expect, it } from 'vitest';
import { findRoute } from '../../../../lib/local/triggers/http/http-routes.ts';
import type { RouteResource } from '../../../../lib/local/resources.ts';

const route = (routeKey: string): RouteResource => ({
  routeKey,
  authorization: { kind: 'none' },
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:api',
});

// the example of API Gateway's own guide, with some more
const ROUTES = [
  '$default',
  'ANY /{proxy+}',
  'GET /pets/{proxy+}',
  'GET /pets/dog/{id}',
  'ANY /pets/dog/{id}',
  'GET /pets/dog/1',
  'POST /',
].map(route);

it.each([
  ['GET', '/pets/dog/1', 'GET /pets/dog/1', {}],
  ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
  ['PUT', '/pets/dog/2', 'ANY /pets/dog/{id}', { id: '2' }],
  ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
  ['POST', '/pets/cat/1', 'ANY /{proxy+}', { proxy: 'pets/cat/1' }],
  ['GET', '/pets', 'ANY /{proxy+}', { proxy: 'pets' }],
  ['POST', '/', 'POST /', {}],
  ['GET', '/', '$default', {}],
  ['GET', '/pets/dog/1/', 'GET /pets/{proxy+}', { proxy: 'dog/1/' }],
])('%s %s takes the route "%s"', (method, path, routeKey, pathParameters) => {
  expect(findRoute(ROUTES, method, path)).toMatchObject({ route: { routeKey }, pathParameters });
});

it('without $default, what fits nowhere takes no route: another method, a root under a greedy variable', () => {
  const routes = ['GET /{proxy+}', 'POST /runs'].map(route);
  expect(findRoute(routes, 'PUT', '/runs')).toBe(undefined);
  expect(findRoute(routes, 'GET', '/')).toBe(undefined);
  expect(findRoute(routes, 'POST', '/runs/1')).toBe(undefined);
});
