/** What each operation of the Store asks of DynamoDB: the permissions of its caller, and no more. */
import type { StoreOperation } from '../ports/store.ts';
import { dueIndex, workflowIndex } from './schema.ts';

/** An action of IAM on the table, or on one of its indexes. */
export interface TableAction {
  readonly action: `dynamodb:${string}`;
  /** Undefined: on the table itself. */
  readonly index?: string;
}

const GET: TableAction = { action: 'dynamodb:GetItem' };
const GET_MANY: TableAction = { action: 'dynamodb:BatchGetItem' };
const PUT: TableAction = { action: 'dynamodb:PutItem' };
const UPDATE: TableAction = { action: 'dynamodb:UpdateItem' };
const DELETE: TableAction = { action: 'dynamodb:DeleteItem' };
const DELETE_MANY: TableAction = { action: 'dynamodb:BatchWriteItem' };
const QUERY: TableAction = { action: 'dynamodb:Query' };

/** A write under a condition reads the item that refused it, where the refusal itself does not show it. */
export const STORE_ACTIONS: Readonly<Record<StoreOperation, readonly TableAction[]>> = {
  createRun: [PUT, GET],
  readRun: [GET],
  putValue: [PUT],
  readValue: [GET],
  deleteValue: [DELETE],
  putMessage: [PUT, GET],
  accept: [UPDATE, GET],
  deleteMessages: [DELETE_MANY, UPDATE],
  take: [UPDATE, GET],
  loadRecords: [QUERY, GET],
  putRecord: [PUT, GET],
  removeRecords: [DELETE],
  readStream: [QUERY],
  transact: [PUT, GET],
  loadMessages: [GET_MANY],
  claimUpdate: [UPDATE, GET],
  answerUpdate: [UPDATE, GET],
  readAnswer: [GET],
  renew: [UPDATE, GET],
  release: [UPDATE, GET],
  finish: [UPDATE, GET],
  continueRun: [UPDATE, GET],
  watch: [UPDATE, GET],
  retryRun: [UPDATE, GET],
  pauseRun: [UPDATE, GET],
  resumeRun: [UPDATE, GET],
  settleEnd: [UPDATE],
  purge: [GET, QUERY, UPDATE, DELETE],
  deleteRun: [GET, QUERY, UPDATE, DELETE],
  readWorkflowList: [GET],
  changeWorkflowList: [UPDATE],
  holdRun: [UPDATE, GET],
  putRunBack: [UPDATE, GET],
  readPool: [GET],
  listPools: [QUERY],
  changePool: [PUT, UPDATE, GET],
  joinLine: [PUT, UPDATE],
  readLine: [QUERY],
  leaveLine: [DELETE_MANY],
  makeRunDue: [UPDATE, GET],
  listHeld: [{ ...QUERY, index: dueIndex.name }],
  listDue: [{ ...QUERY, index: dueIndex.name }],
  listRuns: [{ ...QUERY, index: workflowIndex.name }, GET_MANY],
};
