/** Deletes a run that has ended, with all that belongs to it. */
import { RunNotEndedError, RunNotFoundError } from '../core/run-errors.ts';
import { delay } from '../ports/delay.ts';
import type { DeleteRunResult } from '../ports/run-removal.ts';
import { sendWake } from './best-effort.ts';
import type { ClientPorts } from './client-ports.ts';
import { retryUnavailable } from './retry-unavailable.ts';

/** For the run to tell its parent, its watchers and its children: that takes milliseconds, right after its end. */
const SETTLING_WAITS_MS = [50, 150, 300, 500, 1_000];

export async function deleteRun(ports: ClientPorts, runId: string): Promise<void> {
  const deletion = await tryToDelete(ports, runId);
  switch (deletion.kind) {
    case 'deleted':
      return;
    case 'not-found':
      throw new RunNotFoundError(runId);
    case 'open':
      throw new RunNotEndedError(runId, `is ${deletion.run.status}: cancel or terminate it first`);
    case 'not-settled':
      throw notSettledError(runId);
  }
}

export function notSettledError(runId: string): RunNotEndedError {
  const learns = 'its parent, its children or runs that wait for it are still to learn of that';
  return new RunNotEndedError(runId, `has ended, and ${learns}: try again in a moment`);
}

/** Waits a little for a run that has ended a moment ago. */
export async function tryToDelete(ports: ClientPorts, runId: string): Promise<DeleteRunResult> {
  const store = await ports.openStore();
  const attempt = (): Promise<DeleteRunResult> =>
    retryUnavailable(ports.clock, async ({ isRepeat }) => {
      const deletion = await store.deleteRun(runId, ports.clock.nowMs());
      return isRepeat && deletion.kind === 'not-found' ? { kind: 'deleted' } : deletion; // by the attempt before
    });
  for (const waitMs of SETTLING_WAITS_MS) {
    const deletion = await attempt();
    if (deletion.kind !== 'not-settled') return deletion;
    if (waitMs === SETTLING_WAITS_MS[0]) await sendWake(ports, await ports.openWakes(), runId); // its worker may be lost
    await delay(ports.clock, waitMs);
  }
  return attempt();
}
