import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it, vi } from 'vitest';
import { bundleOptions } from '../../../lib/aws/bundle-options.ts';
import { findRic } from '../../../lib/local/functions/find-ric.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { lambdaOf, resultOf } from './function-under-test.ts';

const ENVIRONMENT = 'export const handler = async () => process.env';

describe('the environment of a function', () => {
  it('is that of Lambda and of the template, and nothing of this process but its PATH', async () => {
    vi.stubEnv('AWS_PROFILE', 'mine');
    vi.stubEnv('SOME_SECRET', 'mine');
    const { call } = lambdaOf(ENVIRONMENT, {
      function: { environment: { TABLE: 'orders', QUEUE: 'real', AWS_REGION: 'no' }, logFormat: 'JSON' },
      environment: () => ({ QUEUE: 'local', AWS_ACCESS_KEY_ID: 'role' }),
    });
    const environment = (await call({})) as Record<string, string>;
    vi.unstubAllEnvs();
    const { HOME: home, LAMBDA_TASK_ROOT: task, LAMBDA_RUNTIME_DIR: runtime, ...rest } = environment;
    expect(rest).toEqual({
      AWS_ACCESS_KEY_ID: 'role',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_FUNCTION_NAME: 'under-test',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_FORMAT: 'JSON',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/under-test',
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][\da-f]{32}$/) as string,
      AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
      AWS_REGION: 'eu-west-1',
      LANG: 'en_US.UTF-8',
      PATH: process.env['PATH'],
      QUEUE: 'local',
      TABLE: 'orders',
      TZ: ':UTC',
      _HANDLER: 'index.handler',
      _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-[\da-f]{8}-[\da-f]{24};Parent=[\da-f]{16};Sampled=0$/) as string,
    });
    expect([task, runtime]).toEqual([join(home!, 'var/task'), join(home!, 'var/runtime')]);
  });

  it('is asked for anew for each sandbox', async () => {
    let keys = 0;
    const { call, lambda } = lambdaOf(ENVIRONMENT, { environment: () => ({ AWS_ACCESS_KEY_ID: `key-${++keys}` }) });
    expect(await call({})).toMatchObject({ AWS_ACCESS_KEY_ID: 'key-1' });
    lambda.kill();
    expect(await call({})).toMatchObject({ AWS_ACCESS_KEY_ID: 'key-2' });
  });

  it('has the options for node of the template, and they hold', async () => {
    const { call } = lambdaOf('export const handler = async () => process.title', {
      function: { environment: { NODE_OPTIONS: '--title=under-options' } },
    });
    expect(await call({})).toBe('under-options');
  });
});

describe('the packages of a function', () => {
  it('are those that the runtime provides, and none of those that are installed around the asset', async () => {
    const { call } = lambdaOf(`
      import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
      import { createRequire } from 'node:module';
      const find = (name) => { try { return createRequire(import.meta.url)(name) !== undefined } catch { return false } };
      export const handler = async () => [DynamoDBClient.name, find('@aws-sdk/client-sqs'), find('hono'), find('lull')];
    `);
    expect(await call({})).toEqual(['DynamoDBClient', true, false, false]);
  });

  it('are those of the asset first', async () => {
    const codePath = temporaryFolder();
    const own = join(codePath, 'node_modules/@aws-sdk/client-dynamodb');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'index.js'), `exports.version = 'own';`);
    writeFileSync(
      join(codePath, 'index.mjs'),
      `import sdk from '@aws-sdk/client-dynamodb'; export const handler = async () => sdk.version;`,
    );
    const { call } = lambdaOf('', { function: { codePath } });
    expect(await call({})).toBe('own');
  });
});

it("lull's own worker, bundled as it is deployed, is loaded and takes a batch", async () => {
  const codePath = temporaryFolder();
  await build({
    ...bundleOptions({ isSource: true }),
    entryPoints: [join(import.meta.dirname, '../../../functions/worker.ts')],
    outfile: join(codePath, 'index.mjs'),
    external: ['@aws-sdk/*'],
    minify: true,
    target: 'node20',
  });
  const { lambda, ofKind } = lambdaOf('', {
    function: {
      codePath,
      memoryMb: 1024,
      environment: { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'http://127.0.0.1:9/q' },
    },
  });
  const invocation = await lambda.invoke('{"Records":[]}');
  expect(resultOf(invocation)).toEqual({ batchItemFailures: [] });
  expect(ofKind('invocation-ended')[0]?.initMs).toBeGreaterThan(0);
});

it('a project without aws-lambda-ric is told how to install it', () => {
  expect(() => findRic([join(temporaryFolder(), 'x.js')])).toThrow(
    'npm install --save-dev --ignore-scripts aws-lambda-ric',
  );
});
