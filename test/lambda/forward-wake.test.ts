import { createServer } from 'node:http';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, describe, expect, it } from 'vitest';
import { createWakeForwarder } from '../../lib/lambda/forward-wake.ts';
import { listenOnLoopback } from '../../lib/local/net/listen.ts';
import { readWake } from '../../lib/aws/sqs-event.ts';

interface Asked {
  readonly url: string | undefined;
  readonly type: string | string[] | undefined;
  readonly body: string;
}

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

/** Lambda, as far as it answers an Invoke. */
async function lambda(status: number, answer: object = {}, headers: Record<string, string> = {}) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push({ url: request.url, type: request.headers['x-amz-invocation-type'], body });
      response.writeHead(status, headers).end(JSON.stringify(answer));
    });
  });
  const port = await listenOnLoopback(server, 0);
  stops.push(() => void server.close());
  const client = new LambdaClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  return { asked, forward: createWakeForwarder({ functionName: 'worker', client }) };
}

describe('a wake for another version', () => {
  it('is an event for that version, as the queue would have sent it', async () => {
    const { asked, forward } = await lambda(202);
    expect(await forward('r1', '7')).toBe('forwarded');
    expect(asked).toMatchObject([{ url: '/2015-03-31/functions/worker/invocations?Qualifier=7', type: 'Event' }]);
    const event = JSON.parse(asked[0]!.body) as { Records: [{ messageId: string; body: string }] };
    expect(event.Records.map(readWake)).toEqual([{ kind: 'wake', runId: 'r1' }]);
  });

  it('finds out that the version is gone', async () => {
    const { forward } = await lambda(404, { Message: 'gone' }, { 'x-amzn-errortype': 'ResourceNotFoundException' });
    expect(await forward('r1', '7')).toBe('gone');
  });

  it('is not taken for gone when it was refused', async () => {
    const { forward } = await lambda(403, { Message: 'no' }, { 'x-amzn-errortype': 'AccessDeniedException' });
    await expect(forward('r1', '7')).rejects.toThrow('no');
  });
});
