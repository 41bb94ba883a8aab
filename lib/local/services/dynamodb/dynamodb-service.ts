/** DynamoDB: what a request asks for in IAM's terms. It is answered by dynalite, or another DynamoDB. */
import type { Resources } from '../../resources.ts';
import { AwsError, UnknownOperationError, type Access, type AwsAnswer, type AwsService } from '../service.ts';
import { jsonAnswer, operationOf, readJson, signatureNames, type RefusalNames } from '../json-protocol.ts';
import type { SignedRequest } from '../../iam/signature.ts';

export interface DynamodbServiceOptions {
  readonly resources: Pick<Resources, 'region' | 'accountId'>;
  /** Forwards a request, and returns the answer. */
  readonly forward: (request: SignedRequest) => Promise<AwsAnswer>;
}

export function createDynamodbService({ resources, forward }: DynamodbServiceOptions): AwsService {
  return {
    read: (request) => {
      const operation = operationOf(request);
      const read = OPERATIONS[operation];
      if (!read) throw new UnknownOperationError('dynamodb', operation, Object.keys(OPERATIONS));
      const accesses = read(readJson(request), operation).map(({ action, table, index }) => ({
        action: `dynamodb:${action}`,
        resource: arnOf(resources, table, index),
      }));
      return { operation, accesses: distinct(accesses), answer: () => forward(request) };
    },
    refuse: (kind, message) => {
      const [code, statusCode] = REFUSALS[kind];
      return fail(new AwsError(code, message, statusCode));
    },
    fail,
  };
}

function fail({ code, message, statusCode }: AwsError): AwsAnswer {
  return jsonAnswer(statusCode, { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message });
}

const REFUSALS: RefusalNames = {
  ...signatureNames(400),
  AccessDenied: ['AccessDeniedException', 400],
  Throttled: ['ProvisionedThroughputExceededException', 400],
  InternalFailure: ['InternalServerError', 500],
};

type Input = Readonly<Record<string, unknown>>;

interface TableAccess {
  readonly action: string;
  /** A name or an ARN; undefined for an action that is on no table. */
  readonly table: string | undefined;
  readonly index?: string;
}

const onTable = (input: Input, action: string): TableAccess[] => [{ action, table: String(input['TableName']) }];

const onTableOrIndex = (input: Input, action: string): TableAccess[] => {
  const { TableName, IndexName } = input;
  return [{ action, table: String(TableName), ...(typeof IndexName === 'string' ? { index: IndexName } : {}) }];
};

const onEachTable = ({ RequestItems: items }: Input, action: string): TableAccess[] =>
  Object.keys(typeof items === 'object' ? (items ?? {}) : {}).map((table) => ({ action, table }));

/** A transaction is allowed what its items are. */
const TRANSACTION_ACTIONS: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

const onItems = ({ TransactItems: items }: Input): TableAccess[] =>
  (Array.isArray(items) ? (items as Record<string, Input | undefined>[]) : []).flatMap((item) =>
    Object.entries(item).flatMap(([kind, input]) => {
      const action = TRANSACTION_ACTIONS[kind];
      return action === undefined || !input ? [] : onTable(input, action);
    }),
  );

const OPERATIONS: Readonly<Record<string, (input: Input, operation: string) => TableAccess[]>> = {
  GetItem: onTable,
  PutItem: onTable,
  UpdateItem: onTable,
  DeleteItem: onTable,
  Query: onTableOrIndex,
  Scan: onTableOrIndex,
  BatchGetItem: onEachTable,
  BatchWriteItem: onEachTable,
  TransactGetItems: onItems,
  TransactWriteItems: onItems,
  DescribeTable: onTable,
  DescribeTimeToLive: onTable,
  ListTables: (_input, action) => [{ action, table: undefined }],
};

function arnOf(resources: Pick<Resources, 'region' | 'accountId'>, table: string | undefined, index?: string): string {
  if (table === undefined) return '*';
  const arn = table.startsWith('arn:')
    ? table
    : `arn:aws:dynamodb:${resources.region}:${resources.accountId}:table/${table}`;
  return index === undefined ? arn : `${arn}/index/${index}`;
}

function distinct(accesses: readonly Access[]): Access[] {
  return [...new Map(accesses.map((access) => [`${access.action} ${access.resource}`, access])).values()];
}
