/** Bundles the user's workflows with the handlers and the runtime client, into one file that a process can run. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { context, formatMessages, type BuildContext, type BuildFailure, type BuildOptions, type Plugin } from 'esbuild';
import { invariant } from '../../core/invariant.ts';
import { bundleOptions } from '../../aws/bundle-options.ts';
import { projectFolder } from '../../aws/project-folder.ts';
import { BundleStore, type CodeBundle } from './bundle-store.ts';
import { FileWatcher } from './file-watcher.ts';
import { CloudError } from '../cloud-error.ts';

export interface CodeBundler {
  /** The first bundle. */
  readonly bundle: CodeBundle;
  /**
   * Calls back for each change of the files that went in: with the new bundle, or with what is wrong. Returns a way to
   * end it, after which nothing is called back.
   */
  watch(onBundle: (bundle: CodeBundle) => void, onError: (error: CloudError) => void): () => Promise<void>;
  /** Deletes the bundles that came before this one: no process starts from them any more. */
  dropBefore(bundle: CodeBundle): void;
  /** To be called when nothing is watched any more. */
  stop(): Promise<void>;
}

export interface BundlerOptions {
  readonly entry: string;
  /** Where bundles are kept. */
  readonly buildPath: string;
  /** Generator functions are compiled, so that runs can be stored where they wait. */
  readonly frames: boolean;
}

/** Rejects with a CloudError when the entry is missing or does not build. */
export async function startBundler({ entry, buildPath, frames }: BundlerOptions): Promise<CodeBundler> {
  const entryFile = resolve(entry);
  if (!existsSync(entryFile)) {
    throw new CloudError(
      'ENTRY_NOT_FOUND',
      `there is no file ${entryFile}: name the file that exports your workflows, such as lull dev workflows/index.ts`,
    );
  }
  const builder = await context(buildOptions(entryFile, await pluginsOf(entryFile, frames)));
  const store = new BundleStore(buildPath);
  try {
    const build = await rebuild(builder, store);
    return {
      bundle: build.bundle,
      watch: (onBundle, onError) => watchBuilds({ builder, store, first: build, onBundle, onError }),
      dropBefore: (bundle) => store.dropBefore(bundle),
      stop: () => builder.dispose(),
    };
  } catch (error) {
    await builder.dispose();
    throw error;
  }
}

interface Build {
  readonly bundle: CodeBundle;
  /** The files of it that a person may edit: not those of installed packages. */
  readonly files: readonly string[];
}

function watchBuilds(options: {
  readonly builder: BuildContext;
  readonly store: BundleStore;
  readonly first: Build;
  readonly onBundle: (bundle: CodeBundle) => void;
  readonly onError: (error: CloudError) => void;
}): () => Promise<void> {
  const { builder, store, first, onBundle, onError } = options;
  let { version } = first.bundle;
  let over = false;
  const isOver = (): boolean => over; // asked anew after each wait
  const build = async (): Promise<void> => {
    if (isOver()) return;
    try {
      const { bundle, files } = await rebuild(builder, store);
      if (isOver()) return;
      folders.add(files);
      if (bundle.version !== version) onBundle(bundle);
      version = bundle.version;
    } catch (error) {
      if (!isOver()) onError(error as CloudError);
    }
  };
  // One after the other: a build that has begun does not see what changes now.
  let last = Promise.resolve();
  let isWaiting = false;
  const buildNext = (): void => {
    if (isWaiting) return;
    isWaiting = true;
    last = last.then(() => {
      isWaiting = false;
      return build();
    });
  };
  const folders = new FileWatcher(buildNext);
  folders.add(first.files);
  buildNext(); // for what was changed since the first one
  return async () => {
    over = true;
    folders.close();
    await last; // esbuild does not end as long as a build goes on
  };
}

/** The compiler is loaded where it is wanted: it takes a while. */
async function pluginsOf(entryFile: string, frames: boolean): Promise<Plugin[]> {
  if (!frames) return [];
  const { esbuildFrames } = await import('../../frames/plugins/esbuild-frames.ts');
  return [esbuildFrames({ root: projectFolder(entryFile) })];
}

function buildOptions(entryFile: string, plugins: Plugin[]): BuildOptions & { metafile: true; write: false } {
  const here = fileURLToPath(import.meta.url);
  const isSource = here.endsWith('.ts');
  return {
    ...bundleOptions({ isSource }),
    stdin: {
      contents: entryPoint(entryFile, plugins.length > 0, (name) =>
        join(dirname(here), `${name}.${isSource ? 'ts' : 'js'}`),
      ),
      resolveDir: dirname(entryFile),
      sourcefile: 'lull-local-entry.ts',
      loader: 'ts',
    },
    write: false,
    metafile: true,
    plugins,
    outfile: 'index.mjs',
    target: 'node20',
    sourcemap: 'linked',
    // The map's paths are relative to here, and the bundle is put elsewhere: without this, stacks name files that are not there.
    sourceRoot: pathToFileURL(`${process.cwd()}/`).href,
    logLevel: 'silent',
  };
}

/** What a user would write by hand for each of the three functions, and the runtime client around it. */
function entryPoint(entryFile: string, frames: boolean, ownFile: (name: string) => string): string {
  const given = frames ? 'workflows, { frames: createRunFrames() }' : 'workflows';
  return `
    import { serveFunction } from ${JSON.stringify(ownFile('../functions/runtime-client'))};
    import { exportedWorkflows } from ${JSON.stringify(ownFile('exported-workflows'))};
    await serveFunction(async () => {
      const workflows = await import(${JSON.stringify(entryFile)});
      const { createApiHandler, createRunFrames, createSweeperHandler, createWorkerHandler } = await import('lull/lambda');
      return {
        workflows: exportedWorkflows(workflows, { frames: ${String(frames)} }),
        createHandler: {
          worker: () => createWorkerHandler(${given}),
          api: () => createApiHandler(${given}),
          sweeper: () => createSweeperHandler(),
        },
      };
    });
  `;
}

/** Rejects with a CloudError. */
async function rebuild(builder: BuildContext, store: BundleStore): Promise<Build> {
  const result = await builder.rebuild().catch(async (error: unknown) => {
    if (!isBuildFailure(error)) {
      throw new CloudError('BUILD_FAILED', 'the workflows do not build: esbuild itself failed', { cause: error });
    }
    const messages = await formatMessages(error.errors, { kind: 'error', color: process.stdout.isTTY });
    throw new CloudError('BUILD_FAILED', `the workflows do not build:\n\n${messages.join('').trimEnd()}`);
  });
  const { outputFiles = [], metafile } = result;
  invariant(metafile, 'esbuild did not say what went into the code');
  const files = Object.keys(metafile.inputs).filter((file) => !file.includes('node_modules') && existsSync(file));
  return { bundle: store.put(outputFiles), files };
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error;
}
