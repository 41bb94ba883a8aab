/** What SQS answers over its JSON protocol, limits and errors included: as much of it as senders and receivers need. */
import type { MessageQueue } from './message-queue.ts';
import { deleteMessage, hideMessage, receiveMessages } from './sqs-receiving.ts';
import { inBatch, sendMessage, sendMessageBatch } from './sqs-sending.ts';
import { SqsError } from './sqs-error.ts';
import type { Clock } from '../../../ports/clock.ts';

export interface SqsAnswer {
  readonly statusCode: number;
  readonly body: unknown;
  /** The value of the header `x-amzn-query-error`: by it the SDK names the error. */
  readonly queryError?: string;
}

/** A queue as SQS knows it. */
export interface NamedQueue {
  readonly name: string;
  readonly url: string;
  readonly queue: MessageQueue;
  /** What GetQueueAttributes tells besides the numbers of messages. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface SqsContext {
  readonly queues: readonly NamedQueue[];
  readonly clock: Clock;
}

/** Carries out one call: `target` is the header `x-amz-target`, such as `AmazonSQS.SendMessage`. */
export async function answerSqs(parts: SqsContext, call: { target: string; body: string }): Promise<SqsAnswer> {
  try {
    const input = parse(call.body);
    const operation = sqsOperation(call.target);
    const handler = OPERATIONS[operation];
    if (!handler) {
      const known = Object.keys(OPERATIONS).join(', ');
      throw new SqsError('UnsupportedOperation', `The local queue knows ${known}; it was asked for ${operation}.`);
    }
    return { statusCode: 200, body: await handler(findQueue(parts, operation, input), input, parts) };
  } catch (error) {
    if (!(error instanceof SqsError)) throw error;
    return toSqsAnswer(error);
  }
}

function sqsOperation(target: string): string {
  return target.replace(/^AmazonSQS\./, '');
}

/** The queue of a request: by its URL's path, as its host has many names. Undefined if there is none. */
export function queueOf(queues: readonly NamedQueue[], input: Record<string, unknown>): NamedQueue | undefined {
  const { QueueName: name, QueueUrl: url } = input;
  return queues.find((named) =>
    typeof name === 'string' ? named.name === name : typeof url === 'string' && pathOf(named.url) === pathOf(url),
  );
}

export function toSqsAnswer(error: SqsError): SqsAnswer {
  return {
    statusCode: 400,
    body: { __type: `com.amazonaws.sqs#${error.code}`, message: error.message },
    queryError: error.queryError,
  };
}

export type Input = Record<string, unknown>;

type Handler = (named: NamedQueue, input: Input, parts: SqsContext) => unknown;

const OPERATIONS: Record<string, Handler> = {
  SendMessage: ({ queue }, input) => sendMessage(queue, input),
  SendMessageBatch: ({ queue }, input) => sendMessageBatch(queue, input),
  ReceiveMessage: ({ queue }, input, { clock }) => receiveMessages(queue, input, clock),
  DeleteMessage: ({ queue }, input) => deleteMessage(queue, input),
  DeleteMessageBatch: ({ queue }, input) => inBatch(input, (entry) => deleteMessage(queue, entry)),
  ChangeMessageVisibility: ({ queue }, input) => hideMessage(queue, input),
  ChangeMessageVisibilityBatch: ({ queue }, input) => inBatch(input, (entry) => hideMessage(queue, entry)),
  PurgeQueue: ({ queue }) => {
    queue.purge();
    return {};
  },
  GetQueueUrl: ({ url }) => ({ QueueUrl: url }),
  GetQueueAttributes: (named, input) => ({ Attributes: attributesOf(named, input['AttributeNames']) }),
};

/** Names of all operations that are answered. */
export const SQS_OPERATIONS: readonly string[] = Object.keys(OPERATIONS);

function findQueue({ queues }: SqsContext, operation: string, input: Input): NamedQueue {
  const found = queueOf(queues, input);
  if (found) return found;
  const asked = operation === 'GetQueueUrl' ? input['QueueName'] : input['QueueUrl'];
  const there = queues.map(({ url }) => url).join(', ');
  throw new SqsError(
    'QueueDoesNotExist',
    `The specified queue does not exist: ${JSON.stringify(asked)} is not among the local ones, ${there}.`,
  );
}

function attributesOf({ queue, attributes }: NamedQueue, asked: unknown): Record<string, string> {
  const { visible, inFlight, delayed } = queue.counts();
  const all = {
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    ...attributes,
  };
  const names: unknown[] = Array.isArray(asked) ? asked : [];
  if (names.includes('All')) return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}

function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/]*/, '');
}

function parse(body: string): Input {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) return value as Input;
  } catch {
    // answered below, as anything else that is not an object
  }
  throw new SqsError('InvalidParameterValue', 'The request body is not a JSON object.');
}
