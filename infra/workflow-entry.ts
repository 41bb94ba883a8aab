/**
 * The user's entry, looked at while the app is synthesized: it is built and loaded once, so that what no deployment
 * could mend is said before there is one.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stack } from 'aws-cdk-lib';
import type { BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { buildSync, formatMessagesSync, type BuildFailure, type BuildOptions, type Loader } from 'esbuild';
import { invariant } from '../lib/core/invariant.ts';
import { bundleOptions } from '../lib/aws/bundle-options.ts';
import { DeploymentError } from './deployment-error.ts';
import { cacheFolder } from './generated-entry.ts';

export interface WorkflowEntry {
  readonly file: string;
  /** Undefined: no asset is asked for (`cdk list`, `cdk destroy`), so nothing was built. */
  readonly code: WorkflowCode | undefined;
}

export interface WorkflowCode {
  /** Of the workflows, in alphabetical order. */
  readonly names: readonly string[];
  /** A digest of the code: the same code has the same version. */
  readonly version: string;
}

export interface EntryOptions {
  /** Names the construct in messages. */
  readonly engine: string;
  /** The functions' own: modules may want variables when they are loaded. */
  readonly environment: Readonly<Record<string, string>>;
  readonly bundling: BundlingOptions;
}

/** Whether lull itself is run from its TypeScript. */
export const isSource = fileURLToPath(import.meta.url).endsWith('.ts');

/** Raises a DeploymentError that names the file. */
export function readWorkflowEntry(scope: Construct, entry: string, options: EntryOptions): WorkflowEntry {
  const file = resolve(entry);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new DeploymentError(
      'ENTRY_NOT_FOUND',
      `${options.engine}: there is no file ${file}: name the file that exports your workflows, relative to where you ` +
        `run cdk, such as entry: 'workflows/index.ts'`,
    );
  }
  return { file, code: Stack.of(scope).bundlingRequired ? loadCode(file, options) : undefined };
}

function loadCode(file: string, options: EntryOptions): WorkflowCode {
  const code = build(file, options);
  const version = createHash('sha256').update(code).digest('hex').slice(0, 12);
  return { names: listNames(file, code, options), version };
}

/** Answers on a channel of its own: modules may print what they like. */
function listingOf(file: string): string {
  const registry = join(
    dirname(fileURLToPath(import.meta.url)),
    `../lib/core/workflow-registry.${isSource ? 'ts' : 'js'}`,
  );
  return `
    import { writeSync } from 'node:fs';
    const answer = (value) => {
      writeSync(3, JSON.stringify(value));
      process.exit(0);
    };
    try {
      const { createRegistry } = await import(${JSON.stringify(registry)});
      answer({ names: createRegistry(await import(${JSON.stringify(file)})).names() });
    } catch (error) {
      answer({ problem: error?.name === 'WorkflowCodeError' ? error.message : String(error?.stack ?? error) });
    }
  `;
}

function build(file: string, { engine, bundling }: EntryOptions): Uint8Array {
  const { loader, define, tsconfig, externalModules = [], nodeModules = [] } = bundling;
  const options: BuildOptions & { write: false } = {
    ...bundleOptions({ isSource }),
    stdin: { contents: listingOf(file), resolveDir: dirname(file), sourcefile: 'lull-listing.ts', loader: 'ts' },
    write: false,
    outfile: 'listing.mjs',
    target: 'node20',
    minify: true, // or it would have paths of this machine, which change the version
    logLevel: 'silent',
    external: ['*.node', ...externalModules, ...nodeModules],
    ...(loader ? { loader: loader as Record<string, Loader> } : {}),
    ...(define ? { define } : {}),
    ...(tsconfig ? { tsconfig } : {}),
  };
  try {
    const [built] = buildSync(options).outputFiles;
    invariant(built, 'esbuild gave no code');
    return built.contents;
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    const messages = formatMessagesSync(error.errors, { kind: 'error', color: process.stdout.isTTY });
    throw new DeploymentError(
      'BUILD_FAILED',
      `${engine}: the workflows in ${file} do not build:\n\n${messages.join('').trimEnd()}`,
    );
  }
}

const LONGEST_LOAD_MS = 30_000;

/** In a process of its own, which ends: whatever the modules begin when they are loaded ends with it. */
function listNames(file: string, code: Uint8Array, { engine, environment }: EntryOptions): readonly string[] {
  const folder = cacheFolder(file);
  const listing = join(folder, `listing-${process.pid}.mjs`);
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(listing, code);
    const { output, stderr, error } = spawnSync(process.execPath, [listing], {
      env: { ...process.env, NODE_OPTIONS: undefined, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      encoding: 'utf8',
      timeout: LONGEST_LOAD_MS,
    });
    // Null where no process could be started at all.
    const said = (output as readonly (string | null)[] | null)?.[3] ?? '';
    const answer = (said === '' ? {} : JSON.parse(said)) as { names?: string[]; problem?: string };
    if (answer.names) return answer.names;
    const problem = answer.problem ?? (error ? error.message : stderr.trim() || 'it ended without a word');
    throw new DeploymentError('CODE_NOT_LOADED', `${engine}: the workflows in ${file} cannot be deployed: ${problem}`);
  } finally {
    rmSync(listing, { force: true });
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error;
}
