/** From a path to what the build there is: the folder or the file of a bundle, or the file that exports the workflows. */
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { projectFolder } from '../../aws/project-folder.ts';
import { CliError, usageError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { BuildDescription } from './build-description.ts';
import type { DescribeAnswer } from './describe-process.ts';

const isSource = import.meta.url.endsWith('.ts');

/** As compiled code has it, also where it was minified. */
const COMPILED = 'lull.frames.';

export async function readBuild(path: string): Promise<BuildDescription> {
  if (!existsSync(path)) throw usageError(`there is no build at ${path}: name ${KINDS}`);
  const file = statSync(path).isDirectory() ? bundleIn(path) : path;
  if (isBundle(file)) return describe(file, path);
  return compiled(file, path);
}

const KINDS =
  'the file that exports your workflows, or the bundle of a worker with frames (an asset folder of cdk.out, or its file)';

const BUNDLES = ['index.mjs', 'index.js', 'index.cjs'];

function bundleIn(folder: string): string {
  const found = BUNDLES.map((name) => join(folder, name)).find(existsSync);
  if (found !== undefined) return found;
  throw usageError(`${folder} is no build: it has no ${BUNDLES.join(' or ')}; name ${KINDS}`);
}

function isBundle(file: string): boolean {
  if (!/\.[cm]?[jt]s$/.test(file)) throw usageError(`${file} is no build: name ${KINDS}`);
  return /\.[cm]?js$/.test(file) && readFileSync(file, 'utf8').includes(COMPILED);
}

/** As the construct compiles it, but for lull itself: which one it is, is known without that. */
async function compiled(entry: string, path: string): Promise<BuildDescription> {
  const [{ build }, { bundleOptions }, { esbuildFrames }, { ownCode }] = await Promise.all([
    import('esbuild'),
    import('../../aws/bundle-options.ts'),
    import('../../frames/plugins/esbuild-frames.ts'),
    import('../../frames/plugins/options.ts'),
  ]);
  const folder = mkdtempSync(join(dirname(entry), '.lull-build-'));
  const outfile = join(folder, 'code.mjs');
  try {
    await build({
      ...bundleOptions({ isSource }),
      entryPoints: [entry],
      external: ['lull', 'lull/*', '@aws-sdk/*', '*.node'],
      outfile,
      target: 'node20',
      logLevel: 'silent',
      plugins: [esbuildFrames({ root: projectFolder(entry) })],
    }).catch((error: unknown) => {
      throw new CliError(
        EXIT.refused,
        `the workflows in ${entry} do not build with frames: ${(error as Error).message}`,
      );
    });
    return { ...(await describe(outfile, path)), ownCode: isOwnLull(entry) ? ownCode() : 'another lull' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether the lull that the entry imports is this one. */
function isOwnLull(entry: string): boolean {
  const own = realpathSync(projectFolder(fileURLToPath(import.meta.url)));
  for (let folder = dirname(entry); ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', 'lull');
    if (existsSync(found)) return realpathSync(found) === own;
    if (realpathSync(folder) === own) return true; // in lull's own repository
    if (dirname(folder) === folder) return false;
  }
}

const LONGEST_MS = 60_000;

async function describe(bundle: string, path: string): Promise<BuildDescription> {
  const answer = await inProcess(bundle);
  if (answer === undefined) throw notLoaded(path, 'it did not come to its end');
  if (answer.kind === 'failed') throw notLoaded(path, answer.reason);
  const { description } = answer;
  if (description.workflows.length > 0) return description;
  throw usageError(
    `${path} has no workflows that were compiled by this version of lull: build it with frames (frames: true of the ` +
      `construct, or esbuildFrames()), or name the file that exports the workflows`,
  );
}

function notLoaded(path: string, reason: string): CliError {
  return usageError(`${path} cannot be loaded: ${reason}`);
}

function inProcess(bundle: string): Promise<DescribeAnswer | undefined> {
  const own = fileURLToPath(import.meta.url);
  const program = join(dirname(own), `describe-process${extname(own)}`);
  const tsx = (): string => pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href;
  const child = fork(program, [bundle], {
    execArgv: isSource ? ['--conditions=lull-source', '--import', tsx()] : [],
    env: { ...process.env, NODE_OPTIONS: undefined },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    timeout: LONGEST_MS,
  });
  return new Promise((resolve, reject) => {
    let answer: DescribeAnswer | undefined;
    child.on('message', (message) => {
      answer = message as DescribeAnswer;
    });
    child.on('error', reject);
    child.on('close', () => {
      resolve(answer);
    });
  });
}
