/** SQS, asked by a role that may do some of it. Time is moved. */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type Message,
  type ReceiveMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startAws } from '../aws-under-test.ts';
import { readSmallShop } from '../small-shop.ts';

const aws = await startAws(afterAll, readSmallShop);
// Whoever comes too late by the moved clock tries again with the time of the answer.
const { sqs } = aws.clients(aws.workerCredentials, 2);
const { sqs: adminSqs } = aws.clients(aws.credentials.admin, 2);
const jobs = aws.resources.queues.find(({ name }) => name === 'Shop-Jobs')!;
const dead = aws.resources.queues.find(({ name }) => name === 'Shop-Dead')!;
const QueueUrl = jobs.url;

afterEach(() => aws.resources.queues.forEach(({ arn }) => aws.queues.find(arn)!.purge()));

const send = (input: { MessageBody: string; DelaySeconds?: number }) =>
  sqs.send(new SendMessageCommand({ QueueUrl, ...input }));

async function receive(input: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
  return (await sqs.send(new ReceiveMessageCommand({ QueueUrl, ...input }))).Messages ?? [];
}

describe('SQS', () => {
  it('gives what was sent, with its attributes and its trace', async () => {
    await sqs.send(
      new SendMessageCommand({
        ...{ QueueUrl, MessageBody: 'hello' },
        MessageAttributes: {
          kind: { DataType: 'String', StringValue: 'order' },
          bytes: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2) },
        },
        MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-2-3' } },
      }),
    );
    const [message] = await receive({ MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] });
    expect(message).toMatchObject({
      Body: 'hello',
      Attributes: { AWSTraceHeader: 'Root=1-2-3', ApproximateReceiveCount: '1' },
      MessageAttributes: { kind: { StringValue: 'order' }, bytes: { BinaryValue: Uint8Array.of(1, 2) } },
    });
  });

  it('tells of attributes only what it is asked for', async () => {
    await send({ MessageBody: 'hello' });
    const [message] = await receive();
    expect(Object.keys(message!).sort()).toEqual(['Body', 'MD5OfBody', 'MessageId', 'ReceiptHandle']);
  });

  it('refuses a delay of 901 seconds in its own words', async () => {
    await expect(send({ MessageBody: 'x', DelaySeconds: 901 })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: 'Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.',
    });
  });

  it('shows a message again that was not deleted, and a deleted one never', async () => {
    await send({ MessageBody: 'a' });
    await receive();
    expect(await receive()).toEqual([]);
    aws.clock.advance(30_000);
    const [again] = await receive();
    expect(again?.Body).toBe('a');
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again!.ReceiptHandle! }));
    aws.clock.advance(30_000);
    expect(await receive()).toEqual([]);
  });

  it('hides a message for as long as its receiver asks for', async () => {
    await send({ MessageBody: 'a' });
    const [message] = await receive({ VisibilityTimeout: 5 });
    const ReceiptHandle = message!.ReceiptHandle!;
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    expect(await receive()).toHaveLength(1);
    const late = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 9 });
    await expect(sqs.send(late)).rejects.toMatchObject({ name: 'MessageNotInflight' });
    const forged = new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'forged' });
    await expect(sqs.send(forged)).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
  });

  it('sends to the dead letters what was received too often, as it was', async () => {
    const { MessageId } = await send({ MessageBody: 'poison' });
    for (let times = 0; times < 2; times += 1) {
      expect(await receive()).toHaveLength(1);
      aws.clock.advance(30_000);
    }
    expect(await receive()).toEqual([]);
    const { Messages } = await adminSqs.send(new ReceiveMessageCommand({ QueueUrl: dead.url }));
    expect(Messages).toMatchObject([{ MessageId, Body: 'poison' }]);
  });

  it('forgets what is older than the retention', async () => {
    await send({ MessageBody: 'old' });
    aws.clock.advance(3_600_001);
    expect(await receive()).toEqual([]);
  });

  it('waits for a message as long as it is asked to', async () => {
    const waiting = receive({ WaitTimeSeconds: 20 });
    await send({ MessageBody: 'late' });
    expect(await waiting).toMatchObject([{ Body: 'late' }]);
    const inVain = receive({ WaitTimeSeconds: 20 });
    await expect.poll(() => aws.clock.nextStopMs()).toBeGreaterThan(aws.clock.nowMs());
    aws.clock.advance(60_000);
    expect(await inVain).toEqual([]);
  });

  it('takes and deletes batches, entry by entry', async () => {
    const Entries = [1, 2].map((n) => ({ Id: String(n), MessageBody: String(n), DelaySeconds: n === 2 ? 901 : 0 }));
    const sent = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect([sent.Successful?.length, sent.Failed?.[0]?.Code]).toEqual([1, 'InvalidParameterValue']);
    const [message] = await receive({ MaxNumberOfMessages: 10 });
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'good', ReceiptHandle: message!.ReceiptHandle! },
          { Id: 'bad', ReceiptHandle: 'forged' },
        ],
      }),
    );
    expect(deleted).toMatchObject({
      Successful: [{ Id: 'good' }],
      Failed: [{ Id: 'bad', Code: 'ReceiptHandleIsInvalid' }],
    });
    expect(aws.queues.find(jobs.arn)!.size()).toBe(0);
  });

  it('tells its address, and how many messages wait, are hidden and will come', async () => {
    await send({ MessageBody: 'now' });
    await send({ MessageBody: 'hidden' });
    await send({ MessageBody: 'later', DelaySeconds: 60 });
    await receive();
    const { QueueUrl: url } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'Shop-Jobs' }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
    expect(url).toBe(QueueUrl);
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '1',
      ApproximateNumberOfMessagesDelayed: '1',
      QueueArn: jobs.arn,
      VisibilityTimeout: '30',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 }),
    });
  });

  it("answers in AWS's words to what the role may not do", async () => {
    await expect(sqs.send(new SendMessageCommand({ QueueUrl: dead.url, MessageBody: 'x' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringMatching(
        /is not authorized to perform: sqs:SendMessage on resource: \S+:Shop-Dead /,
      ) as string,
      $metadata: { httpStatusCode: 403 },
    });
    await expect(sqs.send(new PurgeQueueCommand({ QueueUrl }))).rejects.toThrow('with an explicit deny');
  });

  it('says of a queue that it does not exist, to whoever may know', async () => {
    const elsewhere = new SendMessageCommand({ QueueUrl: `${aws.endpoint}/000000000000/nowhere`, MessageBody: 'x' });
    await expect(adminSqs.send(elsewhere)).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });
});
