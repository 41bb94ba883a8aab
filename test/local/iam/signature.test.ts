/** Whose requests are taken, and what others are told. */
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createCredentials, type Credentials } from '../../../lib/local/iam/credentials.ts';
import { verifySignature, type SignedRequest } from '../../../lib/local/iam/signature.ts';
import { startAws } from '../services/aws-under-test.ts';
import { readSmallShop } from '../services/small-shop.ts';

const HOUR_MS = 3_600_000;
const aws = await startAws(afterAll, readSmallShop);
const TableName = aws.resources.tables[0]!.name;
const keys = aws.workerCredentials;

function getItem(credentials: Credentials) {
  return aws.clients(credentials).dynamodb.send(new GetItemCommand({ TableName, Key: { id: { S: '1' } } }));
}

function getObject(credentials: Credentials) {
  return aws.clients(credentials).s3.send(new GetObjectCommand({ Bucket: 'shop-files', Key: 'orders/1' }));
}

describe('a request', () => {
  it('that is signed with the keys of a role is taken', async () => {
    await expect(getItem(keys)).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
  });

  it('that is signed with another secret is not', async () => {
    const forged = { ...keys, secretAccessKey: 'another' };
    await expect(getItem(forged)).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      message: expect.stringContaining('The request signature we calculated does not match') as string,
    });
    await expect(getObject(forged)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  });

  it.each([
    ['an unknown key', { accessKeyId: 'AKIA0000' }],
    ['another token', { sessionToken: 'another' }],
  ])('with %s is not', async (_name, changed) => {
    await expect(getItem({ ...keys, ...changed })).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    });
  });

  it('without the token of its session is not', async () => {
    const { accessKeyId, secretAccessKey } = keys;
    await expect(getItem({ accessKeyId, secretAccessKey })).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
  });

  it('that is not signed is not', async () => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.GetItem' };
    const answer = await fetch(aws.endpoint, { method: 'POST', headers, body: '{}' });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      {
        __type: 'com.amazonaws.dynamodb.v20120810#MissingAuthenticationTokenException',
        message: 'Request is missing Authentication Token',
      },
    ]);
    const object = await fetch(`${aws.endpoint}/shop-files/orders/1`);
    expect([object.status, await object.text()]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
  });

  it('whose signature is no Signature Version 4 is not', async () => {
    const headers = { 'x-amz-target': 'DynamoDB_20120810.GetItem', authorization: 'Bearer abc' };
    const answer = await fetch(aws.endpoint, { method: 'POST', headers, body: '{}' });
    expect(await answer.json()).toMatchObject({
      __type: expect.stringMatching(/#IncompleteSignatureException$/) as string,
    });
  });

  it('for a service or an operation that is not there says which there are', async () => {
    const sqs = new SQSClient({ endpoint: aws.endpoint, region: 'us-east-1', credentials: keys, maxAttempts: 1 });
    await expect(sqs.send(new ListQueuesCommand({}))).rejects.toThrow(
      'sqs:ListQueues is not in the local cloud, which of sqs has SendMessage',
    );
    sqs.destroy();
  });
});

it('a client whose clock is behind learns the time from the answer, and goes on', async () => {
  const later = await startAws(onTestFinished, readSmallShop);
  later.clock.advance(HOUR_MS);
  const config = { endpoint: later.endpoint, region: 'us-east-1', credentials: later.workerCredentials };
  const [once, again] = [1, 3].map((maxAttempts) => new DynamoDBClient({ ...config, maxAttempts }));
  const command = new GetItemCommand({ TableName, Key: { id: { S: '1' } } });
  await expect(once!.send(command)).rejects.toMatchObject({
    name: 'InvalidSignatureException',
    message: expect.stringMatching(/^Signature expired: \d{8}T\d{6}Z is now earlier than .* - 15 min\.\)$/) as string,
  });
  await expect(again!.send(command)).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
  const tooLate = later
    .clients(later.workerCredentials)
    .s3.send(new GetObjectCommand({ Bucket: 'shop-files', Key: 'orders/1' }));
  await expect(tooLate).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' });
  for (const client of [once, again]) client!.destroy();
});

describe('what was signed', () => {
  const credentials = createCredentials({ accountId: '000000000000' });
  const nowMs = Date.UTC(2027, 0, 31);
  const clock = { nowMs: () => nowMs };

  /** As a client of DynamoDB's sends it. */
  async function signed(change: (request: SignedRequest) => SignedRequest): Promise<string> {
    const { HttpRequest } = await import('@smithy/protocol-http');
    const { SignatureV4 } = await import('@smithy/signature-v4');
    const { Sha256 } = await import('@aws-crypto/sha256-js');
    const given = credentials.admin;
    const signer = new SignatureV4({ credentials: given, region: 'us-east-1', service: 'execute-api', sha256: Sha256 });
    const request = new HttpRequest({
      ...{ method: 'POST', path: '/runs/a%20b', query: { wait: '1 s', tag: ['b', 'a'] } },
      ...{ headers: { host: 'api.example', 'x-extra': ' a  b ' }, body: '{"a":1}' },
    });
    const { headers } = await signer.sign(request, { signingDate: new Date(nowMs) });
    const url = '/runs/a%20b?wait=1%20s&tag=b&tag=a';
    const received = change({ method: 'POST', url, headers, body: Buffer.from('{"a":1}') });
    const result = await verifySignature(received, { credentials, clock, service: 'execute-api' });
    return result.kind === 'signed' ? result.principal.kind : result.code;
  }

  it.each<[string, string, (request: SignedRequest) => SignedRequest]>([
    ['is taken as it is', 'admin', (request) => request],
    ['may have more headers on its way', 'admin', (request) => withHeader(request, 'x-forwarded-for', '127.0.0.1')],
    [
      'has this path',
      'InvalidSignatureException',
      (request) => ({ ...request, url: request.url.replace('a%20b', 'c') }),
    ],
    ['has this query', 'InvalidSignatureException', (request) => ({ ...request, url: `${request.url}&more` })],
    ['has this method', 'InvalidSignatureException', (request) => ({ ...request, method: 'PUT' })],
    ['has this header', 'InvalidSignatureException', (request) => withHeader(request, 'x-extra', 'c')],
    ['has this body', 'InvalidSignatureException', (request) => ({ ...request, body: Buffer.from('{"a":2}') })],
    ['was signed now', 'RequestTimeTooSkewed', (request) => withHeader(request, 'x-amz-date', '20270131T001501Z')],
    ['is for this service', 'InvalidSignatureException', toOtherService],
  ])('%s: %s', async (_name, expected, change) => {
    expect(await signed(change)).toBe(expected);
  });
});

function withHeader(request: SignedRequest, name: string, value: string): SignedRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}

function toOtherService(request: SignedRequest): SignedRequest {
  return withHeader(request, 'authorization', request.headers.authorization!.replace('execute-api', 'dynamodb'));
}
