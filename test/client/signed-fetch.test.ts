import { afterEach, expect, it, vi } from 'vitest';
import { createSignedFetch, regionOfApi } from '../../lib/client/signed-fetch.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

it('a request is signed with the credentials of the environment, for the region of the API', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIA1');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'token');
  vi.stubEnv('AWS_PROFILE', undefined);
  const sent = vi.fn((_url: string, _init: RequestInit) => Promise.resolve(new Response('{}')));
  vi.stubGlobal('fetch', sent);
  const url = 'https://a1.execute-api.eu-west-1.amazonaws.com/runs?limit=1';
  await createSignedFetch('eu-west-1')(url, { method: 'POST', headers: { 'x-given': '1' }, body: '{"a":1}' });
  const [address, init] = sent.mock.calls[0] ?? [];
  expect([address, init?.method, await new Response(init?.body).text()]).toEqual([url, 'POST', '{"a":1}']);
  expect(init?.headers).toMatchObject({
    'x-given': '1',
    'x-amz-security-token': 'token',
    authorization: expect.stringMatching(
      /^AWS4-HMAC-SHA256 Credential=AKIA1\/\d{8}\/eu-west-1\/execute-api\/aws4_request, /,
    ) as string,
  });
  expect(init?.headers).not.toHaveProperty('host');
});

it.each<[string, string | undefined]>([
  ['https://a1.execute-api.eu-west-1.amazonaws.com', 'eu-west-1'],
  ['https://a1.execute-api.cn-north-1.amazonaws.com.cn/', 'cn-north-1'],
  ['https://a1.execute-api.eu-west-1.amazonaws.com.evil.example', undefined],
  ['https://api.example.com', undefined],
  ['http://127.0.0.1:4000', undefined],
])('the region of %s is %s', (endpoint, region) => {
  expect(regionOfApi(endpoint)).toBe(region);
});
