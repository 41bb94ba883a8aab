/** Who may do what: the table's actions follow from the operations of the Store, and each has the narrowest resource. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { STORE_ACTIONS } from '../lib/dynamodb/store-actions.ts';
import type { Store } from '../lib/ports/store.ts';

type StoreOperation = keyof Store;

/** What is used of the table by each that uses it. */
export const OPERATIONS = {
  worker: [
    'take',
    'loadRecords',
    'readValue',
    'loadMessages',
    'putRecord',
    'putValue',
    'deleteMessages',
    'renew',
    'release',
    'finish',
    'readRun',
  ],
  sweeper: ['listDue', 'readRun', 'purge'],
  start: ['createRun', 'putValue', 'deleteValue'],
  signal: ['readRun', 'putMessage', 'accept', 'deleteMessages', 'loadRecords'],
  read: ['readRun', 'readValue', 'loadRecords', 'loadMessages', 'listRuns'],
  schedule: ['readRun', 'readValue', 'createRun', 'putValue', 'deleteValue'],
} as const satisfies Record<string, readonly StoreOperation[]>;

/** All that callers do. */
export const MANAGE_OPERATIONS = [...OPERATIONS.start, ...OPERATIONS.signal, ...OPERATIONS.read];

const KEY_ACTIONS = {
  read: ['kms:Decrypt', 'kms:DescribeKey'],
  write: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
};

/** Lets someone call these operations of the Store. */
export function grantOperations(table: ITable, grantee: IGrantable, operations: readonly StoreOperation[]): Grant {
  const wanted = operations.flatMap((operation) => STORE_ACTIONS[operation]);
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
  return combine([...grants, ...(key ? [key] : [])]);
}

/** Lets someone wake runs. */
export function grantWake(queue: IQueue, grantee: IGrantable): Grant {
  const send = queue.grant(grantee, 'sqs:SendMessage');
  const key = queue.encryptionMasterKey?.grant(grantee, 'kms:Decrypt', 'kms:GenerateDataKey*');
  return combine([send, ...(key ? [key] : [])]);
}

export function combine([first, ...others]: readonly Grant[]): Grant {
  if (first === undefined) throw new Error('there is nothing to grant');
  return others.reduce((all, grant) => all.combine(grant), first);
}
