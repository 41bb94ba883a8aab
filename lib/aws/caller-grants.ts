/** What callers do with the Store, by the grants of the construct: permissions follow from it, and advice in errors. */
import type { StoreOperation } from '../ports/store.ts';

/** Each alone; `grantManage` gives all of them. */
export const CALLER_OPERATIONS = {
  grantStart: ['createRun', 'putValue', 'readValue', 'deleteValue'],
  grantSignal: ['readRun', 'putMessage', 'accept', 'deleteMessages', 'loadRecords', 'loadMessages', 'readAnswer'],
  grantRead: [
    'readRun',
    'readValue',
    'readStream',
    'loadRecords',
    'loadMessages',
    'readAnswer',
    'listRuns',
    'readWorkflowList',
    'listPools',
    'readPool',
    'readLine',
  ],
  /** Beside all of the above. */
  grantManage: ['deleteRun', 'retryRun', 'pauseRun', 'resumeRun', 'changeWorkflowList', 'changePool'],
} as const satisfies Record<string, readonly StoreOperation[]>;

const OWN_ROLE = "as a function of the engine's own, let it have the role that the construct made";

/** For an error: what to do where an action was denied that these operations need. */
export function describeGrants(operations: readonly StoreOperation[]): string {
  const grants = Object.entries(CALLER_OPERATIONS)
    .filter(([, given]) => given.some((operation) => operations.includes(operation)))
    .map(([grant]) => grant);
  if (grants.length === 0) return `Only functions of the engine do that: ${OWN_ROLE}`;
  return `As a caller, ask for ${[...new Set([...grants, 'grantManage'])].join(' or ')} of WorkflowEngine; ${OWN_ROLE}`;
}
