/** The example app as `npx cdk synth` makes it: built, checked by cdk-nag and CloudFormation's own rules, measured. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App, Validations } from 'aws-cdk-lib';
import { HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExampleStack } from '../../infra/example-stack.ts';
import { createEngine } from './synthesized.ts';

/** Of an idle machine; this one may be busy with other tests. */
const BUSY_SYNTH_LIMIT_MS = 60_000;

const { context } = createRequire(import.meta.url)('../../cdk.json') as { context: Record<string, unknown> };
/** Within the repository: there the bundles find the AWS SDK, which on Lambda is a part of the runtime. */
const cache = join(import.meta.dirname, '../../node_modules/.cache');
mkdirSync(cache, { recursive: true });
const outdir = mkdtempSync(join(cache, 'example-'));
const app = new App({
  outdir,
  analyticsReporting: false,
  context: { ...context, '@aws-cdk/core:validateAgainstDefaultRules': true },
});
let assembly: CloudAssembly;
let stack: ExampleStack;
let synthMs: number;

beforeAll(() => {
  const startedAtMs = performance.now();
  stack = new ExampleStack(app, 'LullExample');
  stack.engine.addSchedule('nightly', {
    workflow: 'order-batch',
    schedule: ScheduleExpression.cron({ hour: '3', minute: '0' }),
    input: { orders: [] },
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  assembly = app.synth(); // throws for what they find
  synthMs = performance.now() - startedAtMs;
}, 120_000);

afterAll(() => {
  rmSync(outdir, { recursive: true });
});

/** The folder of a function's asset. */
function assetOf(id: string): string {
  const { Resources } = assembly.getStackArtifact(stack.artifactId).template as {
    Resources: Record<string, { Type: string; Properties: { Code: { S3Key: string } } }>;
  };
  const [, found] = Object.entries(Resources).find(
    ([name, { Type }]) => Type === 'AWS::Lambda::Function' && name.includes(id),
  )!;
  return join(app.outdir, `asset.${found.Properties.Code.S3Key.replace('.zip', '')}`);
}

test('cdk-nag finds nothing here, and would find an open API', () => {
  // The synth above would have thrown, as this one does.
  const { app: open } = createEngine({ api: { authorizer: new HttpNoneAuthorizer() } });
  Validations.of(open).addPlugins(new AwsSolutionsChecks(open));
  expect(() => open.synth()).toThrow(/The API does not implement authorization/);
});

test('the app is synthesized in time', () => {
  process.stdout.write(`synth of the example app: ${(synthMs / 1000).toFixed(1)} s\n`);
  expect(synthMs).toBeLessThan(BUSY_SYNTH_LIMIT_MS);
});

describe('the bundles', () => {
  test.each([
    // A worker is a caller of other runs, too; the API replays runs to answer queries; both know the times of schedules. What
    // EventBridge calls replays nothing, and has nothing of the engine.
    ['Worker', 730_000],
    ['ApiFunction', 900_000],
    ['Sweeper', 145_000],
    ['SchedulesFunction', 370_000],
  ])('of the %s is minified, below %d bytes, with its source map', (id, limitBytes) => {
    const folder = assetOf(id);
    expect(readdirSync(folder).sort()).toEqual(['index.mjs', 'index.mjs.map']);
    const { size } = statSync(join(folder, 'index.mjs'));
    process.stdout.write(`bundle of the ${id}: ${(size / 1000).toFixed(0)} KB\n`);
    expect(size).toBeLessThan(limitBytes);
  });

  test.each(['Worker', 'ApiFunction', 'Sweeper', 'SchedulesFunction'])(
    'of the %s is a handler that reads its environment',
    (id) => {
      const program = `
      const { handler } = await import(${JSON.stringify(pathToFileURL(join(assetOf(id), 'index.mjs')).href)});
      await handler({ Records: [] }, { getRemainingTimeInMillis: () => 1000 }).catch((error) => console.log(error.message));`;
      const args = ['--input-type=module', '--eval', program];
      const quiet = { NODE_OPTIONS: '', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
      const env = { ...process.env, ...quiet, LULL_TABLE_NAME: '', LULL_QUEUE_URL: '' };
      const { stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(stdout).toContain('LULL_TABLE_NAME is not set');
    },
  );

  test.each(['Worker', 'ApiFunction'])(
    'of the %s loads nothing of Node at its start that it needs later or never',
    (id) => {
      // What Node needs to load any file does not count.
      const empty = join(assetOf(id), 'empty.mjs');
      writeFileSync(empty, '');
      const program = `
      await import(${JSON.stringify(pathToFileURL(empty).href)});
      const before = new Set(process.moduleLoadList);
      await import(${JSON.stringify(pathToFileURL(join(assetOf(id), 'index.mjs')).href)});
      const loaded = process.moduleLoadList.filter((name) => !before.has(name));
      const late = /undici|zlib|parse_args|fs\\/promises|NativeModule https?$/;
      process.stdout.write(loaded.filter((name) => late.test(name)).join());`;
      const { stdout } = spawnSync(process.execPath, ['--input-type=module'], {
        ...{ input: program, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
      });
      expect(stdout.trim()).toBe('');
    },
  );

  test('map to the sources without holding them', () => {
    const map = JSON.parse(readFileSync(join(assetOf('Worker'), 'index.mjs.map'), 'utf8')) as {
      sources: string[];
      sourcesContent?: unknown;
    };
    expect(map.sourcesContent).toBeUndefined();
    expect(map.sources.some((source) => source.endsWith('functions/workflows/checkout.ts'))).toBe(true);
  });
});

test('the engine knows the workflows of the entry, and their version', () => {
  expect(stack.engine.workflows).toEqual([
    'approval',
    'checkout',
    'coroutines',
    'forgotten-await',
    'order-batch',
    'subscription',
  ]);
  const { Resources } = assembly.getStackArtifact(stack.artifactId).template as { Resources: Record<string, unknown> };
  expect(JSON.stringify(Resources)).toMatch(/"LULL_VERSION":"[0-9a-f]{12}"/);
});
