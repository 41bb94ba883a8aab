/** What SQS hands to the worker, and how the worker says which messages it could not take. */
import { describeValue } from '../core/describe-value.ts';
import { isRunId } from '../core/run-id.ts';
import { LullError } from '../core/errors.ts';
import { isPoolWake } from '../ports/pool.ts';

/** As much of an SQS event as the worker reads. */
export interface SqsEvent {
  readonly Records: readonly SqsRecord[];
}

export interface SqsRecord {
  readonly messageId: string;
  readonly body: string;
}

/** The messages named here come again; the others are deleted (ReportBatchItemFailures). */
export interface SqsBatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export type WakeReading =
  /** Of a run, or of a pool, as `toPoolWake` names it. */
  | { readonly kind: 'wake'; readonly runId: string }
  /** No wake, and never will be one: the message is left to the dead-letter queue. */
  | { readonly kind: 'malformed'; readonly problem: string };

/** The messages of an event. Raises a LullError for what no event source of a queue hands over. */
export function readRecords(event: unknown): readonly SqsRecord[] {
  const records = (event as { Records?: unknown } | null | undefined)?.Records;
  if (Array.isArray(records) && records.every(isRecord)) return records;
  throw new LullError(
    'NOT_A_QUEUE_EVENT',
    `the worker was invoked with ${describeValue(event)}, and takes the events of an SQS event source: let the queue of wakes invoke it, and nothing else`,
  );
}

function isRecord(record: unknown): record is SqsRecord {
  return typeof (record as { messageId?: unknown } | null)?.messageId === 'string';
}

/** Reads the body of one message: `{"runId":"..."}`. */
export function readWake({ body }: SqsRecord): WakeReading {
  const runId = runIdOf(body);
  if (isRunId(runId) || isPoolWake(runId)) return { kind: 'wake', runId };
  return {
    kind: 'malformed',
    problem: `a message of the queue of wakes reads ${describeValue(body)}, and should read {"runId":"..."}: something else sends to this queue`,
  };
}

function runIdOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { runId?: unknown } | null)?.runId;
  } catch {
    return undefined;
  }
}
