/**
 * Where a service is, and by whom it is asked. In a Lambda function, and where an endpoint and a key are given, the environment
 * says all of it. Anywhere else (profiles, containers, single sign-on, other partitions) the AWS SDK is loaded, and asked:
 * this way its rules hold, and those who need none of them do not wait for it.
 */
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClientConfig } from '@aws-sdk/client-eventbridge';
import type { KMSClientConfig } from '@aws-sdk/client-kms';
import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import type { Credentials } from './sign-request.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Location {
  readonly endpoint: URL;
  readonly region: string;
  /** Asked before each request: they are replaced before they expire. `forceRefresh`: the last ones were refused. */
  readonly credentials: (options?: { readonly forceRefresh?: boolean }) => Promise<Credentials>;
}

/** A service, as AWS names it in endpoints and signatures. */
export type Service = 'dynamodb' | 'events' | 'kms' | 'sqs';

/** In names of environment variables, the AWS SDK's own name of the service counts. */
const NAMES_IN_VARIABLES = { dynamodb: 'DYNAMODB', events: 'EVENTBRIDGE', kms: 'KMS', sqs: 'SQS' };

export async function findLocation(service: Service, environment: Environment): Promise<Location> {
  return fromEnvironment(service, environment) ?? (await fromSdk(service));
}

/** Undefined if the environment alone does not decide. */
export function fromEnvironment(service: Service, environment: Environment): Location | undefined {
  const credentials = staticCredentials(environment);
  const region = environment['AWS_REGION'];
  if (credentials === undefined || !region) return undefined;
  const given = givenEndpoint(service, environment);
  const endpoint = given === undefined ? usualEndpoint(service, region, environment) : toUrl(given);
  return endpoint && { endpoint, region, credentials: () => Promise.resolve(credentials) };
}

/** With a profile beside the keys, the SDK has rules for which of them counts. */
function staticCredentials(environment: Environment): Credentials | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_PROFILE: profile } = environment;
  if (!accessKeyId || !secretAccessKey || profile) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: environment['AWS_SESSION_TOKEN'] || undefined };
}

function givenEndpoint(service: Service, environment: Environment): string | undefined {
  if (environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  return environment[`AWS_ENDPOINT_URL_${NAMES_IN_VARIABLES[service]}`] || environment['AWS_ENDPOINT_URL'] || undefined;
}

/** What is no URL, or has a path, is for the SDK to judge: the requests must not go to AWS instead. */
function toUrl(given: string): URL | undefined {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  return url?.pathname === '/' ? url : undefined;
}

/** Regions of the partition `aws`; others have other domains. */
const USUAL_REGION =
  /^(af|ap|ca|eu|il|me|mx|sa|us)-(central|east|north|northeast|northwest|south|southeast|southwest|west)-\d$/;

/** In a function there is no file of settings, which could name another endpoint. */
function usualEndpoint(service: Service, region: string, environment: Environment): URL | undefined {
  const isUnusual =
    !environment['AWS_LAMBDA_FUNCTION_NAME'] ||
    environment['AWS_USE_FIPS_ENDPOINT'] === 'true' ||
    environment['AWS_USE_DUALSTACK_ENDPOINT'] === 'true' ||
    !USUAL_REGION.test(region);
  return isUnusual ? undefined : new URL(`https://${service}.${region}.amazonaws.com`);
}

/** The SDK finds out the endpoint for a request: one is made, and caught before it is sent. */
async function fromSdk(service: Service): Promise<Location> {
  let caught: { protocol: string; hostname: string; port?: number | undefined; path: string } | undefined;
  const requestHandler = {
    handle: (request: NonNullable<typeof caught>): Promise<never> => {
      caught = request;
      return Promise.reject(new Error('it was to be caught, not sent'));
    },
  };
  const { config, ask } = await PROBES[service]({ requestHandler, maxAttempts: 1 });
  const failure = await ask().catch((error: unknown) => error);
  if (caught === undefined) throw failure;
  const { protocol, hostname, port, path } = caught;
  return {
    endpoint: new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`),
    region: await config.region(),
    credentials: (options) => config.credentials(options),
  };
}

/** A client of the SDK, and some request of it. */
const PROBES = {
  dynamodb: async (options: DynamoDBClientConfig) => {
    const { DynamoDBClient, ListTablesCommand } = await import('@aws-sdk/client-dynamodb');
    const client = new DynamoDBClient(options);
    return { config: client.config, ask: () => client.send(new ListTablesCommand()) };
  },
  events: async (options: EventBridgeClientConfig) => {
    const { EventBridgeClient, ListEventBusesCommand } = await import('@aws-sdk/client-eventbridge');
    const client = new EventBridgeClient(options);
    return { config: client.config, ask: () => client.send(new ListEventBusesCommand()) };
  },
  kms: async (options: KMSClientConfig) => {
    const { KMSClient, ListKeysCommand } = await import('@aws-sdk/client-kms');
    const client = new KMSClient(options);
    return { config: client.config, ask: () => client.send(new ListKeysCommand()) };
  },
  sqs: async (options: SQSClientConfig) => {
    const { SQSClient, ListQueuesCommand } = await import('@aws-sdk/client-sqs');
    const client = new SQSClient(options);
    return { config: client.config, ask: () => client.send(new ListQueuesCommand()) };
  },
};
