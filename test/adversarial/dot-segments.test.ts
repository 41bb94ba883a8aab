// Suspicion: `/runs/../workflows` is resolved by the function, after the gateway has asked whether the caller may call
// `/runs/...`: a policy for some paths lets its holder at all of them.
import { expect, it } from 'vitest';
import { toRequest } from '../../lib/aws/http-event.ts';
import { createApiWorld } from '../http/api-world.ts';

async function statusOf(rawPath: string, method = 'GET', stage?: string): Promise<number> {
  const { api } = createApiWorld();
  const event = { rawPath, requestContext: { http: { method }, ...(stage === undefined ? {} : { stage }) } };
  return (await api.fetch(toRequest(event))).status;
}

it.each([
  '/runs/../workflows',
  '/runs/%2e%2e/workflows',
  '/runs/%2E./workflows',
  '/runs/.%2e/workflows',
  '/x/../workflows',
  '/../workflows',
  '/./workflows',
  '/%2e/workflows',
  '/runs/x/../../workflows',
  '/runs\\..\\workflows',
  '/runs/%5c../workflows',
  '/workflows/greet/..',
  '/workflows/.',
  '/workflows/%2e',
])('%s is no way to /workflows', async (path) => {
  expect(await statusOf('/workflows')).toBe(200);
  expect([400, 404, 405]).toContain(await statusOf(path));
});

it('a stage in front of the path changes nothing of it', async () => {
  expect(await statusOf('/prod/workflows', 'GET', 'prod')).toBe(200);
  expect(await statusOf('/prod/../workflows', 'GET', 'prod')).toBe(404);
  expect(await statusOf('/prod/runs/%2e%2e/workflows', 'GET', 'prod')).toBe(404);
});

it('the workflow that is started is the one in the path that was asked for', async () => {
  expect(await statusOf('/workflows/greet/runs', 'POST')).toBe(202);
  expect(await statusOf('/workflows/greet/runs/../../order/runs', 'POST')).toBe(404);
});

it('dots in names stay what they are', async () => {
  expect(new URL(toRequest({ rawPath: '/runs/a..b', requestContext: { http: { method: 'GET' } } }).url).pathname).toBe(
    '/runs/a..b',
  );
  for (const path of ['/runs/...', '/runs/.a', '/runs/a.', '/runs/..a']) {
    expect(await statusOf(path), path).toBe(404); // there is no such run
  }
});
