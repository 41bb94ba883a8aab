/** What a service, or what is between it and a caller, does to a request: each with a real server and real connections. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createJsonClient } from '../../../lib/aws/json/json-client.ts';

type Answering = (response: ServerResponse, request: IncomingMessage, nth: number) => void;

const cleanups: (() => void)[] = [];
afterEach(() => cleanups.splice(0).forEach((cleanUp) => cleanUp()));

/** A service that answers as it says, and a client of it with short time limits. */
async function serve(answering: Answering, { maxAttempts = 4, answerMs = 300 } = {}) {
  const seen: { target: unknown; body: string; date: unknown; socket: unknown }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { 'x-amz-target': target, 'x-amz-date': date } = request.headers;
      seen.push({ target, date, body: Buffer.concat(chunks).toString(), socket: request.socket.remotePort });
      answering(response, request, seen.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createJsonClient({
    service: 'dynamodb',
    targetPrefix: 'DynamoDB_20120810',
    maxAttempts,
    limits: { connectMs: 300, answerMs },
    environment: {
      ...{ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's', AWS_REGION: 'eu-central-1' },
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    },
  });
  cleanups.push(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { client, seen, server };
}

function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

const ok: Answering = (response) => answer(response, 200, { fine: true });

it('sends one request, and gives its answer', async () => {
  const { client, seen } = await serve(ok);
  const input = { Key: { pk: { S: 'naïve ☃' } }, Missing: undefined };
  expect(await client.send('GetItem', input)).toEqual({ output: { fine: true }, attempts: 1 });
  expect(seen).toMatchObject([{ target: 'DynamoDB_20120810.GetItem', body: '{"Key":{"pk":{"S":"naïve ☃"}}}' }]);
});

it('keeps its connection', async () => {
  const { client, seen } = await serve(ok);
  for (let n = 0; n < 3; n += 1) await client.send('GetItem', {});
  expect(new Set(seen.map(({ socket }) => socket)).size).toBe(1);
});

it.each<[string, Answering]>([
  [
    'throttles',
    (response) => answer(response, 400, { __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException' }),
  ],
  ['has an internal error', (response) => answer(response, 500, { __type: 'x#InternalServerError' })],
  ['is behind a gateway that cannot reach it', (response) => answer(response, 502, '<html>bad gateway</html>')],
  ['closes the connection', (response) => void response.socket?.destroy()],
  [
    'stops in the middle of its answer',
    (response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"fine":');
      setTimeout(() => response.socket?.destroy(), 5);
    },
  ],
  ['does not answer', () => undefined],
  ['never ends its answer', (response) => void response.writeHead(200).write('{"fine":')],
  ['answers with what is not JSON', (response) => answer(response, 200, '{"fine":')],
])('asks a service again that %s, and says how often it asked', async (_, bad) => {
  const { client, seen } = await serve((response, request, nth) => (nth === 1 ? bad : ok)(response, request, nth));
  expect(await client.send('UpdateItem', {})).toEqual({ output: { fine: true }, attempts: 2 });
  expect(seen).toHaveLength(2);
});

it('asks no more often than it may, and then rejects with what the service said last', async () => {
  const { client, seen } = await serve((response) =>
    answer(response, 400, { __type: 'x#ProvisionedThroughputExceededException', message: 'slow down' }),
  );
  await expect(client.send('PutItem', {})).rejects.toMatchObject({
    name: 'ProvisionedThroughputExceededException',
    message: 'slow down',
    $metadata: { httpStatusCode: 400, attempts: 4 },
  });
  expect(seen).toHaveLength(4);
});

it('of a service that stays silent it rejects with a TimeoutError that says where and how long', async () => {
  const { client, seen } = await serve(() => undefined, { maxAttempts: 2, answerMs: 50 });
  await expect(client.send('PutItem', {})).rejects.toMatchObject({
    name: 'TimeoutError',
    message: expect.stringMatching(/^no answer from 127\.0\.0\.1:\d+ within 50 ms$/) as string,
  });
  expect(seen).toHaveLength(2);
});

it('where nobody listens it rejects with the network’s error', async () => {
  const { client, server } = await serve(ok);
  await new Promise((resolve) => server.close(resolve));
  await expect(client.send('PutItem', {})).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it('asks once what is refused, and hands on all that the refusal says', async () => {
  const { client, seen } = await serve((response) =>
    answer(
      response,
      400,
      {
        __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
        message: 'The conditional request failed',
        Item: { pk: { S: 'r' } },
      },
      { 'x-amzn-requestid': 'req-1' },
    ),
  );
  await expect(client.send('PutItem', {})).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
    Item: { pk: { S: 'r' } },
    $metadata: { requestId: 'req-1', attempts: 1 },
  });
  expect(seen).toHaveLength(1);
});

it.each(['InvalidSignatureException', 'RequestTimeTooSkewed'])(
  'signs again with the time of the service where that says %s, and goes by it from then on',
  async (name) => {
    const theirs = Date.now() + 3_600_000;
    const { client, seen } = await serve((response, _request, nth) =>
      nth === 1
        ? answer(response, 400, { __type: `x#${name}` }, { date: new Date(theirs).toUTCString() })
        : answer(response, 200, {}),
    );
    expect(await client.send('GetItem', {})).toMatchObject({ attempts: 2 });
    await client.send('GetItem', {});
    const [first, ...others] = seen.map(({ date }) => Number(String(date).slice(9, 11)));
    for (const hour of others) expect([(first! + 1) % 24, (first! + 2) % 24]).toContain(hour);
  },
);

it('does not ask again with a wrong key, whatever the time', async () => {
  const { client, seen } = await serve((response) => answer(response, 403, { __type: 'x#InvalidSignatureException' }));
  await expect(client.send('GetItem', {})).rejects.toMatchObject({ name: 'InvalidSignatureException' });
  expect(seen).toHaveLength(1);
});

it('rejects with what went wrong where credentials come from, and looks there again at the next request', async () => {
  const { port } = await serve(ok).then(({ server }) => server.address() as AddressInfo);
  let isThere = false;
  const client = createJsonClient({
    ...{ service: 'dynamodb', targetPrefix: 'x', maxAttempts: 2, limits: { connectMs: 300, answerMs: 300 } },
    location: {
      endpoint: new URL(`http://127.0.0.1:${port}`),
      region: 'eu-central-1',
      credentials: async () => {
        if (!isThere) throw Object.assign(new Error('no profile'), { name: 'CredentialsProviderError' });
        return { accessKeyId: 'a', secretAccessKey: 's' };
      },
    },
  });
  cleanups.push(() => client.destroy());
  await expect(client.send('GetItem', {})).rejects.toMatchObject({ name: 'CredentialsProviderError' });
  isThere = true;
  expect(await client.send('GetItem', {})).toMatchObject({ attempts: 1 });
});
