// Suspicion: while lull dev runs, any page that is open in a browser on that machine can start runs: a POST of plain text
// needs no preflight, and a name that a page's owner points to 127.0.0.1 makes the answers readable too.
import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SystemClock } from '../../lib/memory/system-clock.ts';
import { createHttpApi } from '../../lib/local/triggers/http/http-api.ts';
import { startHttpServer, type HttpFront } from '../../lib/local/triggers/http/http-server.ts';

let front: HttpFront;
let invoked = 0;

beforeAll(async () => {
  const route = { routeKey: '$default', authorization: { kind: 'this-machine' }, functionArn: 'arn' } as const;
  const never = () => Promise.reject(new Error('no authorizer is asked'));
  const answer = createHttpApi({
    api: { id: 'api', apiId: 'local', url: 'http://127.0.0.1:4000', arn: 'arn', routes: [route] },
    accountId: '000000000000',
    clock: new SystemClock(),
    access: { identify: never, mayInvoke: never, invoke: never },
    invoke: async () => {
      invoked += 1;
      const payload = JSON.stringify({ statusCode: 202, headers: {}, body: '{}', isBase64Encoded: false });
      return { kind: 'succeeded', payload };
    },
    onRequest: () => undefined,
  });
  front = await startHttpServer(0, answer);
});
afterAll(() => front.stop());

/** By node:http, which sends any Host and Origin. */
function statusOf(headers: Record<string, string>, method = 'POST'): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${front.url}/workflows/greet/runs`, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end(method === 'POST' ? '"x"' : undefined);
  });
}

it.each([
  [{ origin: 'https://evil.example' }],
  [{ origin: 'null' }],
  [{ origin: 'http://localhost.evil.example' }],
  [{ origin: 'http://127.0.0.1.evil.example:4000' }],
  [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  [{ host: 'evil.example' }],
  [{ host: 'localhost.evil.example:4000' }],
])('a page with %j starts nothing', async (headers) => {
  const before = invoked;
  expect(await statusOf(headers as Record<string, string>)).toBe(403);
  expect(await statusOf(headers as Record<string, string>, 'GET')).toBe(403);
  expect(invoked).toBe(before);
});

it.each([
  [{}],
  [{ host: 'localhost:4000' }],
  [{ host: '[::1]:4000' }],
  [{ origin: 'http://localhost:5173' }],
  [{ origin: 'http://127.0.0.1:5173', 'sec-fetch-site': 'same-site' }],
  [{ origin: 'http://[::1]:5173' }],
])('a program, or a page of this machine, with %j is served', async (headers) => {
  expect(await statusOf(headers as Record<string, string>)).toBe(202);
});
