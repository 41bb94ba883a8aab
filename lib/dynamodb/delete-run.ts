/**
 * Deletes a closed run when it is asked for (operation 24): marks the run item, so that no caller finds the run any more,
 * then deletes what belongs to it, as a purge does.
 *
 * The marked run item keeps the id until no request of the run's workers and senders can be on its way any more: such a
 * request would meet the next run of that id. Where that time is over already it goes at once, else with the sweep that
 * comes after it. A delete that was cut short goes on when it is asked for again; otherwise that sweep sees to the rest.
 */
import { SHORTEST_RETENTION_MS } from '../core/shortest-retention.ts';
import { type AfterEnd, isToTell } from '../ports/run-item.ts';
import type { DeleteRunResult } from '../ports/run-removal.ts';
import { conditionalWrite } from './conditional-write.ts';
import { runIsClosedAndAsSeen, runIsSettledAndNotDeleted, runIsTheOneSeen } from './conditions.ts';
import { and } from './expression.ts';
import { findNumber, findText, itemKey, readNumber, readText } from './item.ts';
import type { Item } from './item.ts';
import type { PayloadOffload } from './payload-offload.ts';
import { beginPurge, deleteItems, deleteObjects, type Purge, readClosed } from './purge-run.ts';
import { deleteUpdate } from './run-updates.ts';
import { fromWorkflowShard, runSortKey } from './schema.ts';
import { fromRunItem } from './stored-run.ts';
import type { Table } from './table.ts';

export async function deleteRun(
  table: Table,
  payloads: PayloadOffload,
  { runId, nowMs }: { readonly runId: string; readonly nowMs: number },
): Promise<DeleteRunResult> {
  const freeAtMs = nowMs + SHORTEST_RETENTION_MS;
  const marking = await markDeleted(table, runId, { nowMs, freeAtMs });
  if (marking.kind !== 'marked') return marking;
  const seen = await readClosed(table, runId);
  if (seen === undefined) return { kind: 'deleted' }; // another call, or a sweep, has done the rest
  const purge: Purge = { ...beginPurge(table, payloads, seen, freeAtMs), isPostponed: true, takesAll: true };
  if (!(await deleteItems(purge)) || !(await deleteObjects(purge))) return { kind: 'deleted' };
  if (marking.isRepeat && purge.found === 0) return { kind: 'not-found' };
  const isQuiet = marking.isQuiet && !purge.hasFoundOnItsWay;
  if (isQuiet) await table.delete('deleteRun', itemKey(runId, runSortKey), runIsClosedAndAsSeen(seen));
  return { kind: 'deleted' };
}

type Marking =
  /**
   * `isRepeat`: it was marked before. `isQuiet`: it ended long ago, and neither a sweeper nor an earlier delete may have
   * deleted something that was on its way.
   */
  | { readonly kind: 'marked'; readonly isQuiet: boolean; readonly isRepeat: boolean }
  | Exclude<DeleteRunResult, { readonly kind: 'deleted' }>;

async function markDeleted(
  table: Table,
  runId: string,
  { nowMs, freeAtMs }: { readonly nowMs: number; readonly freeAtMs: number },
): Promise<Marking> {
  const key = itemKey(runId, runSortKey);
  let item = await table.get('deleteRun', key);
  return conditionalWrite<Marking>(table, 'deleteRun', key, {
    send: async () => {
      if (item === undefined || whyNotMarked(item) !== undefined) return { kind: 'refused', item, isRepeat: false };
      const createdOrder = readText(item, 'createdOrder');
      return table.update('deleteRun', key, {
        update: deleteUpdate({ workflow: fromWorkflowShard(readText(item, 'workflowShard')), nowMs, freeAtMs }),
        condition: and(runIsSettledAndNotDeleted, runIsTheOneSeen(createdOrder)),
        gives: 'ALL_OLD',
      });
    },
    written: (before) => ({ kind: 'marked', isQuiet: isQuiet(before, nowMs), isRepeat: false }),
    refused: (there, isRepeat) => {
      item = there;
      if (there === undefined) return { kind: 'not-found' };
      const why = whyNotMarked(there);
      return why?.kind === 'marked' ? { ...why, isRepeat: !isRepeat } : why;
    },
  });
}

/** A run that a sweep has put off is due within the time that it was put off for. */
function isQuiet(before: Item, nowMs: number): boolean {
  const dueAtMs = findNumber(before, 'dueAtMs') ?? 0;
  const mayBePutOff = dueAtMs > nowMs && dueAtMs <= nowMs + 2 * SHORTEST_RETENTION_MS; // and clocks differ
  return readNumber(before, 'endedAtMs') + SHORTEST_RETENTION_MS <= nowMs && !mayBePutOff;
}

/** Undefined: nothing is in the way. */
function whyNotMarked(item: Item): Marking | undefined {
  if (findNumber(item, 'deletedAtMs') !== undefined) {
    return { kind: 'marked', isQuiet: false, isRepeat: true };
  }
  if (findText(item, 'closedStatus') === undefined) return { kind: 'open', run: fromRunItem(item).run };
  return isToTell(findText(item, 'afterEnd') as AfterEnd | undefined) ? { kind: 'not-settled' } : undefined;
}
