/** What each operation of the Store asks of the bucket: the permissions of its caller, and no more. */
import type { StoreOperation } from '../ports/store.ts';

/** An action of IAM on the objects of runs; `s3:ListBucket` is one on the bucket itself. */
export type PayloadAction = 's3:PutObject' | 's3:GetObject' | 's3:DeleteObject' | 's3:ListBucket';

const PUT: readonly PayloadAction[] = ['s3:PutObject'];
/** Without the right to list, a missing object looks as if access were denied. */
const GET: readonly PayloadAction[] = ['s3:GetObject', 's3:ListBucket'];
const DELETE: readonly PayloadAction[] = ['s3:DeleteObject'];

export const PAYLOAD_ACTIONS: Readonly<Record<StoreOperation, readonly PayloadAction[]>> = {
  createRun: [],
  readRun: [],
  putValue: PUT,
  readValue: GET,
  deleteValue: DELETE,
  /** Where another message stands under that id already, what was put for this one is deleted. */
  putMessage: [...PUT, ...DELETE],
  accept: [],
  deleteMessages: DELETE,
  take: [],
  loadRecords: GET,
  /** Where another record stands already it is read, and what was put for this one is deleted. */
  putRecord: [...PUT, ...GET, ...DELETE],
  removeRecords: DELETE,
  readStream: [],
  transact: [...PUT, ...GET, ...DELETE],
  loadMessages: GET,
  claimUpdate: [],
  /** What its sender passed is not needed any more. */
  answerUpdate: DELETE,
  readAnswer: [],
  renew: [],
  release: [],
  finish: [],
  continueRun: [],
  watch: [],
  retryRun: [],
  pauseRun: [],
  resumeRun: [],
  settleEnd: [],
  purge: ['s3:ListBucket', ...DELETE],
  deleteRun: ['s3:ListBucket', ...DELETE],
  readWorkflowList: [],
  changeWorkflowList: [],
  holdRun: [],
  putRunBack: [],
  readPool: [],
  listPools: [],
  changePool: [],
  joinLine: [],
  readLine: [],
  leaveLine: [],
  makeRunDue: [],
  listHeld: [],
  listDue: [],
  listRuns: [],
};

/** Under which all objects of runs stand. */
export const PAYLOAD_KEYS = 'runs/*';

/** The operations that need an action. */
export function operationsWith(action: string): StoreOperation[] {
  const entries = Object.entries(PAYLOAD_ACTIONS) as [StoreOperation, readonly string[]][];
  return entries.flatMap(([operation, actions]) => (actions.includes(action) ? [operation] : []));
}
