/**
 * Finds runs that are due and that nobody wakes, and wakes them (16). It makes every other wake a mere hint (I1), and
 * brings the runs of dead workers back (I7). What has to be forgotten is purged on the way.
 */
import { isClosed } from '../ports/run-item.ts';
import type { EngineOptions } from './settings.ts';

export interface Sweep {
  readonly woken: number;
  readonly purged: number;
  /** Due, and in somebody's turn. */
  readonly held: number;
}

/** A sweeper needs no workflow's code. */
export type SweepPorts = Pick<EngineOptions, 'store' | 'wakes' | 'clock' | 'log'>;

/** How many runs are looked at together. */
const AT_ONCE = 20;

export async function sweep(ports: SweepPorts): Promise<Sweep> {
  const counts = { woken: 0, purged: 0, held: 0 };
  for await (const page of ports.store.listDue(ports.clock.nowMs())) {
    for (let from = 0; from < page.length; from += AT_ONCE) {
      const found = await Promise.all(page.slice(from, from + AT_ONCE).map((runId) => lookAt(ports, runId)));
      for (const kind of found) if (kind !== 'nothing') counts[kind] += 1;
    }
  }
  return counts;
}

/** The index may be behind, so the run item decides. */
async function lookAt({ store, clock, wakes, log }: SweepPorts, runId: string): Promise<keyof Sweep | 'nothing'> {
  try {
    const run = await store.readRun(runId);
    const nowMs = clock.nowMs();
    if (run?.dueAtMs === undefined || run.dueAtMs > nowMs) return 'nothing';
    if (isClosed(run.status)) {
      await store.purge(runId);
      return 'purged';
    }
    if (run.lease !== undefined && run.lease.expiresAtMs > nowMs) return 'held';
    await wakes.send(runId);
    return 'woken';
  } catch (error) {
    log.error('a run that is due was not woken; the next sweep tries again', { runId, error });
    return 'nothing';
  }
}
