/** All workloads. */
import type { AnyWorkflow } from '../../../lib/core/workflow.ts';
import { definitionOf } from '../../../lib/core/workflow.ts';
import { againWorkload } from './again.ts';
import { approvalWorkload } from './approval.ts';
import { batchingWorkload } from './batching.ts';
import { beginningWorkload } from './beginning.ts';
import { busyRunWorkload } from './busy-run.ts';
import { changedCallsWorkload } from './changed-calls.ts';
import { bulkWorkload } from './bulk.ts';
import { callbacksWorkload } from './callbacks.ts';
import { carelessWorkload } from './careless.ts';
import { checkoutWorkload } from './checkout.ts';
import { deadlineWorkload } from './deadline.ts';
import { deadlyCodeWorkload } from './deadly-code.ts';
import { deletedWorkload } from './deleted.ts';
import { entitiesWorkload } from './entities.ts';
import { familyWorkload, stoppedFamilyWorkload } from './family.ts';
import { fanOutWorkload } from './fan-out.ts';
import { followedWorkload } from './followed.ts';
import { holdingWorkload } from './holding.ts';
import { linksWorkload } from './links.ts';
import { longJournalWorkload } from './long-journal.ts';
import { patchedWorkload } from './patched.ts';
import { patchRemovedWorkload } from './patch-removed.ts';
import { pausingWorkload } from './pausing.ts';
import { poisonWorkload } from './poison.ts';
import { pooledRunsWorkload } from './pooled-runs.ts';
import { poolingWorkload } from './pooling.ts';
import { determinedPrograms, freePrograms } from './programs.ts';
import { racedSignalsWorkload } from './raced-signals.ts';
import { readingWorkload } from './reading.ts';
import { relayWorkload } from './relay.ts';
import { repairingWorkload } from './repairing.ts';
import { sameIdWorkload } from './same-id.ts';
import { signalStormWorkload } from './signal-storm.ts';
import { stopRaceWorkload } from './stop-race.ts';
import { streamingWorkload } from './streaming.ts';
import { subscriptionWorkload } from './subscription.ts';
import { transactingWorkload } from './transacting.ts';
import { unboundedWorkloads } from './unbounded.ts';
import { undoingWorkload } from './undoing.ts';
import { unwindingWorkload } from './unwinding.ts';
import { updatingWorkload } from './updating.ts';
import type { Workload } from './workload.ts';

export const workloads: readonly Workload[] = [
  determinedPrograms,
  freePrograms,
  relayWorkload,
  readingWorkload,
  checkoutWorkload,
  approvalWorkload,
  fanOutWorkload,
  familyWorkload,
  stoppedFamilyWorkload,
  signalStormWorkload,
  linksWorkload,
  callbacksWorkload,
  stopRaceWorkload,
  pausingWorkload,
  holdingWorkload,
  busyRunWorkload,
  unwindingWorkload,
  updatingWorkload,
  entitiesWorkload,
  undoingWorkload,
  transactingWorkload,
  poolingWorkload,
  pooledRunsWorkload,
  streamingWorkload,
  batchingWorkload,
  racedSignalsWorkload,
  sameIdWorkload,
  againWorkload,
  subscriptionWorkload,
  poisonWorkload,
  deadlyCodeWorkload,
  carelessWorkload,
  deadlineWorkload,
  longJournalWorkload,
  patchedWorkload,
  patchRemovedWorkload,
  changedCallsWorkload,
  repairingWorkload,
  deletedWorkload,
  bulkWorkload,
  followedWorkload,
  beginningWorkload,
  ...unboundedWorkloads,
];

export const workflows: ReadonlyMap<string, AnyWorkflow> = new Map(
  workloads.flatMap((workload) => workload.workflows.map((one) => [definitionOf(one).name, one] as const)),
);

/** All workflows, as they are in code that knows so many patches. */
export function workflowsKnowing(patches: number): readonly AnyWorkflow[] {
  return [...new Set(workloads.flatMap((workload) => workload.workflowsKnowing?.(patches) ?? workload.workflows))];
}

export function workloadOf(name: string): Workload {
  const workload = workloads.find((one) => one.name === name);
  if (workload === undefined)
    throw new Error(`there is no workload "${name}": there are ${workloads.map((w) => w.name).join(', ')}`);
  return workload;
}
