/** What a worker does with the lease of a run, as changes of the run item. */
import type {
  ContinueRun,
  ContinueRunResult,
  FinishRun,
  FinishRunResult,
  ReleaseLease,
  ReleaseLeaseResult,
  RenewLease,
  RenewLeaseResult,
  TakeLease,
  TakeLeaseResult,
} from '../ports/store.ts';
import type { RunChange } from './conditional-write.ts';
import { leaseIsMineAndNoLonger, nothingAcceptedSince, runIsFreeAndDue } from './conditions.ts';
import { whyNotContinued, whyNotFinished, whyNotReleased, whyNotRenewed, whyNotTaken } from './explain-refusals.ts';
import { continueUpdate, finishUpdate, releaseUpdate, renewUpdate, takeUpdate } from './run-updates.ts';

export function takeChange(runId: string, taking: TakeLease): RunChange<TakeLeaseResult> {
  return {
    condition: runIsFreeAndDue(runId, taking),
    update: takeUpdate(runId, taking),
    gives: 'ALL_OLD',
    written: ({ run }) => ({ kind: 'taken', before: run }),
    refused: (there) => whyNotTaken(there, taking),
  };
}

export function renewChange(runId: string, renewal: RenewLease): RunChange<RenewLeaseResult> {
  return {
    condition: leaseIsMineAndNoLonger(renewal),
    update: renewUpdate(renewal),
    gives: 'ALL_NEW',
    written: ({ run }) => ({ kind: 'renewed', run }),
    refused: (there) => whyNotRenewed(there, renewal),
  };
}

export function releaseChange(runId: string, release: ReleaseLease): RunChange<ReleaseLeaseResult> {
  return {
    condition: nothingAcceptedSince(release),
    update: releaseUpdate(runId, release),
    gives: 'ALL_OLD',
    written: () => ({ kind: 'done' }),
    refused: (there) => whyNotReleased(there, release),
  };
}

export function finishChange(runId: string, finish: FinishRun): RunChange<FinishRunResult> {
  return {
    condition: nothingAcceptedSince(finish),
    update: finishUpdate(runId, finish),
    gives: 'ALL_OLD',
    written: () => ({ kind: 'done' }),
    refused: (there) => whyNotFinished(there, finish),
  };
}

export function continueChange(runId: string, next: ContinueRun): RunChange<ContinueRunResult> {
  return {
    condition: nothingAcceptedSince(next),
    update: continueUpdate(runId, next),
    gives: 'ALL_OLD',
    written: () => ({ kind: 'done' }),
    refused: (there) => whyNotContinued(there, next),
  };
}
