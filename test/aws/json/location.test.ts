/** What the environment says by itself is what the AWS SDK would have found. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, ListEventBusesCommand } from '@aws-sdk/client-eventbridge';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findLocation, fromEnvironment, type Service } from '../../../lib/aws/json/location.ts';

const FUNCTION = {
  AWS_LAMBDA_FUNCTION_NAME: 'worker',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'key',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
};

/** No file of the machine has a say. */
const NO_FILES = { AWS_CONFIG_FILE: '/nowhere/config', AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials' };

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(NO_FILES)) vi.stubEnv(name, value);
  vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Where the SDK sends a request, and as whom. */
async function askSdk(service: Service) {
  const sent: { protocol: string; hostname: string; port?: number; path: string }[] = [];
  const requestHandler = {
    handle: (request: (typeof sent)[number]) => {
      sent.push(request);
      return Promise.reject(new Error('not sent'));
    },
  };
  const { client, list } = clientOf(service, { requestHandler });
  const region = await client.config.region();
  const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials();
  await expect(list()).rejects.toThrow('not sent');
  const [{ protocol, hostname, port, path }] = sent as [(typeof sent)[number]];
  const endpoint = new URL(`${protocol}//${hostname}:${port ?? ''}${path}`).href;
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey, sessionToken } };
}

function clientOf(service: Service, options: { requestHandler: { handle(request: never): Promise<never> } }) {
  if (service === 'dynamodb') {
    const client = new DynamoDBClient(options);
    return { client, list: () => client.send(new ListTablesCommand()) };
  }
  if (service === 'events') {
    const client = new EventBridgeClient(options);
    return { client, list: () => client.send(new ListEventBusesCommand()) };
  }
  const client = new SQSClient(options);
  return { client, list: () => client.send(new ListQueuesCommand()) };
}

const set = (environment: Record<string, string>): void => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
};

describe.each<Service>(['dynamodb', 'events', 'sqs'])('of %s', (service) => {
  it.each<[string, Record<string, string>, 'environment' | 'sdk']>([
    ['a function', FUNCTION, 'environment'],
    ['a function in another region', { ...FUNCTION, AWS_REGION: 'ap-southeast-2' }, 'environment'],
    ['a function in China', { ...FUNCTION, AWS_REGION: 'cn-north-1' }, 'sdk'],
    ['a function in GovCloud', { ...FUNCTION, AWS_REGION: 'us-gov-west-1' }, 'sdk'],
    ['a function with FIPS endpoints', { ...FUNCTION, AWS_USE_FIPS_ENDPOINT: 'true' }, 'sdk'],
    ['a function with dual stack', { ...FUNCTION, AWS_USE_DUALSTACK_ENDPOINT: 'true' }, 'sdk'],
    ['an endpoint', { ...FUNCTION, AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }, 'environment'],
    [
      'an endpoint of the service',
      {
        ...FUNCTION,
        AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
        AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:2',
        AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:3',
        AWS_ENDPOINT_URL_EVENTBRIDGE: 'http://127.0.0.1:4',
      },
      'environment',
    ],
    ['an endpoint with a path', { ...FUNCTION, AWS_ENDPOINT_URL: 'http://127.0.0.1:4566/local' }, 'sdk'],
    [
      'an endpoint that is to be ignored',
      { ...FUNCTION, AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      'environment',
    ],
    ['a machine that is no function', { ...FUNCTION, AWS_LAMBDA_FUNCTION_NAME: '' }, 'sdk'],
  ])('%s is found where the SDK finds it', async (_, environment, from) => {
    set(environment);
    expect(fromEnvironment(service, process.env) === undefined ? 'sdk' : 'environment').toBe(from);
    const { endpoint, region, credentials } = await findLocation(service, process.env);
    const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
    expect({ endpoint: endpoint.href, region, credentials: { accessKeyId, secretAccessKey, sessionToken } }).toEqual(
      await askSdk(service),
    );
  });

  it('a profile’s keys, region and endpoint are found in its files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lull-profile-'));
    const [config, credentials] = [join(folder, 'config'), join(folder, 'credentials')];
    writeFileSync(config, '[profile other]\nregion = eu-north-1\nendpoint_url = http://127.0.0.1:4321\n');
    writeFileSync(credentials, '[other]\naws_access_key_id = theirs\naws_secret_access_key = hidden\n');
    set({ AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_PROFILE: 'other' });
    const found = await findLocation(service, process.env);
    expect({ ...found, endpoint: found.endpoint.href, credentials: await found.credentials() }).toMatchObject({
      endpoint: 'http://127.0.0.1:4321/',
      region: 'eu-north-1',
      credentials: { accessKeyId: 'theirs', secretAccessKey: 'hidden' },
    });
    rmSync(folder, { recursive: true });
  });

  it('a profile beside the keys is for the SDK to judge', () => {
    expect(fromEnvironment(service, { ...FUNCTION, AWS_PROFILE: 'other' })).toBeUndefined();
  });

  it('an endpoint that is no URL is an error, and does not lead to AWS', async () => {
    set({ ...FUNCTION, AWS_ENDPOINT_URL: 'localhost' });
    await expect(findLocation(service, process.env)).rejects.toThrow();
  });

  it('without a region the error is the SDK’s', async () => {
    set({ AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });
    await expect(findLocation(service, process.env)).rejects.toThrow('Region is missing');
  });
});
