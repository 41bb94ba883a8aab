/** A batch of messages as a function gets it from SQS, and what the function's result says of the messages. */
import { createHash } from 'node:crypto';
import type { ReceivedMessage } from '../services/sqs/message-queue.ts';

export function toSqsEvent(
  batch: readonly ReceivedMessage[],
  source: { readonly queueArn: string; readonly region: string },
): unknown {
  return {
    Records: batch.map((message) => ({
      messageId: message.id,
      receiptHandle: message.receipt,
      body: message.body,
      attributes: message.systemAttributes,
      messageAttributes: Object.fromEntries(
        Object.entries(message.attributes ?? {}).map(([name, { DataType, StringValue, BinaryValue }]) => [
          name,
          {
            ...(StringValue === undefined ? { binaryValue: BinaryValue } : { stringValue: StringValue }),
            ...{ stringListValues: [], binaryListValues: [], dataType: DataType },
          },
        ]),
      ),
      md5OfBody: createHash('md5').update(message.body).digest('hex'),
      eventSource: 'aws:sqs',
      eventSourceARN: source.queueArn,
      awsRegion: source.region,
    })),
  };
}

/** Ids of the messages that a result reports as failed: all of them if it names one that is not in the batch. */
export function failedIds(result: unknown, batch: readonly ReceivedMessage[]): ReadonlySet<string> {
  const all = new Set(batch.map((message) => message.id));
  const failures = (result as { batchItemFailures?: unknown } | null)?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return all;
  const ids = failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier);
  return ids.every((id) => typeof id === 'string' && all.has(id)) ? new Set(ids as string[]) : all;
}
