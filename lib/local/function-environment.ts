/** The environment variables of a function: what Lambda sets, where the local services are, and lull's settings. */

import { region, type LocalServices } from './local-services.ts';

export interface FunctionEnvironmentOptions {
  readonly version: string;
  readonly services: LocalServices;
  readonly leaseMs: number;
  /** Rules over all else. */
  readonly extra: Readonly<Record<string, string>>;
}

/** On top of this process's own environment, so that steps find the keys of the services that they call. */
export function functionEnvironment(options: FunctionEnvironmentOptions): Record<string, string | undefined> {
  const { services } = options;
  return {
    ...withoutAws(process.env),
    NODE_OPTIONS: undefined, // an --inspect of this process is not meant for them
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: 'lull-local',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: services.table.endpoint,
    AWS_ENDPOINT_URL_S3: services.s3Endpoint,
    AWS_ENDPOINT_URL_SQS: services.sqsEndpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    LULL_TABLE_NAME: services.tableName,
    LULL_BUCKET_NAME: services.bucketName,
    LULL_QUEUE_URL: services.queueUrl,
    LULL_LEASE_MS: String(options.leaseMs),
    LULL_VERSION: options.version,
    ...options.extra,
  };
}

/** Whoever is signed in to AWS in this shell is not meant: the local cloud must not reach a real account by accident. */
function withoutAws(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));
}
