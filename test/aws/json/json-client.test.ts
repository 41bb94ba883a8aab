/** What a service, or what is between it and a caller, does to a request: each with a real server and real connections. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { answer, clientOf, ok, serve, type Answering } from './service-under-test.ts';

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
  ['answers with JSON that is no object', (response) => answer(response, 200, 'null')],
  ['answers with what is not HTTP', (response) => void response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n')],
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

it('takes an answer of 16 MB, whose characters are cut anywhere', async () => {
  const large = { Item: { text: { S: '☃'.repeat(5_500_000) } } };
  const { client } = await serve((response) => answer(response, 200, large), { answerMs: 30_000 });
  expect((await client.send<typeof large>('GetItem', {})).output.Item.text.S.length).toBe(5_500_000);
});

it('says of a server that speaks no HTTP what it met', async () => {
  const server = createServer((socket) => socket.end('220 mail ready\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const client = clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { maxAttempts: 2 });
  await expect(client.send('GetItem', {})).rejects.toMatchObject({ code: expect.stringMatching(/^HPE_/) as string });
});
