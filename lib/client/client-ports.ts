/**
 * What a client is made of. The table and the queue are opened when they are first needed: a client may be made at
 * the top of a module, and who brings stores of their own never loads the AWS SDK.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { describeValue } from '../core/describe-value.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { type AnyEntity, entityOf } from '../core/entity.ts';
import type { Logger } from '../core/logger.ts';
import { isOwnName } from '../core/own-names.ts';
import {
  createRegistry,
  UnknownWorkflowError,
  type WorkflowRegistry,
  type WorkflowSource,
} from '../core/workflow-registry.ts';
import {
  EnvironmentError,
  readBucketName,
  readPayloadKey,
  readQueueUrl,
  readTableName,
  type Environment,
} from '../lambda/environment.ts';
import { SystemClock } from '../memory/system-clock.ts';
import type { Clock } from '../ports/clock.ts';
import type { PayloadKey } from '../ports/payload-key.ts';
import type { Store } from '../ports/store.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import type { FirstTurns } from '../ports/first-turns.ts';
import type { InspectRun } from '../ports/inspection.ts';
import type { AnswerQuery } from '../ports/queries.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';
import { limitStore } from './call-budget.ts';
import type { CallPorts } from './call-ports.ts';
import { RANDOM_IDS, type IdSource } from './identifiers.ts';
import { LetterRoom } from './letter-room.ts';
import { createLocalOpener, namesNoEngine, type LocalPorts } from './local-ports.ts';
import { checkOptions } from './options.ts';

/**
 * Where a client finds the runs. Everything has a default for use on AWS; where neither these options nor the environment
 * name a table or a queue, it is the `lull dev` that runs in this folder or the nearest one above it with a `.lull`.
 */
export interface ClientOptions {
  /**
   * An array, or a module's namespace: needed to answer queries, to start by name with the schema checked, and to list all
   * runs.
   */
  readonly workflows?: WorkflowSource | undefined;
  /** Default: the environment's `LULL_TABLE_NAME`. */
  readonly tableName?: string | undefined;
  /**
   * The bucket for what is too large for the table. Default: the environment's `LULL_BUCKET_NAME`, and none if that is not
   * set.
   */
  readonly bucketName?: string | undefined;
  /**
   * The key that encrypts payloads: an ARN, an id or an alias of KMS, or `file:` and a path, for development. Default: the
   * environment's `LULL_PAYLOAD_KEY`, and none if that is not set.
   */
  readonly payloadKey?: string | undefined;
  /** Default: the environment's `LULL_QUEUE_URL`. Needed by what wakes runs: start, signal, cancel, terminate. */
  readonly queueUrl?: string | undefined;
  /** Of the AWS SDK. Default: lull's own client, with the environment's region, credentials and endpoint. */
  readonly dynamodb?: DynamoDBClient | undefined;
  /** Default: made from the environment's region and credentials. */
  readonly s3?: S3Client | undefined;
  /** Of the AWS SDK. Default: lull's own client, with the environment's region, credentials and endpoint. */
  readonly sqs?: SQSClient | undefined;
  /** Instead of the DynamoDB table and the bucket. */
  readonly store?: Store | undefined;
  /** Instead of the SQS queue. */
  readonly wakes?: WakeQueue | undefined;
  readonly clock?: Clock | undefined;
  /** Takes warnings, such as of a wake that could not be sent. Default: the console. */
  readonly log?: Logger | undefined;
  /** Answers queries. Default: a replay in this process, by the code of `workflows`. */
  readonly queries?: AnswerQuery | undefined;
  /** Looks at runs, for `describe` with `tasks`. Default: a replay in this process, by the code of `workflows`. */
  readonly inspectRun?: InspectRun | undefined;
  /**
   * Takes the first turns of the runs that this client starts, here and without the queue: `createFirstTurns` of `lull/lambda`.
   * A start then takes until the turn is over. Default: workers take them.
   */
  readonly firstTurns?: FirstTurns | undefined;
  /** Makes ids for runs and messages. Default: at random. */
  readonly ids?: IdSource | undefined;
  /**
   * How long a call may take outside, with all its tries, before it is a StoreUnavailableError; of one that waits, or
   * reads page after page, each look. Default: 10 s, and no limit for a client with a `clock` of its own.
   */
  readonly callTimeout?: Duration | undefined;
}

/** The options, ready to use. */
export interface ClientPorts extends CallPorts {
  readonly letterRoom: LetterRoom;
  /** An InvalidArgumentError for a client that knows no workflows. */
  openQueries(): Promise<AnswerQuery>;
  /** The same, where the code of this entity is enough. */
  openQueriesOf(entity: AnyEntity): Promise<AnswerQuery>;
  /** Undefined for a client that knows no workflows. */
  openInspection(): Promise<InspectRun | undefined>;
}

const OPTIONS = [
  'workflows',
  'tableName',
  'bucketName',
  'payloadKey',
  'queueUrl',
  'dynamodb',
  's3',
  'sqs',
  'store',
  'wakes',
  'clock',
  'log',
  'queries',
  'inspectRun',
  'firstTurns',
  'ids',
  'callTimeout',
] satisfies (keyof ClientOptions)[];

export function toClientPorts(options: ClientOptions, environment: Environment): ClientPorts {
  checkOptions('a Client', options, OPTIONS);
  const callTimeoutMs = readCallTimeout(options);
  const registry = options.workflows === undefined ? undefined : createRegistry(options.workflows);
  const { clock = new SystemClock(), log = console, queries, inspectRun } = options;
  const fromLocalCloud = namesNoEngine(options, environment) ? localPort(environment) : undefined;
  const openDeployed = once(async () =>
    limitStore(options.store ?? (await openTable(options, environment)), () => callTimeoutMs),
  );
  const openStore = fromLocalCloud
    ? async () => limitStore(await fromLocalCloud('store'), () => callTimeoutMs)
    : openDeployed;
  return {
    callTimeoutMs,
    registry,
    clock,
    log,
    ids: options.ids ?? RANDOM_IDS,
    firstTurns: checkFirstTurns(options.firstTurns),
    letterRoom: new LetterRoom(),
    openStore,
    openQueries: once(async () => queries ?? (await loadQueries({ registry, clock, log, openStore }))),
    openQueriesOf: async (entity) => {
      if (queries !== undefined) return queries;
      const own = registry?.find(entity.name)?.entity === entityOf(entity) ? registry : createRegistry([entity]);
      return loadQueries({ registry: own, clock, log, openStore });
    },
    openInspection: once(async () => {
      if (inspectRun !== undefined || registry === undefined) return inspectRun;
      return (await loadEngine({ registry, clock, log, openStore })).inspectRun;
    }),
    openWakes: fromLocalCloud
      ? () => fromLocalCloud('wakes')
      : once(async () => options.wakes ?? (await openQueue(options, environment))),
  };
}

function checkFirstTurns(firstTurns: unknown): FirstTurns | undefined {
  if (firstTurns === undefined || typeof (firstTurns as FirstTurns | null)?.take === 'function') {
    return firstTurns as FirstTurns | undefined;
  }
  throw new InvalidArgumentError(
    `the firstTurns of a Client are ${describeValue(firstTurns)}: give what createFirstTurns of lull/lambda makes, as in ` +
      'new Client({ firstTurns: createFirstTurns(workflows) })',
  );
}

const CALL_TIMEOUT_MS = 10_000;

function readCallTimeout({ callTimeout, clock }: ClientOptions): number {
  if (callTimeout !== undefined) return toMilliseconds(callTimeout, 'the callTimeout of a Client');
  return clock === undefined ? CALL_TIMEOUT_MS : Infinity;
}

/** The table or the queue of the `lull dev` of this folder; an EnvironmentError if there is none. */
function localPort(environment: Environment): <Port extends keyof LocalPorts>(port: Port) => Promise<LocalPorts[Port]> {
  const open = createLocalOpener(process.cwd());
  return async (port) => {
    const found = await open();
    if (!('problem' in found)) return found[port];
    if (port === 'store') readTableName(environment, found.problem);
    else readQueueUrl(environment, found.problem);
    throw new EnvironmentError([found.problem]); // set meanwhile
  };
}

async function openTable(options: ClientOptions, environment: Environment): Promise<Store> {
  const tableName = options.tableName ?? readTableName(environment);
  const bucketName = options.bucketName ?? readBucketName(environment);
  const [{ createDynamodbStore }, payloadKey] = await Promise.all([
    import('../dynamodb/create-dynamodb-store.ts'),
    openKey(options, environment),
  ]);
  const { dynamodb: client, s3 } = options;
  return createDynamodbStore({ tableName, bucketName, payloadKey, client, s3, isForCallers: true });
}

/** Undefined: nothing is encrypted. */
async function openKey(options: ClientOptions, environment: Environment): Promise<PayloadKey | undefined> {
  const fromEnvironment = readPayloadKey(environment);
  const payloadKey = options.payloadKey ?? fromEnvironment?.payloadKey;
  if (payloadKey === undefined) return undefined;
  const { openPayloadKey } = await import('../kms/open-payload-key.ts');
  return openPayloadKey({ ...fromEnvironment, payloadKey });
}

async function openQueue({ queueUrl, sqs }: ClientOptions, environment: Environment): Promise<WakeQueue> {
  const url = queueUrl ?? readQueueUrl(environment);
  const { createSqsWakeQueue } = await import('../lambda/sqs-wake-queue.ts');
  return createSqsWakeQueue({ queueUrl: url, client: sqs });
}

/** The engine is loaded by the first query alone: most callers ask none. */
export async function loadQueries({
  registry,
  clock,
  log,
  openStore,
}: Pick<CallPorts, 'registry' | 'clock' | 'log' | 'openStore'>): Promise<AnswerQuery> {
  if (registry !== undefined) return (await loadEngine({ registry, clock, log, openStore })).answerQuery;
  const { answerQuery: answerOwn } = await loadEngine({ registry: NO_WORKFLOWS, clock, log, openStore });
  return (query) => {
    if (isOwnName(query.runId)) return answerOwn(query);
    throw new InvalidArgumentError(
      'a query is answered by the code of its run, and this Client knows none: give it the workflows, as in ' +
        'new Client({ workflows }), or ask over HTTP',
    );
  };
}

type WithCode = Pick<CallPorts, 'clock' | 'log' | 'openStore'> & { readonly registry: WorkflowRegistry };

async function loadEngine({ registry, clock, log, openStore }: WithCode) {
  const { createQueryEngine } = await import('../engine/query-engine.ts');
  const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return createQueryEngine({ registry, clock, log, store: await openStore(), turnOfTheLoop });
}

/** Beside those of lull's own. */
const NO_WORKFLOWS: WorkflowRegistry = {
  find: () => undefined,
  get: (name) => {
    throw new UnknownWorkflowError(name, []);
  },
  names: () => [],
  entities: () => [],
  signalSchema: () => undefined,
  updateSchema: () => undefined,
};

/** Remembers what was opened; after a failure the next call tries again. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}
