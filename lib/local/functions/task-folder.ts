/**
 * The folders of a function's sandboxes, as in Lambda: the code in one, and above it the packages that the runtime
 * provides. The code lies there as a copy: else it would find all that is installed around the asset, and a package
 * that was forgotten in the bundle would be missed in AWS only.
 *
 * `var/task` is the code, `var/runtime` what runs before it, `var/node_modules` has @aws-sdk and @smithy.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What NodejsFunction leaves out of a bundle, since the runtime has it. */
const PROVIDED_SCOPES = ['@aws-sdk', '@smithy'];

export interface TaskFolder {
  readonly root: string;
  /** LAMBDA_TASK_ROOT. */
  readonly task: string;
  /** LAMBDA_RUNTIME_DIR. */
  readonly runtime: string;
  /** For `node --require`. */
  readonly bootstrapFile: string;
}

export async function createTaskFolder(codePath: string): Promise<TaskFolder> {
  const root = await mkdtemp(join(tmpdir(), 'lull-lambda-'));
  const [task, runtime] = [join(root, 'var/task'), join(root, 'var/runtime')];
  const bootstrapFile = join(runtime, 'bootstrap.cjs');
  try {
    await Promise.all([
      cp(codePath, task, { recursive: true, verbatimSymlinks: true }),
      linkProvidedPackages(join(root, 'var/node_modules'), [join(codePath, 'x.js'), fileURLToPath(import.meta.url)]),
      buildBootstrap(bootstrapFile),
    ]);
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    throw error;
  }
  return { root, task, runtime, bootstrapFile };
}

/** Those that are found from the files, by the first that finds them. */
async function linkProvidedPackages(to: string, lookFrom: readonly string[]): Promise<void> {
  const folders = lookFrom.flatMap((file) => createRequire(file).resolve.paths('x') ?? []);
  for (const scope of PROVIDED_SCOPES) {
    await mkdir(join(to, scope), { recursive: true });
    const linked = new Set<string>();
    for (const folder of new Set(folders)) {
      if (!existsSync(join(folder, scope))) continue;
      const names = (await readdir(join(folder, scope))).filter((name) => !name.startsWith('.') && !linked.has(name));
      await Promise.all(names.map((name) => symlink(join(folder, scope, name), join(to, scope, name))));
      for (const name of names) linked.add(name);
    }
  }
}

async function buildBootstrap(outfile: string): Promise<void> {
  const here = fileURLToPath(import.meta.url);
  await build({
    entryPoints: [join(dirname(here), here.endsWith('.ts') ? 'bootstrap.ts' : 'bootstrap.js')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'silent',
  });
}
