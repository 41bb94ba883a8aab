/** The table: keys and indexes are those with which the tests and the local cloud create theirs. */
import { isDeepStrictEqual } from 'node:util';
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
  type Attribute,
  type ITable,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { createTableInput } from '../lib/dynamodb/create-table-input.ts';
import { DeploymentError } from './deployment-error.ts';
import { createPayloadBucket } from './payload-bucket.ts';

/** How a table is protected. */
export interface WorkflowTableProps {
  /**
   * The bucket for values of more than 64 KB, up to 5 MB. Its objects go when their run is purged. `false` for none: then
   * a result has 350 KB at most, and an input or a payload 256 KB. One of your own should have nothing else in it, and
   * no rule by which objects expire: runs may need them for years.
   *
   * @default - a new bucket, encrypted as the table is, with its removal policy (with DESTROY it is emptied first)
   */
  readonly payloadBucket?: IBucket | false;
  /**
   * Encrypts the table and its bucket, and may be rotated and revoked by you.
   *
   * @default - keys that DynamoDB and S3 own, at no cost
   */
  readonly encryptionKey?: IKey;
  /**
   * What becomes of the table and its bucket when they leave the stack. All runs are in them. The log groups of a
   * WorkflowEngine follow it too.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * The table cannot be deleted by any caller.
   *
   * @default - true, unless `removalPolicy` is DESTROY
   */
  readonly deletionProtection?: boolean;
  /**
   * Keep backups from which each second of the last 35 days can be restored.
   *
   * @default true
   */
  readonly pointInTimeRecovery?: boolean;
}

/**
 * The table of an engine: on demand, with the keys and indexes that lull needs, and the bucket for what is too large for
 * it. An engine makes its own; make one
 * yourself to keep it in another stack than the functions, and hand it over as `table`.
 *
 * @example
 * ```ts no-run
 * import { App, Stack } from 'aws-cdk-lib';
 *
 * const app = new App();
 * const table = new WorkflowTable(new Stack(app, 'Data'), 'Runs');
 * new WorkflowEngine(new Stack(app, 'Functions'), 'Workflows', { entry: 'workflows/index.ts', table });
 * ```
 */
export class WorkflowTable extends Table {
  /** Undefined if there is to be none. */
  readonly payloadBucket: IBucket | undefined;

  constructor(scope: Construct, id: string, props: WorkflowTableProps = {}) {
    const { encryptionKey, removalPolicy = RemovalPolicy.RETAIN, pointInTimeRecovery = true } = props;
    super(scope, id, {
      ...keysOf(LAYOUT),
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: pointInTimeRecovery },
      removalPolicy,
      deletionProtection: props.deletionProtection ?? removalPolicy !== RemovalPolicy.DESTROY,
      ...(encryptionKey ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey } : {}),
    });
    for (const index of LAYOUT.GlobalSecondaryIndexes ?? []) {
      const { ProjectionType: projectionType, NonKeyAttributes: nonKeyAttributes } = index.Projection ?? {};
      this.addGlobalSecondaryIndex({
        indexName: index.IndexName ?? '',
        ...keysOf(index),
        ...(projectionType ? { projectionType: PROJECTIONS[projectionType] } : {}),
        ...(nonKeyAttributes ? { nonKeyAttributes } : {}),
      });
    }
    // To the compiler a bucket without a policy is none, where a policy may be undefined.
    const { payloadBucket = createPayloadBucket(this, { encryptionKey, removalPolicy }) as IBucket } = props;
    this.payloadBucket = payloadBucket || undefined;
  }
}

const LAYOUT = createTableInput('');

const PROJECTIONS = {
  ALL: ProjectionType.ALL,
  INCLUDE: ProjectionType.INCLUDE,
  KEYS_ONLY: ProjectionType.KEYS_ONLY,
} as const;

const ATTRIBUTE_TYPES = { S: AttributeType.STRING, N: AttributeType.NUMBER, B: AttributeType.BINARY } as const;

type KeySchema = Pick<ReturnType<typeof createTableInput>, 'KeySchema'>;

function keysOf({ KeySchema = [] }: KeySchema): { partitionKey: Attribute; sortKey: Attribute } {
  const attributeOf = (keyType: string): Attribute => {
    const name = KeySchema.find((key) => key.KeyType === keyType)?.AttributeName ?? '';
    const defined = LAYOUT.AttributeDefinitions?.find(({ AttributeName }) => AttributeName === name);
    return { name, type: ATTRIBUTE_TYPES[defined?.AttributeType ?? 'S'] };
  };
  return { partitionKey: attributeOf('HASH'), sortKey: attributeOf('RANGE') };
}

/** Of a table that was made in this app its keys are known: they have to be lull's. */
export function checkTable(engine: string, table: ITable | Table): void {
  if (!(table instanceof Table) || table instanceof WorkflowTable) return;
  for (const wanted of [LAYOUT, ...(LAYOUT.GlobalSecondaryIndexes ?? [])]) {
    const indexName = 'IndexName' in wanted ? wanted.IndexName : undefined;
    const keys = Object.values(keysOf(wanted));
    if (isDeepStrictEqual(keysThere(table, indexName), keys)) continue;
    const what = indexName === undefined ? 'keys' : `index "${indexName}"`;
    throw new DeploymentError(
      'INVALID_ARGUMENT',
      `${engine}: the table ${table.node.path} has not the ${what} that lull needs ` +
        `(${keys.map(({ name, type }) => `${name}: ${type}`).join(', ')}): make it with new WorkflowTable(...)`,
    );
  }
}

/** Undefined: there is no such index. */
function keysThere(table: Table, indexName: string | undefined): Attribute[] | undefined {
  try {
    const { partitionKeys, sortKeys } = table.schemaV2(indexName);
    return [...partitionKeys, ...sortKeys];
  } catch {
    return undefined;
  }
}
