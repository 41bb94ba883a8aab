/** The cloud of a file with workflows, as data: a worker, an API and a sweeper around a table, a queue and a bucket. */
import { resolve } from 'node:path';
import { createTableInput } from '../../dynamodb/create-table-input.ts';
import { openPayloadKey } from '../../kms/open-payload-key.ts';
import type { FunctionResource, Resources, RoleResource } from '../resources.ts';
import type { CodeBundle } from './bundle-store.ts';

export const REGION = 'us-east-1';
const ACCOUNT_ID = '000000000000';
const TABLE_NAME = 'lull';
const QUEUE_NAME = 'lull-wakes';
const DEAD_QUEUE_NAME = 'lull-wakes-dead';
const BUCKET_NAME = 'lull-payloads';
const MAX_RECEIVES = 10;
const RETENTION_MS = 4 * 24 * 3_600_000;
const BATCH_SIZE = 10;
/** What API Gateway waits for an answer. */
const API_TIMEOUT_MS = 30_000;
const SWEEPER_TIMEOUT_MS = 30_000;
/** A request mostly waits for the table, or for a run's result: one process is enough for many. */
const REQUESTS_AT_A_TIME = 100;
const MEMORY_MB = 1024;

export interface EntryOptions {
  readonly bundle: CodeBundle;
  /** Processes that take turns. */
  readonly workers: number;
  readonly leaseMs: number;
  readonly sweepEveryMs: number;
  readonly workerTimeoutMs: number;
  /** For the functions, over all else. */
  readonly env: Readonly<Record<string, string>>;
  /** The environment that the functions inherit: so steps find the keys of the services that they call. */
  readonly inherited: NodeJS.ProcessEnv;
  readonly endpoints: EntryEndpoints;
}

/** Where the functions find the services, and callers the API. */
export interface EntryEndpoints {
  readonly dynamodb: string;
  readonly sqs: string;
  readonly s3: string;
  /** Has the functions of this cloud, and so none that a remote step could mean. */
  readonly lambda: string;
  readonly api: string;
}

type FunctionName = 'worker' | 'api' | 'sweeper';

export function readEntry(options: EntryOptions): Resources {
  const { workerTimeoutMs, sweepEveryMs, endpoints } = options;
  const queue = { id: QUEUE_NAME, name: QUEUE_NAME, arn: arnOf('sqs', QUEUE_NAME), url: queueUrlOf(endpoints.sqs) };
  const queueTimes = { visibilityTimeoutMs: workerTimeoutMs, retentionMs: RETENTION_MS, delayMs: 0 };
  const { api } = endpoints;
  return {
    access: 'open',
    region: REGION,
    accountId: ACCOUNT_ID,
    functions: entryFunctions(options),
    eventSources: [
      {
        ...{ id: QUEUE_NAME, queueArn: queue.arn, functionArn: functionArnOf('worker'), enabled: true },
        ...{ batchSize: BATCH_SIZE, maxBatchingWindowMs: 0, reportsBatchItemFailures: true },
      },
    ],
    tables: [
      {
        ...{ id: TABLE_NAME, name: TABLE_NAME, arn: arnOf('dynamodb', `table/${TABLE_NAME}`) },
        definition: { ...createTableInput(TABLE_NAME) },
      },
    ],
    queues: [
      { ...queue, ...queueTimes, redrive: { deadLetterArn: arnOf('sqs', DEAD_QUEUE_NAME), maxReceives: MAX_RECEIVES } },
    ],
    buckets: [{ id: BUCKET_NAME, name: BUCKET_NAME, arn: `arn:aws:s3:::${BUCKET_NAME}` }],
    httpApis: [
      {
        ...{ id: 'api', apiId: 'local', url: api, arn: arnOf('execute-api', 'local') },
        routes: [{ routeKey: '$default', authorization: { kind: 'this-machine' }, functionArn: functionArnOf('api') }],
      },
    ],
    schedules: [
      {
        ...{ id: 'sweeper', name: 'lull-sweeper', arn: arnOf('events', 'rule/lull-sweeper'), source: 'events' },
        ...{ expression: '', timezone: 'UTC', enabled: true, everyMs: sweepEveryMs },
        targets: [{ functionArn: functionArnOf('sweeper') }],
      },
    ],
    eventBuses: [],
    eventRules: [],
    roles: [role],
    outputs: {},
    ignored: [],
  };
}

/** The tables are started before their address is known. */
export function entryTables(): ReturnType<typeof createTableInput>[] {
  return [createTableInput(TABLE_NAME)];
}

/** Of this code. The worker is the first: it shows whether the code can be loaded at all. */
export function entryFunctions(options: Omit<EntryOptions, 'sweepEveryMs'>): FunctionResource[] {
  const { workers, workerTimeoutMs, inherited } = options;
  const given = { ...options, inherited: withAbsoluteKey(withoutAws(inherited)) };
  return [
    { ...functionOf('worker', given), provisioned: workers, timeoutMs: workerTimeoutMs },
    { ...functionOf('api', given), timeoutMs: API_TIMEOUT_MS, eventsAtATime: REQUESTS_AT_A_TIME },
    functionOf('sweeper', given, { LULL_LOG_LEVEL: 'warn' }), // it sweeps each second: what it swept is no news
  ];
}

type FunctionOptions = Omit<EntryOptions, 'sweepEveryMs' | 'inherited'> & {
  /** Of this shell, without `AWS_*`: the local cloud must not reach a real account by accident. */
  readonly inherited: Readonly<Record<string, string>>;
};

function functionOf(
  name: FunctionName,
  { bundle, leaseMs, env, inherited, endpoints }: FunctionOptions,
  defaults: Record<string, string> = {},
): FunctionResource {
  const environment = {
    ...defaults,
    ...inherited,
    AWS_LAMBDA_FUNCTION_NAME: 'lull-local',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_LAMBDA: endpoints.lambda,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    LULL_TABLE_NAME: TABLE_NAME,
    LULL_BUCKET_NAME: BUCKET_NAME,
    LULL_QUEUE_URL: queueUrlOf(endpoints.sqs),
    LULL_PUBLIC_URL: endpoints.api,
    LULL_LEASE_MS: String(leaseMs),
    LULL_VERSION: bundle.version,
    ...env,
  };
  return {
    ...{ id: name, name, arn: functionArnOf(name), roleArn: role.arn, qualifiers: [], maxRetryAttempts: 0 },
    ...{ codePath: bundle.folder, isolation: 'process', provisioned: 1, handler: name, environment },
    ...{ runtime: `nodejs${process.versions.node.split('.', 1).join('')}.x`, memoryMb: MEMORY_MB },
    timeoutMs: SWEEPER_TIMEOUT_MS,
  };
}

/** An --inspect of this process is not meant for the functions either. */
function withoutAws(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env).filter(([name]) => !name.startsWith('AWS_') && name !== 'NODE_OPTIONS');
  return Object.fromEntries(entries) as Record<string, string>;
}

/** A payload key in a file is found from the folder of this shell; the functions run in another one. */
function withAbsoluteKey(environment: Record<string, string>): Record<string, string> {
  const { LULL_PAYLOAD_KEY: key, LULL_FORMER_PAYLOAD_KEYS: former, ...others } = environment;
  return {
    ...others,
    ...(key === undefined ? {} : { LULL_PAYLOAD_KEY: absolute(key) }),
    ...(former === undefined ? {} : { LULL_FORMER_PAYLOAD_KEYS: former.split(',').map(absolute).join(',') }),
  };
}

/** A PayloadKeyError for a file that is not there, or has no key: at the start, and not at each invocation. */
function absolute(key: string): string {
  const [, path] = /^file:(.+)$/.exec(key.trim()) ?? [];
  if (path === undefined) return key;
  const payloadKey = `file:${resolve(path)}`;
  openPayloadKey({ payloadKey });
  return payloadKey;
}

const role: RoleResource = {
  ...{ id: 'lull-local', name: 'lull-local', arn: `arn:aws:iam::${ACCOUNT_ID}:role/lull-local` },
  ...{ policies: [], managedPolicyArns: [], services: ['lambda.amazonaws.com'] },
};

function functionArnOf(name: FunctionName): string {
  return arnOf('lambda', `function:${name}`);
}

function arnOf(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${resource}`;
}

function queueUrlOf(endpoint: string): string {
  return `${endpoint}/${ACCOUNT_ID}/${QUEUE_NAME}`;
}
