/** Bundles the user's workflows with the handlers and the host, into one file that a process can run. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { context, formatMessages, type BuildContext, type BuildOptions, type BuildResult, type Plugin } from 'esbuild';
import { LocalCloudError } from './local-cloud-error.ts';

export interface CodeBundle {
  readonly file: string;
  /** A digest of the code: the same code has the same version. */
  readonly version: string;
}

export interface CodeBundler {
  /** The first bundle. */
  readonly bundle: CodeBundle;
  /** Calls back for each change of the files that went in: with the new bundle, or with what is wrong. */
  watch(onBundle: (bundle: CodeBundle) => void, onError: (error: LocalCloudError) => void): Promise<void>;
  stop(): Promise<void>;
}

/** Rejects with a LocalCloudError when the entry is missing or does not build. */
export async function startBundler(entry: string, buildPath: string): Promise<CodeBundler> {
  const entryFile = resolve(entry);
  if (!existsSync(entryFile)) {
    throw new LocalCloudError(
      'ENTRY_NOT_FOUND',
      `there is no file ${entryFile}: name the file that exports your workflows, such as lull dev workflows/index.ts`,
    );
  }
  rmSync(buildPath, { recursive: true, force: true });
  let tell: (result: BuildResult) => void = () => undefined;
  const plugin: Plugin = { name: 'tell', setup: (build) => build.onEnd((result) => tell(result)) };
  const builder: BuildContext = await context({ ...buildOptions(entryFile), plugins: [plugin] });
  try {
    const first = await builder.rebuild().catch((error: unknown) => error as BuildResult);
    const bundle = await keep(first, buildPath);
    return {
      bundle,
      stop: () => builder.dispose(),
      watch: async (onBundle, onError) => {
        let version = bundle.version;
        tell = (result) => {
          keep(result, buildPath).then((next) => {
            if (next.version !== version) onBundle(next);
            version = next.version;
          }, onError);
        };
        await builder.watch();
      },
    };
  } catch (error) {
    await builder.dispose();
    throw error;
  }
}

function buildOptions(entryFile: string): BuildOptions {
  const here = fileURLToPath(import.meta.url);
  const isSource = here.endsWith('.ts');
  return {
    stdin: {
      contents: entryPoint(entryFile, (name) => join(dirname(here), `${name}.${isSource ? 'ts' : 'js'}`)),
      resolveDir: dirname(entryFile),
      sourcefile: 'lull-local-entry.ts',
      loader: 'ts',
    },
    bundle: true,
    write: false,
    outfile: 'index.mjs',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    conditions: isSource ? ['lull-source', 'module'] : ['module'],
    sourcemap: 'linked',
    sourcesContent: false,
    keepNames: true,
    logLevel: 'silent',
    // What is CommonJS inside wants a `require` for node's own modules.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  };
}

/** What a user would write by hand for each of the three functions, and the host around it. */
function entryPoint(entryFile: string, ownFile: (name: string) => string): string {
  return `
    import { serveFunction } from ${JSON.stringify(ownFile('function-host'))};
    import { hostedWorkflows } from ${JSON.stringify(ownFile('hosted-workflows'))};
    await serveFunction(async () => {
      const workflows = await import(${JSON.stringify(entryFile)});
      const { createApiHandler, createSweeperHandler, createWorkerHandler } = await import('lull/lambda');
      return {
        workflows: hostedWorkflows(workflows),
        createHandler: {
          worker: () => createWorkerHandler(workflows),
          api: () => createApiHandler(workflows),
          sweeper: () => createSweeperHandler(),
        },
      };
    });
  `;
}

async function keep(result: BuildResult, buildPath: string): Promise<CodeBundle> {
  if (result.errors.length > 0) {
    const messages = await formatMessages(result.errors, { kind: 'error', color: process.stdout.isTTY });
    throw new LocalCloudError('BUILD_FAILED', `the workflows do not build:\n\n${messages.join('').trimEnd()}`);
  }
  const files = result.outputFiles ?? [];
  const code = files.find((file) => file.path.endsWith('.mjs'));
  if (!code) throw new LocalCloudError('BUILD_FAILED', 'the workflows do not build: the bundle is empty');
  const version = createHash('sha256').update(code.contents).digest('hex').slice(0, 12);
  const folder = join(buildPath, version);
  mkdirSync(folder, { recursive: true });
  for (const file of files)
    writeFileSync(join(folder, file.path.endsWith('.map') ? 'index.mjs.map' : 'index.mjs'), file.contents);
  return { file: join(folder, 'index.mjs'), version };
}
