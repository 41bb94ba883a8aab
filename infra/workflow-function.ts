/** A function of the engine: bundled from a generated entry, with a role that starts with nothing but its own log. */
import { Stack, type Duration } from 'aws-cdk-lib';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  LoggingFormat,
  Runtime,
  Tracing,
  type RecursiveLoop,
} from 'aws-cdk-lib/aws-lambda';
import {
  LogLevel,
  NodejsFunction,
  OutputFormat,
  type BundlingOptions,
  type NodejsFunctionProps,
} from 'aws-cdk-lib/aws-lambda-nodejs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { bundleOptions } from '../lib/aws/bundle-options.ts';
import type { StoreOperation } from '../lib/ports/store.ts';
import { compileHandler } from './compile-handler.ts';
import { createLogGroup } from './create-log-group.ts';
import { writeHandlerEntry, type HandlerName } from './generated-entry.ts';
import { grantOperations, grantWake, type StoreResources } from './grants.ts';
import type { WorkflowEngineProps } from './workflow-engine-props.ts';
import { isSource } from './workflow-entry.ts';

/**
 * Props of a function, on top of the engine's own: memory, timeout, VPC, layers, tracing, a role, and all else that a
 * NodejsFunction takes, but for what makes it a function of the engine.
 */
export type WorkflowFunctionOptions = Omit<
  NodejsFunctionProps,
  'entry' | 'handler' | 'code' | 'logGroup' | 'logRetention' | 'logRetentionRole' | 'logRetentionRetryOptions'
> & {
  /**
   * Where it logs.
   *
   * @default - a new log group, with the engine's `logRetention`
   */
  readonly logGroup?: ILogGroup;
};

/** What all functions of an engine share. */
export interface EngineParts extends StoreResources {
  readonly props: WorkflowEngineProps;
  readonly entryFile: string;
  readonly queue: IQueue;
  readonly deadLetterQueue: IQueue;
  /** In metrics; undefined where there are none. */
  readonly engineName: string | undefined;
}

export interface FunctionDescription {
  readonly handler: HandlerName;
  readonly description: string;
  readonly memorySize: number;
  readonly timeout: Duration;
  readonly environment?: Readonly<Record<string, string>>;
  readonly recursiveLoop?: RecursiveLoop;
  /** The user's: they rule over what is described here. */
  readonly options: WorkflowFunctionOptions | undefined;
  /** What it calls of the Store. */
  readonly operations: readonly StoreOperation[];
  /** Whether it has to do with what runs were given and gave: then it may use the payload key. Default: true. */
  readonly hasPayloads?: boolean;
  /** Whether its generator functions are compiled, where the engine has frames. Default: false. */
  readonly hasFrames?: boolean;
}

/** A function that may use the store as described, and wake runs. */
export function createFunction(
  scope: Construct,
  id: string,
  parts: EngineParts,
  description: FunctionDescription,
): NodejsFunction {
  const {
    handler,
    environment,
    options = {},
    operations,
    hasPayloads = true,
    hasFrames = false,
    ...defaults
  } = description;
  const { tracing = false, frames = false } = parts.props;
  const bundling = { ...parts.props.bundling, ...options.bundling };
  const logGroup = options.logGroup ?? createLogGroup(scope, `${id}Log`, parts.props);
  const role = options.role ?? createRole(scope, id, options);
  logGroup.grantWrite(role);
  const made = new NodejsFunction(scope, id, {
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    loggingFormat: LoggingFormat.JSON,
    ...applicationLogLevel(parts, options),
    ...(tracing ? { tracing: Tracing.ACTIVE } : {}),
    ...defaults,
    ...options,
    logGroup,
    role,
    entry: entryOf(scope, parts, { handler, hasFrames: hasFrames && frames, bundling }),
    handler: 'handler',
    environment: {
      NODE_OPTIONS: '--enable-source-maps',
      ...options.environment,
      ...environmentOf(parts),
      ...(hasPayloads ? payloadKeyEnvironment(parts) : {}),
      ...environment,
    },
    bundling: toBundling(bundling),
  });
  grantOperations(hasPayloads ? parts : { ...parts, payloadKey: undefined }, made, operations);
  grantWake(parts.queue, made);
  return made;
}

function entryOf(
  scope: Construct,
  { entryFile }: EngineParts,
  { handler, hasFrames, bundling }: { handler: HandlerName; hasFrames: boolean; bundling: BundlingOptions },
): string {
  const file = writeHandlerEntry(handler, entryFile, hasFrames);
  // Where nothing is built, nothing is compiled either.
  if (!hasFrames || !Stack.of(scope).bundlingRequired) return file;
  return compileHandler(scope, file, { engine: `WorkflowEngine ${scope.node.path}`, entryFile, bundling });
}

function environmentOf({ table, payloadBucket, queue, engineName, props }: EngineParts): Record<string, string> {
  return {
    LULL_TABLE_NAME: table.tableName,
    LULL_QUEUE_URL: queue.queueUrl,
    ...(payloadBucket ? { LULL_BUCKET_NAME: payloadBucket.bucketName } : {}),
    LULL_LOG_LEVEL: props.logLevel ?? 'info',
    ...(engineName === undefined ? {} : { LULL_ENGINE: engineName }),
  };
}

export function payloadKeyEnvironment({
  payloadKey,
  formerPayloadKeys = [],
  formerTableNames = [],
}: Pick<StoreResources, 'payloadKey' | 'formerPayloadKeys' | 'formerTableNames'>): Record<string, string> {
  if (payloadKey === undefined) return {};
  const former = formerPayloadKeys.map(({ keyArn }) => keyArn);
  return {
    LULL_PAYLOAD_KEY: payloadKey.keyArn,
    ...(former.length > 0 ? { LULL_FORMER_PAYLOAD_KEYS: former.join(',') } : {}),
    ...(formerTableNames.length > 0 ? { LULL_FORMER_TABLE_NAMES: formerTableNames.join(',') } : {}),
  };
}

/** Of logs in JSON, Lambda itself drops what is below its own level, which is INFO by default. */
function applicationLogLevel(
  { props: { logLevel = 'info' } }: EngineParts,
  { loggingFormat = LoggingFormat.JSON }: WorkflowFunctionOptions,
): Pick<NodejsFunctionProps, 'applicationLogLevelV2'> {
  return loggingFormat === LoggingFormat.JSON ? { applicationLogLevelV2: APPLICATION_LOG_LEVELS[logLevel] } : {};
}

const APPLICATION_LOG_LEVELS = {
  debug: ApplicationLogLevel.DEBUG,
  info: ApplicationLogLevel.INFO,
  warn: ApplicationLogLevel.WARN,
  error: ApplicationLogLevel.ERROR,
};

/** CDK's own role may write to any log: this one to its own. */
function createRole(scope: Construct, id: string, { vpc }: WorkflowFunctionOptions): Role {
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  if (vpc) {
    role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaVPCAccessExecutionRole'));
  }
  return role;
}

/** Of the SDK, the runtime's own is used, unless asked otherwise: it makes up most of a bundle. */
const IN_THE_RUNTIME = ['@aws-sdk/*', '@smithy/*'];

function toBundling({ esbuildArgs, ...given }: BundlingOptions): BundlingOptions {
  const { mainFields, conditions, keepNames, sourcesContent, banner } = bundleOptions({ isSource });
  return {
    format: OutputFormat.ESM,
    target: 'node22',
    minify: true,
    sourceMap: true,
    sourcesContent,
    keepNames,
    mainFields: [...mainFields],
    banner: banner.js,
    externalModules: given.bundleAwsSDK ? [] : IN_THE_RUNTIME,
    logLevel: LogLevel.WARNING,
    ...given,
    esbuildArgs: { '--conditions': conditions.join(','), ...esbuildArgs },
  };
}
