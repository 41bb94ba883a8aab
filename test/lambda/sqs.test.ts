import { SQSClient } from '@aws-sdk/client-sqs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readWake } from '../../lib/aws/sqs-event.ts';
import { createSqsWakeQueue } from '../../lib/lambda/sqs-wake-queue.ts';

describe('readWake', () => {
  it('reads the run that is to take a turn', () => {
    expect(readWake({ messageId: 'm1', body: '{"runId":"r1"}' })).toEqual({ kind: 'wake', runId: 'r1' });
  });

  it('reads the pool that is to be looked at', () => {
    expect(readWake({ messageId: 'm1', body: '{"runId":"pool/mailer"}' })).toEqual({
      kind: 'wake',
      runId: 'pool/mailer',
    });
  });

  it.each([
    '{"runId":"pool/"}',
    '{"runId":"pool/a/b"}',
    '{"runId":"r/1"}',
    '',
    'r1',
    '{}',
    '{"runId":7}',
    '{"runId":""}',
    'null',
    '[]',
    '{"runId"',
  ])('finds no wake in %j', (body) => {
    expect(readWake({ messageId: 'm1', body })).toEqual({
      kind: 'malformed',
      problem: `a message of the queue of wakes reads ${JSON.stringify(body)}, and should read {"runId":"..."}: something else sends to this queue`,
    });
  });
});

describe('the queue of wakes on SQS', () => {
  let server: Server;
  let client: SQSClient;
  let status = 200;
  const sent: Record<string, unknown>[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        sent.push(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(status === 200 ? '{"MessageId":"m1"}' : '{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    client = new SQSClient({ endpoint, region: 'eu-central-1', credentials, md5: false });
  });
  afterAll(() => {
    client.destroy();
    server.close();
  });

  it('joins the traces of the invocations on both ends, where Lambda has one', async () => {
    const queue = createSqsWakeQueue({ queueUrl: 'https://sqs.example/wakes', client });
    const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    for (const value of [header, '', undefined]) {
      vi.stubEnv('_X_AMZN_TRACE_ID', value);
      await queue.send('r1');
    }
    vi.unstubAllEnvs();
    expect(sent.splice(0).map((message) => message['MessageSystemAttributes'])).toEqual([
      { AWSTraceHeader: { DataType: 'String', StringValue: header } },
      undefined,
      undefined,
    ]);
  });

  it.each([
    [undefined, 0],
    [0, 0],
    [-5, 0],
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [900_000, 900],
    [900_001, 900],
    [86_400_000, 900],
  ])('sends a wake that is wanted in %s ms with a delay of %s s', async (delayMs, delaySeconds) => {
    const queueUrl = 'http://127.0.0.1/000000000000/wakes';
    await createSqsWakeQueue({ queueUrl, client }).send('r1', delayMs);
    expect(sent.at(-1)).toEqual({ QueueUrl: queueUrl, MessageBody: '{"runId":"r1"}', DelaySeconds: delaySeconds });
  });

  it('says so when the queue is not there', async () => {
    status = 400;
    const queue = createSqsWakeQueue({ queueUrl: 'http://127.0.0.1/000000000000/nowhere', client });
    await expect(queue.send('r1')).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });
});
