/** What tests of runs that fail ask of them. */
import type { HistoryEvent } from '../../lib/client/history-event.ts';
import type { Run } from '../../lib/client/run.ts';

/** What the run has failed with. */
export async function failed(run: Run<unknown>): Promise<unknown> {
  const thrown: unknown = await run.result().catch((error: unknown) => error);
  return (thrown as Error).cause;
}

export async function historyOf(run: Run<unknown>): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for await (const event of run.history()) events.push(event);
  return events;
}
