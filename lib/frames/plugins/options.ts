/** What both plugins take, and which files they compile. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nameOwnCode } from '../../core/stored-run-format.ts';
import type { CompileOptions } from '../compiler/compile-module.ts';
import { hashOfSource } from '../compiler/hash.ts';
import { nameImport } from './name-import.ts';

/**
 * Which files `esbuildFrames()` and `viteFrames()` compile, and how frames name them.
 *
 * @example
 * ```ts no-run
 * import { esbuildFrames } from 'lull/frames';
 *
 * const plugins = [esbuildFrames({ include: /node_modules\/our-workflows\// })];
 * ```
 */
export interface FramesOptions {
  /** Files of packages to compile as well, by their path with `/`. By default none in `node_modules` is. */
  readonly include?: RegExp;
  /** Files to leave as they are. */
  readonly exclude?: RegExp;
  /** Frames name modules by their path from here. By default the folder in which the build runs. */
  readonly root?: string;
}

/** What compiled code imports; the plugins say where it is. */
export const RUNTIME = 'lull:frames-runtime';

const here = fileURLToPath(import.meta.url);

/** The runtime, beside this file: as source, or as it was built. */
export const RUNTIME_FILE = fileURLToPath(
  new URL(`../runtime/entry${here.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);

/** lull's own files. */
const OWN_FOLDER = `${dirname(dirname(dirname(here)))}${sep}`.replaceAll('\\', '/');

/** Beside it, what makes handlers: no run is made of that, and each function has another part of it. */
const HANDLERS_FOLDER = `${dirname(OWN_FOLDER)}/functions/`;

/**
 * Of these, what a run at rest is made of is compiled too. All else is the engine's, and no frame holds it; neither does one
 * hold what only the API has, and the worker has to know the code of a run that the API has begun.
 */
const OWN_FILES_OF_RUNS = /^(?:api|core|schedule|scheduler)\/(?!json-schema\.)/;

/** What of lull runs are made of, and what stores them: a snapshot is not for another lull, but a base is. */
const FOLDERS_OF_RUNS = ['api', 'core', 'schedule', 'scheduler', 'frames/graph', 'frames/runtime'] as const;

const SOURCE = /\.[cm]?[jt]s$/;

export function isCompiled(file: string, { include, exclude }: FramesOptions): boolean {
  const path = file.replaceAll('\\', '/');
  if (!SOURCE.test(path) || path.endsWith('.d.ts')) return false;
  if (path.startsWith(OWN_FOLDER)) return OWN_FILES_OF_RUNS.test(path.slice(OWN_FOLDER.length));
  if (path.startsWith(HANDLERS_FOLDER) && !path.slice(HANDLERS_FOLDER.length).includes('/')) return false;
  if (exclude?.test(path) === true) return false;
  return !path.includes('/node_modules/') || include?.test(path) === true;
}

/** lull's own modules are called the same wherever it is installed, as source and as it was built. */
export function compileOptions(file: string, root: string): CompileOptions {
  const path = file.replaceAll('\\', '/');
  const isOwn = path.startsWith(OWN_FOLDER);
  const moduleId = isOwn
    ? `lull/${path.slice(OWN_FOLDER.length).replace(SOURCE, '')}`
    : relative(root, file).replaceAll('\\', '/');
  return {
    ...{ fileName: file, moduleId, runtime: RUNTIME },
    ...(isOwn && { ownCode: ownCode() }),
    nameOfImport: (from) => nameImport(from, dirname(file)),
  };
}

let ownHash: string | undefined;

/** The name of all of lull that runs are made of, so that it is the same whatever of it is in a bundle. */
export function ownCode(): string {
  ownHash ??= nameOwnCode(hashOfSource(FOLDERS_OF_RUNS.map((folder) => textsIn(join(OWN_FOLDER, folder))).join('\n')));
  return ownHash;
}

function textsIn(folder: string): string {
  const all = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = all.filter((one) => one.isFile() && SOURCE.test(one.name) && !one.name.endsWith('.d.ts'));
  const paths = files.map((one) => join(one.parentPath, one.name)).sort();
  return paths.map((path) => readFileSync(path, 'utf8')).join('\n');
}

/** What is said of a generator function that was not compiled. */
export function leftAloneText({ name, reason }: { readonly name: string; readonly reason: string }): string {
  const shown = name === '' ? 'a generator function' : `the generator function ${name}`;
  return `${shown} is left as it is, since ${reason}: a run that waits in it has no snapshot, and is replayed`;
}
