/** Waits for a run to end, by looking at it in growing intervals. */
import { toMilliseconds, type Duration } from '../core/duration.ts';
import { TimeoutError } from '../core/errors.ts';
import { delay } from '../ports/delay.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { ClientPorts } from './client-ports.ts';
import { RunCancelledError, RunFailedError, RunNotFoundError, RunTerminatedError } from '../core/run-errors.ts';
import { retryUnavailable } from './retry-unavailable.ts';
import { readEnd, type RunEnd, type Unregistered } from './run-value.ts';

/** How long to wait for a result. */
export interface ResultOptions {
  /** How long to wait: then a TimeoutError, and the run goes on. Zero looks once. Default: as long as it takes. */
  readonly timeout?: Duration | undefined;
}

const FIRST_INTERVAL_MS = 50;
const LONGEST_INTERVAL_MS = 1_000;
const GROWTH = 1.5;

/** The workflow's result, or what ended the run instead, as an error. */
export async function awaitResult(ports: ClientPorts, runId: string, timeout: Duration | undefined): Promise<unknown> {
  const timeoutMs = timeout === undefined ? Infinity : toMilliseconds(timeout, 'the timeout of result()');
  const { run, end } = await awaitEnd(ports, runId, { timeoutMs, unregistered: 'refuse' });
  if (end === undefined) throw new TimeoutError(timeoutMessage(run, timeoutMs));
  return toResult(run, end);
}

/** The run once it has ended, or as it is when the time is over. */
export async function awaitEnd(
  ports: ClientPorts,
  runId: string,
  { timeoutMs, unregistered }: { timeoutMs: number; unregistered: Unregistered },
): Promise<{ readonly run: RunItem; readonly end: RunEnd | undefined }> {
  const giveUpAtMs = ports.clock.nowMs() + timeoutMs;
  const store = await ports.openStore();
  for (let intervalMs = FIRST_INTERVAL_MS; ; intervalMs = Math.min(intervalMs * GROWTH, LONGEST_INTERVAL_MS)) {
    const { run, end } = await retryUnavailable(ports.clock, async () => {
      const run = await store.readRun(runId);
      return { run, end: run && (await readEnd(store, run, unregistered)) };
    });
    if (run === undefined) throw new RunNotFoundError(runId);
    const remainingMs = giveUpAtMs - ports.clock.nowMs();
    if (end !== undefined || remainingMs <= 0) return { run, end };
    await delay(ports.clock, Math.min(intervalMs, remainingMs));
  }
}

function toResult(run: RunItem, end: RunEnd): unknown {
  switch (end.status) {
    case 'completed':
      return end.result;
    case 'failed':
      throw new RunFailedError(run.runId, run.workflow, end.error);
    case 'cancelled':
      throw new RunCancelledError(run.runId, end.reason, end.undoErrors);
    case 'terminated':
      throw new RunTerminatedError(run.runId, end.reason, end.undoErrors);
  }
}

function timeoutMessage({ runId, status, blocked }: RunItem, timeoutMs: number): string {
  const why = blocked === undefined ? '' : `, since ${new Date(blocked.sinceMs).toISOString()}: ${blocked.reason}`;
  return `run "${runId}" has not ended within ${timeoutMs} ms: it is ${status}${why}`;
}
