/** Wakes as SQS messages: `{"runId":"..."}`, with a delay that SQS caps at 15 minutes. */
import type { SendMessageCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { createJsonClient } from '../aws/json/json-client.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';

/** SQS delays a message no longer. The sweeper wakes what is due later. */
const LONGEST_DELAY_SECONDS = 900;

export interface SqsWakeQueueOptions {
  readonly queueUrl: string;
  /**
   * Default: lull's own, with the region, credentials and endpoint of the environment (`AWS_ENDPOINT_URL_SQS` or
   * `AWS_ENDPOINT_URL` lead to a local queue), which gives up a request after 5 s.
   */
  readonly client?: SQSClient | undefined;
}

/** A WakeQueue on SQS. */
export function createSqsWakeQueue({ queueUrl, client }: SqsWakeQueueOptions): SqsWakeQueue {
  return new SqsWakeQueue(queueUrl, client === undefined ? createSender() : throughSdk(client));
}

type SendMessage = (input: SendMessageCommandInput) => Promise<unknown>;

/** A connection that hangs must not use up a turn: the request is made again. */
function createSender(): SendMessage {
  const client = createJsonClient({
    service: 'sqs',
    targetPrefix: 'AmazonSQS',
    maxAttempts: 3,
    limits: { connectMs: 1_000, answerMs: 5_000 },
  });
  return (input) => client.send('SendMessage', input);
}

function throughSdk(client: SQSClient): SendMessage {
  return async (input) => {
    const { SendMessageCommand } = await import('@aws-sdk/client-sqs');
    return client.send(new SendMessageCommand(input));
  };
}

export class SqsWakeQueue implements WakeQueue {
  readonly #queueUrl: string;
  readonly #sendMessage: SendMessage;

  constructor(queueUrl: string, sendMessage: SendMessage) {
    this.#queueUrl = queueUrl;
    this.#sendMessage = sendMessage;
  }

  async send(runId: string, delayMs = 0): Promise<void> {
    await this.#sendMessage({
      QueueUrl: this.#queueUrl,
      MessageBody: JSON.stringify({ runId }),
      // Rounded up: a wake that comes too early finds the run not due, and is lost.
      DelaySeconds: Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.ceil(delayMs / 1000))),
      ...traceHeader(),
    });
  }
}

/** Joins the invocation that sends with the one that the message leads to, in X-Ray. Lambda sets it for each. */
function traceHeader(): Pick<SendMessageCommandInput, 'MessageSystemAttributes'> {
  const header = process.env['_X_AMZN_TRACE_ID'];
  if (header === undefined || header === '') return {};
  return { MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: header } } };
}
