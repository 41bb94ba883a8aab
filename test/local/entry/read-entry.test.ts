import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readEntry, type EntryOptions } from '../../../lib/local/entry/read-entry.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const options: EntryOptions = {
  bundle: { file: '/build/abc/index.mjs', folder: '/build/abc', version: 'abc' },
  ...{ workers: 3, leaseMs: 5_000, sweepEveryMs: 250, workerTimeoutMs: 60_000 },
  env: { GREETING: 'hi', LULL_LOG_LEVEL: 'debug' },
  inherited: {
    PATH: '/bin',
    AWS_PROFILE: 'work',
    AWS_SECRET_ACCESS_KEY: 'real',
    NODE_OPTIONS: '--inspect',
    GREETING: 'ho',
  },
  endpoints: {
    dynamodb: 'http://d',
    sqs: 'http://q',
    s3: 'http://s',
    lambda: 'http://l',
    api: 'http://127.0.0.1:4000',
  },
};
const resources = readEntry(options);
const environmentOf = (name: string) => resources.functions.find((made) => made.name === name)?.environment;

it('a file becomes three functions that are not isolated, and exist before the first event', () => {
  expect(resources.functions).toMatchObject([
    { name: 'worker', handler: 'worker', isolation: 'process', provisioned: 3, timeoutMs: 60_000 },
    { name: 'api', handler: 'api', isolation: 'process', provisioned: 1, eventsAtATime: 100, timeoutMs: 30_000 },
    { name: 'sweeper', handler: 'sweeper', isolation: 'process', provisioned: 1, timeoutMs: 30_000 },
  ]);
  expect(resources.functions.map(({ codePath }) => codePath)).toEqual(Array(3).fill('/build/abc'));
});

it('its functions inherit the environment of the shell, without what leads to a real account', () => {
  expect(environmentOf('worker')).toMatchObject({
    PATH: '/bin',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://d',
    AWS_ENDPOINT_URL_LAMBDA: 'http://l',
    AWS_ENDPOINT_URL_SQS: 'http://q',
    AWS_ENDPOINT_URL_S3: 'http://s',
    LULL_QUEUE_URL: 'http://q/000000000000/lull-wakes',
    LULL_VERSION: 'abc',
    LULL_LEASE_MS: '5000',
  });
  expect(environmentOf('worker')).not.toHaveProperty('AWS_PROFILE');
  expect(environmentOf('worker')).not.toHaveProperty('NODE_OPTIONS');
});

it('the env option is over the environment of the shell, and over the silence of the sweeper', () => {
  expect(environmentOf('api')).toMatchObject({ GREETING: 'hi' });
  expect(environmentOf('sweeper')).toMatchObject({ LULL_LOG_LEVEL: 'debug' });
  const quiet = readEntry({ ...options, env: {} }).functions.find(({ name }) => name === 'sweeper');
  expect(quiet?.environment).toMatchObject({ LULL_LOG_LEVEL: 'warn' });
});

it('the worker is fed by the queue, the sweeper by a schedule, and the API takes only callers of this machine', () => {
  const [worker, api, sweeper] = resources.functions.map(({ arn }) => arn);
  expect(resources.eventSources).toMatchObject([
    { queueArn: resources.queues[0]?.arn, functionArn: worker, batchSize: 10, reportsBatchItemFailures: true },
  ]);
  expect(resources.schedules).toMatchObject([{ everyMs: 250, enabled: true, targets: [{ functionArn: sweeper }] }]);
  expect(resources.httpApis[0]?.routes).toEqual([
    { routeKey: '$default', authorization: { kind: 'this-machine' }, functionArn: api },
  ]);
});

it('a message is hidden for at least as long as the worker may take, as Lambda demands it', () => {
  expect(resources.queues).toMatchObject([{ visibilityTimeoutMs: 60_000, redrive: { maxReceives: 10 } }]);
});

it('each caller may do everything', () => {
  expect(resources.access).toBe('open');
});

it('a payload key in a file is read at the start: one that is not there, or is none, is refused', () => {
  const withKey = (key: string) => () => readEntry({ ...options, inherited: { LULL_PAYLOAD_KEY: key } });
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'short.key'), 'c2hvcnQ=\n');
  expect(withKey('file:nowhere.key')).toThrow(/nowhere\.key" cannot be read \(ENOENT.*openssl rand -base64 32/);
  expect(withKey(`file:${join(folder, 'short.key')}`)).toThrow('has 5 bytes in base64 where 32 belong');
  expect(withKey('alias/payloads')).not.toThrow();
});
