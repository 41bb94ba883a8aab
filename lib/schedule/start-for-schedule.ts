/** What the run of a schedule does to the runs that it starts. */
import { operate } from '../api/operate.ts';
import type { Coroutine } from '../core/awaitable.ts';
import type { EndedRun } from '../core/ended-run.ts';
import { currentLoop } from '../core/loop.ts';
import type { ScheduleSpec } from './schedule-state.ts';

/** The run of that id, which may be there: then it is the one that was started for that time before. */
export function* startForSchedule(
  { workflow, input }: ScheduleSpec,
  runId: string,
  scheduledAtMs: number,
): Coroutine<string> {
  const encoded = currentLoop('a schedule').values.encode(input, `the input of workflow "${workflow}"`);
  return yield* operate<string>(
    { kind: 'start-run', workflow, input: encoded, runId, delayMs: 0, onConflict: 'use-existing', scheduledAtMs },
    workflow,
    [encoded],
  );
}

/** Whether a run has ended; one that was purged has. */
export function* hasEnded(runId: string): Coroutine<boolean> {
  try {
    return (yield* operate<EndedRun | undefined>({ kind: 'watch', runId, justLooks: true }, 'end')) !== undefined;
  } catch (error) {
    if (codeOf(error) === 'RUN_NOT_FOUND') return true;
    throw error;
  }
}

export function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | undefined)?.code;
}
