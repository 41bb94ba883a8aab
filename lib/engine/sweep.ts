/**
 * Finds runs that are due and that no worker runs, and wakes them (operation 16). So every other wake is a mere hint (I1),
 * and the runs of dead workers are taken over (I7). Runs whose retention is over are purged on the way (operation 17). Of a
 * workflow that is paused it holds the runs (operation 29), and puts them back when it is not (operation 30).
 *
 * Relies on: it runs again and again, and the index of the due catches up. Nothing else keeps a run from being stuck.
 *
 * Tested by: test/invariants/i1-table-is-truth.test.ts, test/invariants/i7-takeover.test.ts,
 * test/adversarial/late-shards-wait.test.ts
 */
import { LONGEST_BLOCKED_PAUSE_MS } from '../ports/limits.ts';
import { isClosed } from '../core/run-status.ts';
import { pausedIn } from '../ports/paused-workflows.ts';
import { mayBeHeld, type RunItem } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';
import { wakePools } from './pools/wake-pools.ts';
import { putHeldBack } from './put-held-back.ts';
import { emit } from './observe.ts';
import type { PausedByName } from './paused-workflows.ts';
import type { EngineOptions } from './settings.ts';

export interface Sweep {
  readonly woken: number;
  readonly purged: number;
  /** Due, and leased by a worker. */
  readonly leased: number;
  /** Not due yet; a wake for the time when they will be was sent. */
  readonly ahead: number;
  /** Due, and of a workflow that is paused. */
  readonly held: number;
  /** They were held, and their workflow is not paused any more. */
  readonly putBack: number;
  /** The time was over before all were looked at. */
  readonly isCut?: true;
}

export interface SweepOptions {
  /**
   * How far ahead to look for timers for which no wake was sent when their runs were suspended: a sweep interval and
   * some slack, so that none falls due between two sweeps. Default 0.
   */
  readonly aheadMs?: number;
  /**
   * Wakes blocked runs too, before their next retry: there may be new code, which tries at once. Code that has tried
   * skips the turn. Default: false.
   */
  readonly wakesBlocked?: boolean;
  /** No further runs are looked at from then on. Default: all are. */
  readonly endsByMs?: number;
  /**
   * Where in the index to begin, 0 <= begin < 1. A sweep that is cut leaves the rest to the next one; that one must not
   * begin at the same place, or the rest would never be reached. Default 0.
   */
  readonly begin?: number;
}

/** A sweeper needs no workflow's code. */
export type SweepPorts = Pick<EngineOptions, 'store' | 'wakes' | 'clock' | 'log' | 'observe'>;

type Found = 'woken' | 'purged' | 'leased' | 'ahead' | 'held' | 'nothing';

/** How many runs are looked at together. */
const AT_ONCE = 20;

/** What of the time that is left a sweep has for held runs, and then for pools: runs that are due have to be woken too. */
const PART_FOR_OTHERS = 0.5;

export async function sweep(ports: SweepPorts, options: SweepOptions = {}): Promise<Sweep> {
  const { aheadMs = 0, wakesBlocked = false, endsByMs = Infinity, begin = 0 } = options;
  const reachMs = wakesBlocked ? Math.max(aheadMs, LONGEST_BLOCKED_PAUSE_MS) : aheadMs;
  const list = await ports.store.readWorkflowList();
  const partEndsByMs = (): number => {
    const nowMs = ports.clock.nowMs();
    return nowMs + (endsByMs - nowMs) * PART_FOR_OTHERS;
  };
  const held = await putHeldBack(ports, list, { atOnce: AT_ONCE, endsByMs: partEndsByMs() });
  const resumed = list.workflows.map(({ workflow, resumedAtMs = 0 }) => [workflow, resumedAtMs] as const);
  await wakePools(ports, partEndsByMs());
  const look: Look = { aheadMs, wakesBlocked, paused: pausedIn(list), resumedAtMs: new Map(resumed) };
  const counts = { woken: 0, purged: 0, leased: 0, ahead: 0, held: 0, putBack: held.runIds.size };
  for await (const page of ports.store.listDue(ports.clock.nowMs() + reachMs, begin)) {
    for (let from = 0; from < page.length; from += AT_ONCE) {
      if (ports.clock.nowMs() >= endsByMs) return { ...counts, isCut: true };
      const others = page.slice(from, from + AT_ONCE).filter((runId) => !held.runIds.has(runId));
      const found = await Promise.all(others.map((runId) => lookAt(ports, look, runId)));
      for (const kind of found) if (kind !== 'nothing') counts[kind] += 1;
    }
  }
  return held.isCut ? { ...counts, isCut: true } : counts;
}

interface Look extends Required<Pick<SweepOptions, 'aheadMs' | 'wakesBlocked'>> {
  readonly paused: PausedByName;
  /** When workflows were resumed: their runs could take no turn before. */
  readonly resumedAtMs: ReadonlyMap<string, number>;
}

/** The index may be behind, so the run item decides. */
async function lookAt(ports: SweepPorts, look: Look, runId: string): Promise<Found> {
  const { aheadMs, wakesBlocked, paused } = look;
  const { store, clock, wakes, log } = ports;
  try {
    const run = await store.readRun(runId);
    const nowMs = clock.nowMs();
    if (run === undefined) return await purge(store, runId, nowMs); // what is left of one that was deleted
    if (run.dueAtMs === undefined || run.pausedAtMs !== undefined) return 'nothing';
    const isHeldBack = !isClosed(run.status) && paused.has(run.workflow) && mayBeHeld(run);
    if (run.dueAtMs > nowMs) {
      if (isHeldBack) return 'nothing'; // the sweep at which it is due holds it
      if (wakesBlocked && run.blocked !== undefined) {
        await wakes.send(runId);
        return 'woken';
      }
      if (run.needsWake !== true || run.dueAtMs > nowMs + aheadMs) return 'nothing';
      await wakes.send(runId, run.dueAtMs - nowMs);
      return 'ahead';
    }
    if (isClosed(run.status) && run.afterEnd !== undefined) {
      await wakes.send(runId);
      return 'woken';
    }
    if (isClosed(run.status)) return await purge(store, runId, nowMs);
    if (run.lease !== undefined && run.lease.expiresAtMs > nowMs) return 'leased';
    if (isHeldBack) {
      const { kind } = await store.holdRun(runId, { workflow: run.workflow, nowMs, dueByMs: nowMs });
      return kind === 'held' ? kind : 'nothing';
    }
    emit(ports, { kind: 'due-run-found', runId, atMs: nowMs, sinceMs: dueSinceMs(run, look) });
    await wakes.send(runId);
    return 'woken';
  } catch (error) {
    log.error('a run that is due was not woken; the next sweep tries again', { runId, error });
    return 'nothing';
  }
}

async function purge(store: Store, runId: string, nowMs: number): Promise<Found> {
  const { kind } = await store.purge(runId, nowMs);
  return kind === 'purged' ? kind : 'nothing';
}

/** Since when it could have taken a turn; undefined if the table does not say. */
function dueSinceMs({ workflow, dueAtMs = 0, lease, status, createdAtMs }: RunItem, look: Look): number | undefined {
  const notBeforeMs = look.resumedAtMs.get(workflow) ?? 0;
  if (lease !== undefined) return Math.max(dueAtMs, lease.expiresAtMs, notBeforeMs); // until then a worker had it
  if (dueAtMs > 0) return Math.max(dueAtMs, notBeforeMs);
  return status === 'pending' ? Math.max(createdAtMs, notBeforeMs) : undefined; // a message came, whenever that was
}
