import { GetQueueAttributesCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../../lib/local/services/endpoint.ts';
import { MessageQueue } from '../../../../lib/local/services/sqs/message-queue.ts';
import { ManualClock } from '../../manual-clock.ts';
import { startOpenEndpoint } from '../open-endpoint.ts';

const clock = new ManualClock();
let queue: MessageQueue;
let endpoint: Endpoint;
let queueUrl: string;
let sqs: SQSClient;

beforeEach(async () => {
  queue = new MessageQueue({ clock, visibilityTimeoutMs: 30_000, maxReceives: 3, onDeadLetter: () => undefined });
  const named = { name: 'wakes', url: 'http://127.0.0.1/000000000000/wakes', queue, attributes: {} };
  endpoint = await startOpenEndpoint({ clock, queues: [named] });
  queueUrl = `${endpoint.endpoint}/000000000000/wakes`;
  sqs = new SQSClient({
    region: 'us-east-1',
    endpoint: endpoint.endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  sqs.destroy();
  await endpoint.stop();
});

const received = (): string[] => queue.receive(10).map((message) => message.body);
const send = (input: { MessageBody: string; DelaySeconds?: number; QueueUrl?: string }) =>
  sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, ...input }));

describe('the queue, seen through the AWS SDK', () => {
  it('takes a message', async () => {
    const sent = await send({ MessageBody: 'hello, wörld' });
    expect(sent.MessageId).toMatch(/^[0-9a-f-]{36}$/);
    expect(received()).toEqual(['hello, wörld']);
  });

  it('delays a message by its seconds', async () => {
    await send({ MessageBody: 'later', DelaySeconds: 900 });
    clock.advance(899_999);
    expect(received()).toEqual([]);
    clock.advance(1);
    expect(received()).toEqual(['later']);
  });

  it.each([901, -1, 1.5])('refuses a delay of %s seconds in the words of SQS, and keeps nothing', async (seconds) => {
    await expect(send({ MessageBody: 'x', DelaySeconds: seconds })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: `Value ${seconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    });
    expect(queue.size()).toBe(0);
  });

  it('refuses another queue', async () => {
    const elsewhere = send({ MessageBody: 'x', QueueUrl: `${endpoint.endpoint}/000000000000/other` });
    await expect(elsewhere).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });

  it('refuses a message of more than a mebibyte', async () => {
    const large = send({ MessageBody: 'x'.repeat(1_048_577) });
    await expect(large).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('takes a batch, and says of each entry whether it was taken', async () => {
    const answer = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: [
          { Id: 'a', MessageBody: 'first' },
          { Id: 'b', MessageBody: 'second', DelaySeconds: 901 },
        ],
      }),
    );
    expect(answer.Successful?.map((entry) => entry.Id)).toEqual(['a']);
    expect(answer.Failed?.map((entry) => [entry.Id, entry.Code])).toEqual([['b', 'InvalidParameterValue']]);
    expect(received()).toEqual(['first']);
  });

  it.each([
    ['EmptyBatchRequest', []],
    ['TooManyEntriesInBatchRequest', Array.from({ length: 11 }, (_, n) => ({ Id: String(n), MessageBody: 'x' }))],
    ['BatchEntryIdsNotDistinct', ['x', 'y'].map((MessageBody) => ({ Id: 'same', MessageBody }))],
    ['BatchRequestTooLong', ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(600_000) }))],
  ])('refuses a batch with %s', async (name, Entries) => {
    const batch = sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    await expect(batch).rejects.toMatchObject({ name });
    expect(queue.size()).toBe(0);
  });

  it('says how many messages there are', async () => {
    await send({ MessageBody: 'x' });
    const answer = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }));
    expect(answer.Attributes?.ApproximateNumberOfMessages).toBe('1');
  });

  it('answers what is no request of SQS without falling over', async () => {
    const headers = { 'x-amz-target': 'AmazonSQS.SendMessage' };
    const answer = await fetch(endpoint.endpoint, { method: 'POST', headers, body: 'not json' });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { __type: expect.stringContaining('#') as string },
    ]);
  });
});
