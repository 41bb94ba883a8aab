/**
 * Compiles a handler with its workflows for frames, before it is bundled as every other one is: what comes out is one module,
 * in which generator functions can be stored where they wait.
 *
 * In a process of its own: esbuild takes plugins only where it builds without blocking, and a construct cannot wait.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Annotations } from 'aws-cdk-lib';
import type { BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { projectFolder } from '../lib/aws/project-folder.ts';
import type { CompileAnswer, CompileRequest } from './compile-handler-process.ts';
import { DeploymentError } from './deployment-error.ts';
import { isSource } from './workflow-entry.ts';

export interface CompileOptions {
  /** The construct in whose name a refusal is raised. */
  readonly engine: string;
  readonly entryFile: string;
  readonly bundling: BundlingOptions;
}

/** Gives the file of the module. Raises a DeploymentError with file, line and reason if workflow code is refused. */
export function compileHandler(
  scope: Construct,
  handlerFile: string,
  { engine, entryFile, bundling }: CompileOptions,
): string {
  // One name at each synth: it is in the source map, and so in the asset's hash.
  const outfile = handlerFile.replace(/\.ts$/, '.mjs');
  const answer = runProcess({
    handlerFile,
    outfile,
    root: projectFolder(entryFile),
    isSource,
    isColored: process.stdout.isTTY,
    ...importsOf(bundling),
  });
  if (answer.kind === 'refused') {
    throw new DeploymentError(
      'BUILD_FAILED',
      `${engine}: the workflows in ${entryFile} do not build with frames:\n\n${answer.text}`,
    );
  }
  for (const warning of answer.warnings) Annotations.of(scope).addWarningV2('lull:leftAsItIs', warning);
  return outfile;
}

/** How imports are found, and what their files are. All else is for the bundle that is made of it. */
function importsOf(
  bundling: BundlingOptions,
): Pick<CompileRequest, 'loader' | 'define' | 'tsconfig' | 'external' | 'args'> {
  const { loader = {}, define, tsconfig, externalModules = [], nodeModules = [], bundleAwsSDK, esbuildArgs } = bundling;
  const external = [...(bundleAwsSDK ? [] : ['@aws-sdk/*', '@smithy/*']), ...externalModules, ...nodeModules];
  return {
    loader,
    define,
    tsconfig,
    external,
    args: Object.entries(esbuildArgs ?? {}).map(([k, v]) => [k, String(v)]),
  };
}

const LONGEST_BUILD_MS = 300_000;

function runProcess(request: CompileRequest): CompileAnswer {
  const own = fileURLToPath(import.meta.url);
  const program = join(dirname(own), `compile-handler-process${extname(own)}`);
  const source = isSource ? ['--conditions=lull-source', '--import', pathToFileURL(tsx()).href] : [];
  const { output, stderr, error } = spawnSync(process.execPath, [...source, program], {
    env: { ...process.env, NODE_OPTIONS: undefined },
    input: JSON.stringify(request),
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: LONGEST_BUILD_MS,
    maxBuffer: 100_000_000,
  });
  // Null where no process could be started at all.
  const said = (output as readonly (string | null)[] | null)?.[3] ?? '';
  if (said !== '') return JSON.parse(said) as CompileAnswer;
  throw new DeploymentError(
    'BUILD_FAILED',
    `the workflows were not compiled for frames: ${error ? error.message : stderr.trim() || 'the compiler ended without a word'}`,
  );
}

/** Runs TypeScript, where lull itself is run from it. */
function tsx(): string {
  return createRequire(import.meta.url).resolve('tsx/esm');
}
