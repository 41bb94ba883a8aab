/** Keys that a service does not take any more. */
import { expect, it } from 'vitest';
import type { Credentials } from '../../../lib/aws/json/sign-request.ts';
import { answer, serve, type Answering } from './service-under-test.ts';

/** Gives the first of the keys, and the next one when it is told that the last was refused. */
function provide(...keys: Credentials[]) {
  let asked = 0;
  let at = 0;
  return {
    refreshes: () => asked,
    credentials: async ({ forceRefresh = false } = {}) => {
      if (forceRefresh) {
        asked += 1;
        at = Math.min(at + 1, keys.length - 1);
      }
      return keys[at]!;
    },
  };
}

const OLD = { accessKeyId: 'role', secretAccessKey: 'old', sessionToken: 'old' };
const NEW = { accessKeyId: 'role', secretAccessKey: 'new', sessionToken: 'new' };

const takesOnly =
  (token: string, name: string): Answering =>
  (response, { headers }) =>
    headers['x-amz-security-token'] === token
      ? answer(response, 200, {})
      : answer(response, 400, { __type: `com.amazon.coral.service#${name}`, message: 'The security token is expired' });

it.each(['ExpiredTokenException', 'UnrecognizedClientException'])(
  'keys that are refused with %s are replaced, and the request is made with the new ones',
  async (name) => {
    const keys = provide(OLD, NEW);
    const { client, seen } = await serve(takesOnly('new', name), keys);
    expect(await client.send('GetItem', {})).toEqual({ output: {}, attempts: 2 });
    await client.send('GetItem', {});
    expect(keys.refreshes()).toBe(1);
    expect(seen).toHaveLength(3);
  },
);

it('where there are no other keys, the refusal is the answer', async () => {
  const { client, seen } = await serve(takesOnly('new', 'ExpiredTokenException'), provide(OLD));
  await expect(client.send('GetItem', {})).rejects.toMatchObject({
    name: 'ExpiredTokenException',
    message: 'The security token is expired',
  });
  expect(seen).toHaveLength(1);
});

it('a request whose new keys are refused too ends after as many tries as there may be', async () => {
  const keys = provide(...[1, 2, 3, 4, 5, 6, 7].map((n) => ({ ...OLD, sessionToken: String(n) })));
  const { client, seen } = await serve(takesOnly('new', 'ExpiredTokenException'), keys);
  await expect(client.send('GetItem', {})).rejects.toMatchObject({ name: 'ExpiredTokenException' });
  expect(seen).toHaveLength(4);
});

it('what goes wrong where keys come from is said, and the next request asks there again', async () => {
  let isThere = false;
  const credentials = async (): Promise<Credentials> => {
    if (!isThere) throw Object.assign(new Error('no profile'), { name: 'CredentialsProviderError' });
    return OLD;
  };
  const { client } = await serve(takesOnly('old', 'ExpiredTokenException'), { credentials });
  await expect(client.send('GetItem', {})).rejects.toMatchObject({ name: 'CredentialsProviderError' });
  isThere = true;
  expect(await client.send('GetItem', {})).toMatchObject({ attempts: 1 });
});

it('keys that are about to expire are not used: they are asked for before each request', async () => {
  let asked = 0;
  const credentials = async (): Promise<Credentials> => ({ ...OLD, accessKeyId: `key-${(asked += 1)}` });
  const { client, seen } = await serve(takesOnly('old', 'ExpiredTokenException'), { credentials });
  await client.send('GetItem', {});
  await client.send('GetItem', {});
  expect(seen.map(({ authorization }) => /Credential=([\w-]+)/.exec(String(authorization))?.[1])).toEqual([
    'key-1',
    'key-2',
  ]);
});
