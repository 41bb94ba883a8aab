/**
 * The process in which a handler is compiled for frames (compile-handler.ts): reads a request from its input, and answers on
 * channel 3.
 */
import { readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, extname, relative } from 'node:path';
import { build, formatMessages, type BuildFailure, type Loader, type Plugin } from 'esbuild';
import { bundleOptions } from '../lib/aws/bundle-options.ts';
import { esbuildFrames } from '../lib/frames/plugins/esbuild-frames.ts';

export interface CompileRequest {
  readonly handlerFile: string;
  /** In the same folder. */
  readonly outfile: string;
  /** Frames name modules by their path from here. */
  readonly root: string;
  readonly isSource: boolean;
  readonly isColored: boolean;
  readonly loader: Readonly<Record<string, string>>;
  readonly define: Readonly<Record<string, string>> | undefined;
  readonly tsconfig: string | undefined;
  readonly external: readonly string[];
  /** Of the command line of esbuild, as in `--alias:a` with `b`. */
  readonly args: readonly (readonly [name: string, value: string])[];
}

export type CompileAnswer =
  | { readonly kind: 'compiled'; readonly warnings: readonly string[] }
  | { readonly kind: 'refused'; readonly text: string };

answer(await compile(JSON.parse(readFileSync(0, 'utf8')) as CompileRequest));

async function compile(request: CompileRequest): Promise<CompileAnswer> {
  const { handlerFile, outfile, root, isSource, isColored, loader, define, tsconfig, args } = request;
  const folder = dirname(handlerFile);
  const { banner: _itIsOfTheBundle, conditions, ...options } = bundleOptions({ isSource });
  try {
    const { outputFiles, warnings } = await build({
      ...options,
      entryPoints: [handlerFile],
      write: false,
      outfile,
      absWorkingDir: root,
      target: 'node22',
      sourcemap: 'inline',
      logLevel: 'silent',
      external: ['*.node', ...request.external, ...valuesOf(args, '--external')],
      alias: Object.fromEntries(
        args.flatMap(([name, to]) => (name.startsWith('--alias:') ? [[name.slice(8), to]] : [])),
      ),
      conditions: [...conditions, ...valuesOf(args, '--conditions')],
      loader: loader as Record<string, Loader>,
      ...(define ? { define } : {}),
      ...(tsconfig ? { tsconfig } : {}),
      plugins: [leaveOtherFiles(folder, Object.keys(loader)), esbuildFrames({ root })],
    });
    // Whole or not at all: another synth may be reading it.
    const draft = `${outfile}.${process.pid}`;
    writeFileSync(draft, outputFiles[0]?.contents ?? '');
    renameSync(draft, outfile);
    const ours = warnings.filter(({ pluginName }) => pluginName === 'lull-frames');
    return { kind: 'compiled', warnings: ours.map(({ text, location }) => `${placeOf(location)}${text}`) };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    const messages = await formatMessages(error.errors, { kind: 'error', color: isColored });
    return { kind: 'refused', text: messages.join('').trimEnd() };
  }
}

const SCRIPTS: ReadonlySet<string> = new Set(['.js', '.mjs', '.cjs', '.jsx', '.ts', '.mts', '.cts', '.tsx', '.json']);

/** What has a loader of its own and is no code, as an image, is for the bundle: it may be a file beside it. */
function leaveOtherFiles(folder: string, extensions: readonly string[]): Plugin {
  const left = extensions.filter((extension) => !SCRIPTS.has(extension));
  return {
    name: 'lull-other-files',
    setup(builder) {
      builder.onResolve({ filter: /\.[^./\\]+$/ }, async ({ path, pluginData, ...where }) => {
        if (pluginData === 'lull' || !left.includes(extname(path))) return undefined;
        const { errors, path: file } = await builder.resolve(path, { ...where, pluginData: 'lull' });
        if (errors.length > 0) return undefined;
        return { path: relative(folder, file).replaceAll('\\', '/'), external: true };
      });
    },
  };
}

function valuesOf(args: CompileRequest['args'], option: string): string[] {
  return args.flatMap(([name, value]) => {
    if (name === option) return value.split(',');
    return name.startsWith(`${option}:`) ? [name.slice(option.length + 1)] : [];
  });
}

function placeOf(location: { readonly file: string; readonly line: number; readonly column: number } | null): string {
  return location === null ? '' : `${location.file}:${location.line}:${location.column + 1}: `;
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error;
}

function answer(value: CompileAnswer): void {
  writeSync(3, JSON.stringify(value));
}
