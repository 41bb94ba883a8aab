/** The permissions of each function and caller: the actions follow from the operations of the Store, and each has the narrowest resource. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { CALLER_OPERATIONS } from '../lib/aws/caller-grants.ts';
import { dataKeyOperationsOf, keyActionsOf } from '../lib/encryption/key-use.ts';
import { STORE_ACTIONS } from '../lib/dynamodb/store-actions.ts';
import type { StoreOperation } from '../lib/ports/store.ts';
import { grantPayloads } from './payload-bucket.ts';

/** What is used of the store by each that uses it. */
export const OPERATIONS = {
  worker: [
    'take',
    'loadRecords',
    'readValue',
    'loadMessages',
    'putRecord',
    'transact',
    'removeRecords',
    'putValue',
    'deleteMessages',
    'renew',
    'release',
    'finish',
    'continueRun',
    'readRun',
    'readWorkflowList',
    'holdRun',
    'claimUpdate',
    'answerUpdate',
    // to other runs
    'createRun',
    'deleteValue',
    'putMessage',
    'accept',
    'watch',
    'readAnswer',
    'settleEnd',
    // to pools
    'readPool',
    'changePool',
    'joinLine',
    'readLine',
    'leaveLine',
    'makeRunDue',
  ],
  sweeper: [
    'listDue',
    'readRun',
    'purge',
    'readWorkflowList',
    'changeWorkflowList',
    'holdRun',
    'putRunBack',
    'listHeld',
    'listPools',
    'readPool',
  ],
  start: CALLER_OPERATIONS.grantStart,
  signal: CALLER_OPERATIONS.grantSignal,
  read: CALLER_OPERATIONS.grantRead,
  manage: CALLER_OPERATIONS.grantManage,
  schedule: ['readRun', 'readValue', 'createRun', 'putValue', 'deleteValue'],
  eventStart: ['readRun', 'createRun', 'putValue', 'deleteValue'],
} as const satisfies Record<string, readonly StoreOperation[]>;

/** All that callers do. */
export const MANAGE_OPERATIONS = [...OPERATIONS.start, ...OPERATIONS.signal, ...OPERATIONS.read, ...OPERATIONS.manage];

const KEY_ACTIONS = {
  read: ['kms:Decrypt', 'kms:DescribeKey'],
  write: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
};

/** Where an engine keeps its runs. */
export interface StoreResources {
  readonly table: ITable;
  /** Undefined: what does not fit into the table is refused. */
  readonly payloadBucket: IBucket | undefined;
  /** Undefined: values are encrypted by the table alone. */
  readonly payloadKey?: IKey | undefined;
  /** Those before it. */
  readonly formerPayloadKeys?: readonly IKey[] | undefined;
  /** Names that the table had. */
  readonly formerTableNames?: readonly string[] | undefined;
}

/** Lets someone call these operations of the Store. */
export function grantOperations(
  { table, payloadBucket, payloadKey, formerPayloadKeys = [] }: StoreResources,
  grantee: IGrantable,
  operations: readonly StoreOperation[],
): Grant {
  const ofDataKeys = payloadKey === undefined ? [] : dataKeyOperationsOf(operations);
  const wanted = [...operations, ...ofDataKeys].flatMap((operation) => STORE_ACTIONS[operation]);
  const indexes = [...new Set(wanted.map(({ index }) => index))];
  const grants = indexes.map((index) =>
    Grant.addToPrincipal({
      grantee,
      actions: [...new Set(wanted.filter((action) => action.index === index).map(({ action }) => action))].sort(),
      resourceArns: [index === undefined ? table.tableArn : `${table.tableArn}/index/${index}`],
    }),
  );
  const writes = wanted.some(({ action }) => /Put|Update|Delete|Write/.test(action));
  const key = table.encryptionKey?.grant(grantee, ...KEY_ACTIONS[writes ? 'write' : 'read']);
  const payloads = payloadBucket ? grantPayloads(payloadBucket, grantee, operations) : [];
  const keyActions = keyActionsOf(operations);
  const isKeyNeeded = payloadKey !== undefined && keyActions.length > 0;
  const payloadKeys = isKeyNeeded ? [payloadKey.grant(grantee, ...keyActions)] : [];
  const formerKeys = isKeyNeeded ? formerPayloadKeys.map((former) => former.grant(grantee, 'kms:Decrypt')) : [];
  return combine([...grants, ...(key ? [key] : []), ...payloads, ...payloadKeys, ...formerKeys]);
}

/** A table of the author's own: any `Table` or `TableV2`, also one that was imported. */
export interface TransactionTable {
  readonly tableArn: string;
  readonly encryptionKey?: IKey | undefined;
}

/** Lets the worker write to a table of the author's own, in transactions of workflows. */
export function grantTransactions(table: TransactionTable, worker: IGrantable): Grant {
  const actions = ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'].map((action) => `dynamodb:${action}`);
  const grant = Grant.addToPrincipal({ grantee: worker, actions, resourceArns: [table.tableArn] });
  const key = table.encryptionKey?.grant(worker, ...KEY_ACTIONS.write);
  return combine([grant, ...(key ? [key] : [])]);
}

/** Lets someone wake runs. */
export function grantWake(queue: IQueue, grantee: IGrantable): Grant {
  const send = queue.grant(grantee, 'sqs:SendMessage');
  const key = queue.encryptionMasterKey?.grant(grantee, 'kms:Decrypt', 'kms:GenerateDataKey*');
  return combine([send, ...(key ? [key] : [])]);
}

/** Lets a function that takes turns put life-cycle events on a bus, and tells it which, and how the engine is named there. */
export function grantEvents(taker: NodejsFunction, bus: Pick<IEventBus, 'eventBusArn'>, engineName: string): void {
  Grant.addToPrincipal({ grantee: taker, actions: ['events:PutEvents'], resourceArns: [bus.eventBusArn] });
  taker.addEnvironment('LULL_EVENT_BUS', bus.eventBusArn);
  taker.addEnvironment('LULL_EVENT_ENGINE', engineName);
}

export function combine([first, ...others]: readonly Grant[]): Grant {
  if (first === undefined) throw new Error('there is nothing to grant');
  return others.reduce((all, grant) => all.combine(grant), first);
}
