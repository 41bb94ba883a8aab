/**
 * Pauses a run, and lets it go on: operation 26 and operation 27 of docs/protocol.md. Each is a look at the run, and a write
 * on the condition that nothing was accepted since: so a request that the network carries out late changes nothing.
 *
 * A run that was asked to stop, and has not heard of it, is not paused: the request would wait for the resume.
 */
import { RunEndedError, RunNotFoundError } from '../core/run-errors.ts';
import { isClosed } from '../core/run-status.ts';
import { delay } from '../ports/delay.ts';
import { LONGEST_WAKE_DELAY_MS } from '../ports/limits.ts';
import { isToStop } from '../ports/message.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';
import type { PauseRunResult } from '../ports/pause-run.ts';
import { StoreUnavailableError } from '../ports/world-errors.ts';
import { sendWake } from './best-effort.ts';
import type { ClientPorts } from './client-ports.ts';
import { retryUnavailable } from './retry-unavailable.ts';

export async function pauseRun(ports: ClientPorts, runId: string): Promise<void> {
  const store = await ports.openStore();
  await untilAsSeen({ ports, store, runId, what: 'a request to pause it' }, async (run) => {
    if (run.pausedAtMs !== undefined || (await isAboutToStop(ports, store, run))) return undefined;
    return store.pauseRun(runId, { wakesSeen: run.wakes, pausedAtMs: ports.clock.nowMs() });
  });
}

export async function resumeRun(ports: ClientPorts, runId: string): Promise<void> {
  const store = await ports.openStore();
  const wakes = await ports.openWakes(); // before anything is written: it may not be set up
  const resumed = await untilAsSeen({ ports, store, runId, what: 'a request to resume it' }, async (run) => {
    return run.pausedAtMs === undefined ? undefined : store.resumeRun(runId, { wakesSeen: run.wakes });
  });
  const nowMs = ports.clock.nowMs();
  const { dueAtMs = Infinity, lease } = resumed;
  // A worker that has the lease finds out by itself; the time that is too far for the queue is the sweeper's.
  if (lease !== undefined && lease.expiresAtMs > nowMs) return;
  const delayMs = Math.max(0, dueAtMs - nowMs);
  if (delayMs <= LONGEST_WAKE_DELAY_MS) await sendWake(ports, wakes, runId, delayMs);
}

/** So often messages may come in between. */
const ATTEMPTS = 20;
const PAUSE_MS = 20;

interface Asked {
  readonly ports: ClientPorts;
  readonly store: Store;
  readonly runId: string;
  /** For the errors. */
  readonly what: string;
}

/** The run as it was written, or was there if nothing was to be written. */
async function untilAsSeen(
  { ports, store, runId, what }: Asked,
  write: (run: RunItem) => Promise<PauseRunResult | undefined>,
): Promise<RunItem> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const run = await retryUnavailable(ports.clock, () => store.readRun(runId));
    if (run === undefined) throw new RunNotFoundError(runId);
    if (isClosed(run.status)) throw new RunEndedError(runId, run.status, what);
    // A repeat after an answer that was lost finds the run changed, by itself: the next look says so.
    const result = await retryUnavailable(ports.clock, () => write(run));
    if (result === undefined) return run;
    if (result.kind === 'done') return result.run;
    if (result.kind === 'not-found') throw new RunNotFoundError(runId);
    if (attempt > 1) await delay(ports.clock, PAUSE_MS * Math.random());
  }
  throw new StoreUnavailableError(what, { cause: new Error(`messages came in between ${ATTEMPTS} times`) });
}

/** Of what is in the inbox, a message that has a payload is not in the journal: the run has not heard of it. */
async function isAboutToStop(
  ports: ClientPorts,
  store: Store,
  { runId, inboxIds, letters, isToTerminate }: RunItem,
): Promise<boolean> {
  if (isToTerminate) return true;
  if (inboxIds.length === 0) return false;
  const messages = await retryUnavailable(ports.clock, () => store.loadMessages(runId, inboxIds, letters));
  return messages.some(({ kind }) => isToStop(kind));
}
