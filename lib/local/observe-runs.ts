/** Reports the runs whose wakes are in a batch of messages, before and after a function works on it. */
import { readWake } from '../aws/sqs-event.ts';
import type { RunEvents } from './run-events.ts';
import type { QueuedMessage } from './services/sqs/message-queue.ts';

/** To be called with each batch before it is handed over. What it returns is to be called after that. */
export function observeRuns(
  events: Pick<RunEvents, 'beforeTurn' | 'afterTurn'>,
): (batch: readonly QueuedMessage[]) => () => void {
  return (batch) => {
    const runIds = runIdsOf(batch);
    for (const runId of runIds) void events.beforeTurn(runId);
    return () => {
      for (const runId of runIds) void events.afterTurn(runId);
    };
  };
}

function runIdsOf(batch: readonly QueuedMessage[]): ReadonlySet<string> {
  const wakes = batch.map(({ id, body }) => readWake({ messageId: id, body }));
  return new Set(wakes.flatMap((wake) => (wake.kind === 'wake' ? [wake.runId] : [])));
}
