/** What SQS answers over its JSON protocol, limits and errors included: as much of it as a sender needs. */
import { createHash } from 'node:crypto';
import type { MessageQueue } from './message-queue.ts';

const DELAY_LIMIT_SECONDS = 900;
const BATCH_LIMIT = 10;
const BODY_LIMIT_BYTES = 1_048_576;

export interface SqsAnswer {
  readonly statusCode: number;
  readonly body: unknown;
  /** The value of the header `x-amzn-query-error`: by it the SDK names the error. */
  readonly queryError?: string;
}

/** Carries out one call: `target` is the header `x-amz-target`, such as `AmazonSQS.SendMessage`. */
export function answerSqs(queue: MessageQueue, queueUrl: string, call: { target: string; body: string }): SqsAnswer {
  try {
    const input = parse(call.body);
    const operation = call.target.replace(/^AmazonSQS\./, '');
    const handler = OPERATIONS[operation];
    if (!handler) {
      const known = Object.keys(OPERATIONS).join(', ');
      throw new SqsError('UnsupportedOperation', `The local queue knows ${known}; it was asked for ${operation}.`);
    }
    if (operation !== 'GetQueueUrl' && input['QueueUrl'] !== queueUrl) {
      throw new SqsError('QueueDoesNotExist', `The specified queue does not exist: the local one is ${queueUrl}.`);
    }
    return { statusCode: 200, body: handler(queue, input, queueUrl) };
  } catch (error) {
    if (!(error instanceof SqsError)) throw error;
    return {
      statusCode: 400,
      body: { __type: `com.amazonaws.sqs#${error.code}`, message: error.message },
      queryError: `${QUERY_CODES[error.code] ?? error.code};Sender`,
    };
  }
}

type Input = Record<string, unknown>;

class SqsError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Errors that have another name in the older protocol, which the header speaks. */
const QUERY_CODES: Record<string, string> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
};

const OPERATIONS: Record<string, (queue: MessageQueue, input: Input, queueUrl: string) => unknown> = {
  SendMessage: (queue, input) => sendMessage(queue, input),
  SendMessageBatch: (queue, input) => sendMessageBatch(queue, input),
  GetQueueUrl: (_queue, _input, queueUrl) => ({ QueueUrl: queueUrl }),
  GetQueueAttributes: (queue) => ({ Attributes: { ApproximateNumberOfMessages: String(queue.size()) } }),
};

function sendMessage(queue: MessageQueue, input: Input): unknown {
  const { body, delaySeconds } = readMessage(input);
  return { MessageId: queue.send(body, delaySeconds * 1000), MD5OfMessageBody: md5(body) };
}

function sendMessageBatch(queue: MessageQueue, input: Input): unknown {
  const entries = readEntries(input['Entries']);
  const successful: unknown[] = [];
  const failed: unknown[] = [];
  for (const entry of entries) {
    try {
      successful.push({ Id: entry['Id'], ...(sendMessage(queue, entry) as object) });
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      failed.push({ Id: entry['Id'], Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful: successful, ...(failed.length > 0 ? { Failed: failed } : {}) };
}

function readMessage(input: Input): { body: string; delaySeconds: number } {
  const body = input['MessageBody'];
  if (typeof body !== 'string' || body === '') {
    throw new SqsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (Buffer.byteLength(body) > BODY_LIMIT_BYTES) {
    throw new SqsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${BODY_LIMIT_BYTES} bytes.`,
    );
  }
  const delaySeconds = input['DelaySeconds'] ?? 0;
  if (!Number.isInteger(delaySeconds) || Number(delaySeconds) < 0 || Number(delaySeconds) > DELAY_LIMIT_SECONDS) {
    throw new SqsError(
      'InvalidParameterValue',
      `Value ${JSON.stringify(delaySeconds)} for parameter DelaySeconds is invalid. ` +
        `Reason: DelaySeconds must be >= 0 and <= ${DELAY_LIMIT_SECONDS}.`,
    );
  }
  return { body, delaySeconds: Number(delaySeconds) };
}

function readEntries(value: unknown): Input[] {
  const entries = (Array.isArray(value) ? value : []) as Input[];
  if (entries.length === 0) {
    throw new SqsError(
      'EmptyBatchRequest',
      'There should be at least one SendMessageBatchRequestEntry in the request.',
    );
  }
  if (entries.length > BATCH_LIMIT) {
    throw new SqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${BATCH_LIMIT}. You have sent ${entries.length}.`,
    );
  }
  if (new Set(entries.map((entry) => entry['Id'])).size < entries.length) {
    throw new SqsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  }
  const bytes = entries.reduce((sum, entry) => sum + bodyBytes(entry), 0);
  if (bytes > BODY_LIMIT_BYTES) {
    throw new SqsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${BODY_LIMIT_BYTES} bytes. You have sent ${bytes} bytes.`,
    );
  }
  return entries;
}

function bodyBytes({ MessageBody: body }: Input): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : 0;
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

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
