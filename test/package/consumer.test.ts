import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** A project of somebody who has installed the package: it goes through every door, by types and at run time. */
const program = `
import { sleep, step, workflow } from 'lull';
import { Client, type Run } from 'lull/client';
import { createTestEngine } from 'lull/testing';
import { run } from 'lull/local';
import * as lambda from 'lull/lambda';

const greet = workflow('greet', function* (name: string) {
  yield* sleep('1 day');
  return yield* step('greet', () => 'hello ' + name);
});

export const start = (client: Client): Promise<Run<string>> => client.start(greet, 'you');
// @ts-expect-error the input is a string: this line fails if the types got lost on the way
export const wrong = (client: Client) => client.start(greet, 1);

const greeting: string = await createTestEngine({ workflows: [greet] }).run(greet, 'you');
console.log(JSON.stringify({ greeting, run: typeof run, lambda: Object.keys(lambda).length > 0 }));
`;

const tsc = join(root, 'node_modules/typescript/bin/tsc');

const vitest = join(root, 'node_modules/vitest/vitest.mjs');

const eslint = join(root, 'node_modules/eslint/bin/eslint.js');

const lintConfig = `
import { defineConfig } from 'eslint/config';
import { configs } from 'lull/eslint';
export default defineConfig(configs.recommended);
`;

const careless = `
import { sleep, workflow } from 'lull';
export const careless = workflow('careless', function* () {
  sleep('1s');
  yield* sleep('3 dayz');
});
`;

const resolutions = [
  { moduleResolution: 'NodeNext', module: 'NodeNext', outDir: 'NodeNext' },
  { moduleResolution: 'Bundler', module: 'ESNext', outDir: 'Bundler' },
];

describe('the package as it is published', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lull-package-'));
  const consumer = join(folder, 'consumer');
  const installed = join(consumer, 'node_modules/lull');

  beforeAll(() => {
    const tarball = pack(join(folder, 'packed'));
    install(tarball, installed);
    writeFileSync(join(consumer, 'program.ts'), program);
    writeFileSync(join(consumer, 'package.json'), JSON.stringify({ type: 'module' }));
  }, 300_000);

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test.each(resolutions)(
    'compiles in a project with the resolution $moduleResolution',
    (resolution) => {
      const compilerOptions = { strict: true, target: 'ES2023', skipLibCheck: true, types: ['node'], ...resolution };
      writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
      succeed(consumer, process.execPath, [tsc, '-p', '.']);
    },
    60_000,
  );

  test('runs there', () => {
    const output = succeed(consumer, process.execPath, ['NodeNext/program.js']);
    expect(JSON.parse(output)).toEqual({ greeting: 'hello you', run: 'function', lambda: true });
  }, 60_000);

  test('brings a command that says what it can do', () => {
    const { bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { bin: { lull: string } };
    expect(succeed(consumer, process.execPath, [join(installed, bin.lull), '--help'])).toContain('dev');
  }, 60_000);

  test('brings a plugin that ESLint loads, in JavaScript and by its types', () => {
    link('eslint', join(consumer, 'node_modules'));
    writeFileSync(join(consumer, 'eslint.config.js'), lintConfig);
    writeFileSync(join(consumer, 'careless.js'), careless);
    const { status, stdout } = spawnSync(process.execPath, [eslint, 'careless.js'], {
      cwd: consumer,
      encoding: 'utf8',
    });
    expect(stdout).toContain('lull/no-floating-awaitables');
    expect(stdout).toContain('lull/valid-duration');
    expect(status).toBe(1);
    const options = ['--strict', '--skipLibCheck', '--noEmit', '--checkJs', '--module', 'NodeNext', '--types', 'node'];
    succeed(consumer, process.execPath, [tsc, ...options, 'eslint.config.js']);
  }, 60_000);

  describe('a project of lull init', () => {
    const project = join(folder, 'project');
    const needed = [
      ...['@types/node', 'aws-cdk-lib', 'constructs', 'esbuild', 'eslint', 'tsx', 'typescript', 'typescript-eslint'],
      ...['vitest', 'zod'],
    ];

    beforeAll(() => {
      succeed(folder, process.execPath, [join(installed, 'dist/lib/cli/main.js'), 'init', 'project']);
      cpSync(installed, join(project, 'node_modules/lull'), { recursive: true });
      for (const name of needed) link(name, join(project, 'node_modules'));
    });

    test('compiles', () => {
      succeed(project, process.execPath, [tsc]);
    }, 300_000);

    test('has workflows of which ESLint has nothing to say, and says it of a forgotten yield*', () => {
      const file = join(project, 'workflows/order.ts');
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replace('yield* release', 'release'));
      // Once for both: it takes many seconds.
      const { stdout } = spawnSync(process.execPath, [eslint, '--format', 'json', '.'], {
        cwd: project,
        encoding: 'utf8',
      });
      writeFileSync(file, text);
      const found = JSON.parse(stdout) as { filePath: string; messages: { ruleId: string }[] }[];
      const said = found.flatMap(({ filePath, messages }) => messages.map(({ ruleId }) => [filePath, ruleId]));
      expect(said).toEqual([[file, 'lull/no-floating-awaitables']]);
    }, 300_000);

    test('passes its tests', () => {
      expect(succeed(project, process.execPath, [vitest, 'run', '--reporter=json'])).toContain('"numPassedTests":3');
    }, 300_000);

    test('is synthesized, with its workflows built into the functions', () => {
      writeFileSync(join(project, 'package-lock.json'), '{}');
      const output = join(project, 'cdk.out');
      const environment = { CDK_OUTDIR: output };
      succeed(project, process.execPath, ['--import', 'tsx', 'infra/app.ts'], environment);
      const handlers = readdirSync(output)
        .filter((name) => name.startsWith('asset.'))
        .map((name) => readFileSync(join(output, name, 'index.mjs'), 'utf8'))
        .filter((code) => code.includes('as handler'));
      expect(handlers).toHaveLength(3);
      expect(readFileSync(join(output, 'Project.template.json'), 'utf8')).toContain('AWS::DynamoDB::Table');
    }, 300_000);
  });

  test('holds what is built, and none of its sources', () => {
    const files = readdirSync(installed).sort();
    expect(files).toEqual([
      ...[
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'dist',
        'docs',
        'node_modules',
        'package.json',
        'skills',
        'templates',
      ],
    ]);
  });
});

/** Builds and packs, beside the repository and not in it. Returns the tarball's path. */
function pack(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'])
    copyFileSync(join(root, file), join(folder, file));
  for (const each of ['docs', 'skills', 'templates']) cpSync(join(root, each), join(folder, each), { recursive: true });
  // Types are looked at by `npm run check`: here they are only written.
  succeed(root, process.execPath, [tsc, '-p', 'tsconfig.build.json', '--noCheck', '--outDir', join(folder, 'dist')]);
  const printed = succeed(folder, 'npm', ['pack', '--json', '--ignore-scripts']);
  const [packed] = JSON.parse(printed) as [{ filename: string }];
  return join(folder, packed.filename);
}

/** What `npm install` does, without a registry: unpacks, and links the dependencies that this repository has. */
function install(tarball: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  succeed(folder, 'tar', ['-xzf', tarball, '--strip-components=1']);
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) link(name, join(folder, 'node_modules'));
  link('@types/node', join(folder, '..'));
}

function link(name: string, nodeModules: string): void {
  mkdirSync(dirname(join(nodeModules, name)), { recursive: true });
  symlinkSync(join(root, 'node_modules', name), join(nodeModules, name));
}

/** Runs a program to its end and returns what it printed; one that fails throws with all that it said. */
function succeed(cwd: string, command: string, args: readonly string[], environment = {}): string {
  const env = { ...process.env, ...environment };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return stdout;
}
