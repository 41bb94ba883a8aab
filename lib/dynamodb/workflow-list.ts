/** The list of paused workflows, as an item: operation 28. And what it does to a run: operation 29 and operation 30. */
import type {
  ListedWorkflow,
  WorkflowList,
  ChangeWorkflowListResult,
  HoldRun,
  HoldRunResult,
  PutRunBackResult,
} from '../ports/paused-workflows.ts';
import { NO_WORKFLOWS_LISTED } from '../ports/paused-workflows.ts';
import { type RunChange } from './conditional-write.ts';
import { listIsAsSeen, runIsHeld, runIsToBeHeld } from './conditions.ts';
import { checkFormat, type Item, itemKey, readJson, readNumber } from './item.ts';
import { holdUpdate, putBackUpdate, workflowListUpdate } from './run-updates.ts';
import { workflowListKey } from './schema.ts';
import type { Table } from './table.ts';

const KEY: Item = itemKey(workflowListKey.partition, workflowListKey.sort);

export async function readWorkflowList(table: Table): Promise<WorkflowList> {
  const item = await table.get('readWorkflowList', KEY);
  if (item === undefined) return NO_WORKFLOWS_LISTED;
  checkFormat(item);
  return {
    version: readNumber(item, 'listVersion'),
    workflows: readJson<readonly ListedWorkflow[]>(item, 'workflows'),
  };
}

/** A repeat that is refused by its own first request finds the list changed: its caller reads it again. */
export async function changeWorkflowList(table: Table, list: WorkflowList): Promise<ChangeWorkflowListResult> {
  const change = {
    update: workflowListUpdate(list),
    condition: listIsAsSeen(list.version - 1),
    gives: 'ALL_NEW',
  } as const;
  const { kind } = await table.update('changeWorkflowList', KEY, change);
  return { kind: kind === 'written' ? 'done' : 'changed' };
}

export function holdChange(runId: string, hold: HoldRun): RunChange<HoldRunResult> {
  return {
    condition: runIsToBeHeld(runId, hold),
    update: holdUpdate(runId, hold.workflow),
    gives: 'ALL_NEW',
    written: () => ({ kind: 'held' }),
    refused: () => ({ kind: 'refused' }),
  };
}

export function putBackChange(runId: string, workflow: string): RunChange<PutRunBackResult> {
  return {
    condition: runIsHeld(runId, workflow),
    update: putBackUpdate(runId),
    gives: 'ALL_NEW',
    written: ({ run }) => ({ kind: 'done', run }),
    refused: () => ({ kind: 'refused' }),
  };
}
