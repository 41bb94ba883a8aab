import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Each file imports what it may not; the rules that must say so. */
const wrong: Record<string, { imports: string[]; rules: string[] }> = {
  'lib/core/ids.ts': { imports: ['../codec/encode.ts'], rules: ['core-imports-only-what-it-may'] },
  'lib/core/random.ts': { imports: ['node:crypto'], rules: ['core-imports-no-packages'] },
  'lib/codec/encode-run.ts': { imports: ['../journal/record.ts'], rules: ['codec-imports-only-what-it-may'] },
  'lib/journal/replay.ts': { imports: ['../api/sleep.ts'], rules: ['journal-imports-only-what-it-may'] },
  'lib/api/gather.ts': { imports: ['../scheduler/loop.ts'], rules: ['api-imports-only-what-it-may'] },
  'lib/scheduler/handlers.ts': { imports: ['../codec/encode.ts'], rules: ['scheduler-imports-only-types-of-codec'] },
  'lib/ports/turn-door.ts': { imports: ['../engine/turn.ts'], rules: ['ports-imports-only-what-it-may'] },
  'lib/engine/start.ts': { imports: ['../client/client.ts'], rules: ['engine-imports-only-what-it-may'] },
  'lib/engine/put.ts': { imports: ['@aws-sdk/client-dynamodb'], rules: ['aws-sdk-stays-in-its-folders'] },
  'lib/client/query.ts': { imports: ['../engine/turn.ts'], rules: ['client-loads-engine-later'] },
  'lib/client/order.ts': { imports: ['../scheduler/loop.ts'], rules: ['client-imports-only-what-it-may'] },
  'lib/dynamodb/replay-store.ts': {
    imports: ['../journal/record.ts'],
    rules: ['dynamodb-imports-only-types-of-journal'],
  },
  'lib/memory/turn-store.ts': { imports: ['../engine/turn.ts'], rules: ['memory-imports-only-what-it-may'] },
  'lib/lambda/from-client.ts': { imports: ['../client/client.ts'], rules: ['lambda-imports-only-what-it-may'] },
  'lib/http/routes.ts': { imports: ['../engine/turn.ts'], rules: ['http-imports-only-what-it-may'] },
  'lib/testing/kit.ts': { imports: ['../cli/main.ts'], rules: ['testing-stands-on-top'] },
  'lib/local/cloud.ts': { imports: ['../client/index.ts'], rules: ['import-the-file-not-the-door'] },
  'lib/local/triggers/queue-reader.ts': {
    imports: ['../services/queue.ts'],
    rules: ['local-triggers-imports-only-types-of-services-functions'],
  },
  'lib/local/entry/describe.ts': { imports: ['../services/queue.ts'], rules: ['local-entry-imports-only-what-it-may'] },
  'lib/cli/dev.ts': { imports: ['../../functions/worker.ts'], rules: ['lib-stands-alone'] },
  'functions/workflows/checkout.ts': {
    imports: ['lull/client'],
    rules: ['workflow-reaches-only-api-and-core'],
  },
  'functions/worker.ts': {
    imports: ['../test/kit.ts', 'aws-cdk-lib'],
    rules: ['aws-cdk-stays-in-infra', 'tests-stay-in-test'],
  },
  'infra/local-stack.ts': {
    imports: ['../lib/local/cloud.ts', 'cdk-nag'],
    rules: ['infra-runs-nothing', 'infra-uses-published-dependencies-and-peers'],
  },
  'lib/api/lost.ts': { imports: ['./nowhere.ts'], rules: ['no-broken-imports'] },
};

/** What they import, and files that do all that is allowed. */
const right: Record<string, string[]> = {
  'lib/codec/encode.ts': ['../core/words.ts'],
  'lib/core/words.ts': [],
  'lib/journal/record.ts': ['../core/words.ts'],
  'lib/api/sleep.ts': ['../core/words.ts'],
  'lib/index.ts': ['./api/sleep.ts'],
  'lib/scheduler/loop.ts': ['../core/words.ts', '../journal/record.ts', 'type ../codec/encode.ts'],
  'lib/ports/store.ts': ['../journal/record.ts'],
  'lib/engine/turn.ts': ['../scheduler/loop.ts', '../ports/store.ts', '../api/sleep.ts', 'node:crypto'],
  'lib/dynamodb/store.ts': ['../ports/store.ts', 'type ../journal/record.ts', '@aws-sdk/client-dynamodb'],
  'lib/local/resources.ts': [],
  'lib/local/services/queue.ts': ['../resources.ts'],
  'lib/local/triggers/event-source.ts': ['type ../services/queue.ts', '../resources.ts'],
  'lib/client/client.ts': ['../dynamodb/store.ts', '../codec/encode.ts'],
  'lib/client/index.ts': ['./client.ts'],
  'lib/http/server.ts': ['../client/client.ts', '../core/words.ts'],
  'lib/cli/main.ts': ['../http/server.ts', '../engine/turn.ts'],
  'functions/workflows/order.ts': ['lull'],
  'functions/api.ts': ['../lib/http/server.ts', '@aws-sdk/client-dynamodb'],
  'infra/table.ts': ['../lib/dynamodb/store.ts', 'aws-cdk-lib'],
  'test/kit.ts': ['../lib/engine/turn.ts'],
};

const packages = ['@aws-sdk/client-dynamodb', 'aws-cdk-lib', 'cdk-nag'];

interface Violation {
  rule: { name: string };
  from: string;
  to: string;
}

describe('the import directions', () => {
  let violations: Violation[];

  beforeAll(() => {
    const wrongImports = Object.entries(wrong).map(([file, { imports }]) => [file, imports]);
    violations = cruise({ ...(Object.fromEntries(wrongImports) as Record<string, string[]>), ...right });
  }, 60_000);

  for (const [file, { imports, rules }] of Object.entries(wrong)) {
    test(`${file} may not import ${imports.join(' and ')}`, () => {
      const broken = violations.filter(({ from }) => from === file).map(({ rule }) => rule.name);
      expect(broken).toEqual(expect.arrayContaining(rules));
    });
  }

  for (const [file, imports] of Object.entries(right)) {
    test(`${file} may import ${imports.join(', ') || 'nothing'}`, () => {
      expect(violations.filter(({ from }) => from === file)).toEqual([]);
    });
  }

  test('two files may not import each other', () => {
    const broken = cruise({ 'lib/api/left.ts': ['./right.ts'], 'lib/api/right.ts': ['./left.ts'] });
    expect(broken.map(({ rule }) => rule.name)).toEqual(['no-loops']);
  }, 60_000);

  test('two files may name each other in their types', () => {
    expect(cruise({ 'lib/core/task.ts': ['./loop.ts'], 'lib/core/loop.ts': ['type ./task.ts'] })).toEqual([]);
  }, 60_000);

  test('the front door may not name the engine', () => {
    const broken = cruise({ 'lib/index.ts': ['./engine/turn.ts'], 'lib/engine/turn.ts': [] });
    expect(broken.map(({ rule }) => rule.name)).toEqual(['front-door-names-only-the-api']);
  }, 60_000);
});

/** What dependency-cruiser says of a repository of these files, under the rules of this one. */
function cruise(files: Record<string, readonly string[]>): Violation[] {
  const folder = mkdtempSync(join(tmpdir(), 'lull-imports-'));
  const write = (file: string, text: string): void => {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  try {
    for (const [file, imports] of Object.entries(files)) write(file, importing(imports));
    for (const name of packages) {
      write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
      write(`node_modules/${name}/index.js`, '');
    }
    const doors = { '.': { 'lull-source': './lib/index.ts' }, './client': { 'lull-source': './lib/client/index.ts' } };
    const dependencies = { '@aws-sdk/client-dynamodb': '1.0.0' };
    const peerDependencies = { 'aws-cdk-lib': '1.0.0' };
    const devDependencies = { 'aws-cdk-lib': '1.0.0', 'cdk-nag': '1.0.0' };
    write(
      'package.json',
      JSON.stringify({ name: 'lull', type: 'module', exports: doors, dependencies, peerDependencies, devDependencies }),
    );
    write('tsconfig.json', '{}');

    const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const args = [depcruise, '--config', join(root, '.dependency-cruiser.mjs'), '--output-type', 'json', '.'];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    if (stdout === '') throw new Error(stderr);
    return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function importing(specifiers: readonly string[]): string {
  return specifiers
    .map((specifier, index) =>
      specifier.startsWith('type ')
        ? `export type { T as T${index} } from '${specifier.slice(5)}';`
        : `export * as m${index} from '${specifier}';`,
    )
    .concat('export {};')
    .join('\n');
}
