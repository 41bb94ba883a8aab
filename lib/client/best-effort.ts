/** Work after the deciding write. It may fail: the cost is a delay or a leftover item, never a wrong run. */
import type { WakeQueue } from '../ports/wake-queue.ts';
import type { CallPorts } from './call-ports.ts';

/** A wake that is lost is found by the sweeper (I1). */
export async function sendWake(ports: CallPorts, wakes: WakeQueue, runId: string, delayMs = 0): Promise<void> {
  try {
    await wakes.send(runId, delayMs);
  } catch (error) {
    ports.log.warn(`the wake for run "${runId}" could not be sent: the sweeper will find the run`, error);
  }
}

/** Deletes an unused item; if that fails, the purge of the run deletes it. */
export async function deleteQuietly(ports: CallPorts, what: string, remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    ports.log.warn(`the unused ${what} could not be deleted: it stays until the run is purged`, error);
  }
}
