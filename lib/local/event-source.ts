/**
 * Feeds a queue to a function, as Lambda's event source mapping does: batches, several at a time, and partial failures.
 *
 * What failed, or whose process died, is not sent again from here: it was not deleted, so the queue shows it again
 * when its visibility timeout is over.
 */
import { createHash } from 'node:crypto';
import { readWake } from '../aws/sqs-event.ts';
import type { FunctionPool } from './function-pool.ts';
import type { MessageQueue, ReceivedMessage } from './services/sqs/message-queue.ts';
import { region } from './local-services.ts';
import type { RunEvents } from './run-events.ts';
import { systemAttributes } from './services/sqs/sqs-receiving.ts';

const BATCH_SIZE = 10;

export interface EventSourceOptions {
  readonly queue: MessageQueue;
  readonly queueArn: string;
  readonly pool: Pick<FunctionPool, 'free' | 'onFree' | 'invoke'>;
  readonly watch: Pick<RunEvents, 'beforeTurn' | 'afterTurn'>;
}

/** Begins at once. Ends with the queue and the pool: there is nothing to stop here. */
export function startEventSource(options: EventSourceOptions): void {
  const { queue, pool } = options;
  const drain = (): void => {
    while (pool.free() > 0) {
      const batch = queue.receive(BATCH_SIZE);
      if (batch.length === 0) return;
      void invokeWith(batch, options);
    }
  };
  pool.onFree(drain);
  queue.onVisible(drain);
}

async function invokeWith(batch: readonly ReceivedMessage[], options: EventSourceOptions): Promise<void> {
  const { queue, pool, watch } = options;
  const runIds = runIdsOf(batch);
  for (const runId of runIds) void watch.beforeTurn(runId);
  try {
    const result = await pool.invoke(toSqsEvent(batch, options));
    const failed = failedIds(result, batch);
    for (const message of batch) if (!failed.has(message.id)) queue.delete(message.receipt);
  } catch {
    // The pool tells why. The messages come again.
  }
  for (const runId of runIds) void watch.afterTurn(runId);
}

function runIdsOf(batch: readonly ReceivedMessage[]): Set<string> {
  const wakes = batch.map(({ id, body }) => readWake({ messageId: id, body }));
  return new Set(wakes.flatMap((wake) => (wake.kind === 'wake' ? [wake.runId] : [])));
}

/** An SQS event as Lambda gets it. The default region is that of the quick cloud. */
export function toSqsEvent(
  batch: readonly ReceivedMessage[],
  source: { readonly queueArn: string; readonly region?: string },
): unknown {
  return {
    Records: batch.map((message) => ({
      messageId: message.id,
      receiptHandle: message.receipt,
      body: message.body,
      attributes: systemAttributes(message),
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
      awsRegion: source.region ?? region,
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
