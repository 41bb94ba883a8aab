/** SendMessage, and what batches have in common. */
import { createHash } from 'node:crypto';
import {
  bytesOfAttributes,
  digestOfAttributes,
  readMessageAttributes,
  type MessageAttributes,
} from './message-attributes.ts';
import type { MessageExtras, MessageQueue } from './message-queue.ts';
import { SqsError } from './sqs-error.ts';

const DELAY_LIMIT_SECONDS = 900;
const BATCH_LIMIT = 10;
const BODY_LIMIT_BYTES = 1_048_576;

type Input = Record<string, unknown>;

export function sendMessage(queue: MessageQueue, input: Input): Record<string, unknown> {
  const { body, delayMs, extras } = readMessage(input);
  return {
    MessageId: queue.send(body, delayMs, extras),
    MD5OfMessageBody: md5(body),
    ...(extras.attributes ? { MD5OfMessageAttributes: digestOfAttributes(extras.attributes) } : {}),
  };
}

export function sendMessageBatch(queue: MessageQueue, input: Input): unknown {
  const bytes = readEntries(input).reduce((sum, entry) => sum + messageBytes(entry), 0);
  if (bytes > BODY_LIMIT_BYTES) {
    throw new SqsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${BODY_LIMIT_BYTES} bytes. You have sent ${bytes} bytes.`,
    );
  }
  return inBatch(input, (entry) => sendMessage(queue, entry));
}

/** Each entry succeeds or fails for itself. */
export function inBatch(input: Input, work: (entry: Input) => Record<string, unknown>): unknown {
  const successful: unknown[] = [];
  const failed: unknown[] = [];
  for (const entry of readEntries(input)) {
    try {
      successful.push({ Id: entry['Id'], ...work(entry) });
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      failed.push({ Id: entry['Id'], Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful: successful, ...(failed.length > 0 ? { Failed: failed } : {}) };
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function readMessage(input: Input): { body: string; delayMs: number | undefined; extras: MessageExtras } {
  const body = input['MessageBody'];
  if (typeof body !== 'string' || body === '') {
    throw new SqsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  const attributes = readMessageAttributes(input['MessageAttributes']);
  if (messageBytes(input) > BODY_LIMIT_BYTES) {
    throw new SqsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${BODY_LIMIT_BYTES} bytes.`,
    );
  }
  const traceHeader = (input['MessageSystemAttributes'] as MessageAttributes | undefined)?.['AWSTraceHeader'];
  const extras = {
    ...(attributes ? { attributes } : {}),
    ...(traceHeader?.StringValue === undefined ? {} : { traceHeader: traceHeader.StringValue }),
  };
  return { body, delayMs: readDelayMs(input['DelaySeconds']), extras };
}

/** Undefined: the queue's own. */
function readDelayMs(delaySeconds: unknown): number | undefined {
  if (delaySeconds === undefined || delaySeconds === null) return undefined;
  if (!Number.isInteger(delaySeconds) || Number(delaySeconds) < 0 || Number(delaySeconds) > DELAY_LIMIT_SECONDS) {
    throw new SqsError(
      'InvalidParameterValue',
      `Value ${JSON.stringify(delaySeconds)} for parameter DelaySeconds is invalid. ` +
        `Reason: DelaySeconds must be >= 0 and <= ${DELAY_LIMIT_SECONDS}.`,
    );
  }
  return Number(delaySeconds) * 1000;
}

function readEntries(input: Input): Input[] {
  const entries = (Array.isArray(input['Entries']) ? input['Entries'] : []) as Input[];
  if (entries.length === 0) {
    throw new SqsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
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
  return entries;
}

function messageBytes({ MessageBody: body, MessageAttributes: attributes }: Input): number {
  const bodyBytes = typeof body === 'string' ? Buffer.byteLength(body) : 0;
  return bodyBytes + bytesOfAttributes(attributes as MessageAttributes | undefined);
}
