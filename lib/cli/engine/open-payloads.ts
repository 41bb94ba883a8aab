/** The table, the bucket and the payload keys that `lull reencrypt` works on: it asks no engine, and goes past the workers. */
import { resolve } from 'node:path';
import type { RunningLocalCloud } from '../../client/local-address.ts';
import { findLocalCloud, readLocalCloud } from '../../client/local-address.ts';
import { describeSearch } from '../../client/local-ports.ts';
import { tableNameOf } from '../../core/transaction/write.ts';
import type { BareStoreOptions } from '../../dynamodb/create-bare-store.ts';
import type { ReencryptOptions } from '../../encryption/reencrypt.ts';
import { readBucketName, readPayloadKey } from '../../lambda/environment.ts';
import { CliError, usageError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Surroundings } from '../surroundings.ts';

export interface PayloadOptions {
  readonly table?: string;
  readonly bucket?: string;
  readonly key?: string;
  readonly formerKey?: readonly string[];
  readonly formerTable?: readonly string[];
  readonly dir?: string;
}

export interface OpenedPayloads extends Pick<ReencryptOptions, 'store' | 'items' | 'key' | 'table'> {
  /** For a person: where it is. */
  readonly name: string;
  readonly hasFormerKeys: boolean;
}

interface Found extends BareStoreOptions {
  readonly payloadKey: string | undefined;
  readonly former: readonly string[];
  readonly formerTables: readonly string[];
  readonly name: string;
}

export async function openPayloads(options: PayloadOptions, where: Surroundings): Promise<OpenedPayloads> {
  const {
    payloadKey: foundKey,
    former: foundFormer,
    formerTables: foundTables,
    name,
    ...table
  } = await find(options, where);
  const payloadKey = options.key ?? foundKey;
  const former = options.formerKey ?? foundFormer;
  const formerTables = options.formerTable ?? foundTables;
  if (payloadKey === undefined) {
    throw usageError(
      `no payload key is known for ${name}: name the one of now with --key (or LULL_PAYLOAD_KEY), and those before it with ` +
        '--former-key (or LULL_FORMER_PAYLOAD_KEYS)',
    );
  }
  const [{ createBareStore, createSealedItems }, { openPayloadKey }] = await Promise.all([
    import('../../dynamodb/create-bare-store.ts'),
    import('../../kms/open-payload-key.ts'),
  ]);
  return {
    store: createBareStore(table),
    items: createSealedItems(table),
    key: openPayloadKey({ payloadKey, former, formerTables }),
    table: tableNameOf(table.tableName),
    name,
    hasFormerKeys: former.length + formerTables.length > 0,
  };
}

async function find({ table, bucket, dir }: PayloadOptions, where: Surroundings): Promise<Found> {
  if (table !== undefined && dir !== undefined)
    throw usageError('--table and --dir each name a table: give one of them');
  const tableName = table ?? (dir === undefined ? where.env['LULL_TABLE_NAME']?.trim() : undefined);
  if (tableName !== undefined && tableName !== '') {
    const settings = readPayloadKey(where.env);
    return {
      tableName,
      bucketName: bucket ?? readBucketName(where.env),
      payloadKey: settings?.payloadKey,
      former: settings?.former ?? [],
      formerTables: settings?.formerTables ?? [],
      name: `table "${tableName}"`,
    };
  }
  const search = dir === undefined ? await findLocalCloud(where.cwd) : await readLocalCloud(resolve(where.cwd, dir));
  if (search.kind !== 'found') {
    throw new CliError(EXIT.unreachable, `${describeSearch(search, where.cwd)}, or name a table with --table NAME`);
  }
  return ofLocalCloud(search.cloud);
}

async function ofLocalCloud({ endpoint, region, credentials, engine, folder }: RunningLocalCloud): Promise<Found> {
  if (engine === undefined) {
    throw new CliError(EXIT.unreachable, `the lull dev of ${folder} runs a template without an engine`);
  }
  const [{ DynamoDBClient }, { S3Client }] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('@aws-sdk/client-s3'),
  ]);
  const { tableName, bucketName, payloadKey, formerPayloadKeys = [] } = engine;
  const connection = { endpoint, region, credentials };
  return {
    ...{ tableName, bucketName, payloadKey, former: formerPayloadKeys, formerTables: [] },
    client: new DynamoDBClient(connection),
    s3: new S3Client({ ...connection, forcePathStyle: true }),
    name: `the lull dev of ${folder}`,
  };
}
