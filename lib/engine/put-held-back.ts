/**
 * Puts back held runs whose workflow is not paused any more (operation 30): to where sweeps look. And it wakes them.
 * What one sweep does not come to is there for the next one.
 *
 * It looks at each workflow in the list, however long ago it was paused: a worker that learned of the pause may hold a run
 * late. Only when the list is long are workflows taken out of it, if they were resumed a day ago and have no held runs.
 *
 * Tested by: test/engine/pause-workflow.test.ts, test/adversarial/held-too-late.test.ts
 */
import { type ListedWorkflow, LISTED_WORKFLOWS_LIMIT, type WorkflowList } from '../ports/paused-workflows.ts';
import { LONGEST_WAKE_DELAY_MS } from '../ports/limits.ts';
import type { SweepPorts } from './sweep.ts';

export interface PutBack {
  /** Ids of the runs that were put back and woken. */
  readonly runIds: ReadonlySet<string>;
  /** The time was over before all were put back. */
  readonly isCut: boolean;
}

interface PutBackOptions {
  /** How many runs are put back together. */
  readonly atOnce: number;
  readonly endsByMs: number;
}

/** A wake comes so long after the resume at the soonest: by then no worker believes that the workflow is paused. */
const AFTER_RESUME_MS = 2_000;

const LONG_LIST = LISTED_WORKFLOWS_LIMIT / 2;
const DAY_MS = 24 * 60 * 60_000;

export async function putHeldBack(
  ports: SweepPorts,
  list: WorkflowList,
  { atOnce, endsByMs }: PutBackOptions,
): Promise<PutBack> {
  const runIds = new Set<string>();
  const withoutHeld = new Set<ListedWorkflow>();
  for (const listed of list.workflows) {
    if (listed.pausedAtMs !== undefined) continue;
    withoutHeld.add(listed);
    for await (const page of ports.store.listHeld(listed.workflow)) {
      withoutHeld.delete(listed);
      for (let from = 0; from < page.length; from += atOnce) {
        if (ports.clock.nowMs() >= endsByMs) return { runIds, isCut: true };
        const chunk = page.slice(from, from + atOnce);
        const done = await Promise.all(chunk.map((runId) => putRunBack(ports, listed, runId)));
        for (const [index, runId] of chunk.entries()) if (done[index]) runIds.add(runId);
      }
    }
  }
  await shorten(ports, list, withoutHeld);
  return { runIds, isCut: false };
}

async function shorten(
  { store, clock, log }: SweepPorts,
  { version, workflows }: WorkflowList,
  withoutHeld: ReadonlySet<ListedWorkflow>,
): Promise<void> {
  if (workflows.length <= LONG_LIST) return;
  const yesterdayMs = clock.nowMs() - DAY_MS;
  const isOver = (listed: ListedWorkflow): boolean =>
    withoutHeld.has(listed) && (listed.resumedAtMs ?? Infinity) <= yesterdayMs;
  if (!workflows.some(isOver)) return;
  try {
    // Where it was changed meanwhile, another sweep has an occasion.
    await store.changeWorkflowList({ version: version + 1, workflows: workflows.filter((one) => !isOver(one)) });
  } catch (error) {
    log.warn('the list of paused workflows was not shortened: the next sweep tries again', { error });
  }
}

async function putRunBack(
  { store, clock, wakes, log }: SweepPorts,
  { workflow, resumedAtMs = 0 }: ListedWorkflow,
  runId: string,
): Promise<boolean> {
  try {
    const putting = await store.putRunBack(runId, workflow);
    if (putting.kind !== 'done') return false;
    const nowMs = clock.nowMs();
    // By another clock, which may be ahead.
    const wakeAtMs = Math.max(putting.run.dueAtMs ?? 0, Math.min(resumedAtMs, nowMs) + AFTER_RESUME_MS);
    await wakes.send(runId, Math.min(Math.max(0, wakeAtMs - nowMs), LONGEST_WAKE_DELAY_MS));
    return true;
  } catch (error) {
    log.error('a held run was not put back, or not woken; the next sweep tries again', { runId, error });
    return false;
  }
}
