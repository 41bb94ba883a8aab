/** Frames for bundles that esbuild makes. */
import { readFile } from 'node:fs/promises';
import type { Loader, OnLoadResult, PartialMessage, Plugin } from 'esbuild';
import { compileModule } from '../compiler/compile-module.ts';
import type { Problem } from '../compiler/problem.ts';
import { compileOptions, isCompiled, leftAloneText, RUNTIME_FILE, type FramesOptions } from './options.ts';

/**
 * A plugin for esbuild that compiles generator functions, so that where they wait and what their variables hold can be
 * stored. What workflow code must not do is an error of the build, with its place: direct `eval`, `with`, and writing to a
 * variable of the module; and in a workflow with `history: 'unbounded'` a promise, a socket or the like in a variable where
 * it waits. A generator function that cannot be compiled is left as it is, with a warning.
 *
 * Put it before other plugins that load the same files. Source maps lead to the file as it was written.
 *
 * @example
 * ```ts
 * const plugins = [esbuildFrames({ exclude: /\.test\.ts$/ })];
 * plugins[0]?.name; // => 'lull-frames'
 * ```
 */
export function esbuildFrames(options: FramesOptions = {}): Plugin {
  return {
    name: 'lull-frames',
    setup(build) {
      const root = options.root ?? build.initialOptions.absWorkingDir ?? process.cwd();
      build.onResolve({ filter: /^lull:frames-runtime$/ }, () => ({ path: RUNTIME_FILE }));
      build.onLoad({ filter: /\.[cm]?[jt]s$/, namespace: 'file' }, async ({ path }) =>
        isCompiled(path, options) ? load(path, root) : undefined,
      );
    },
  };
}

async function load(path: string, root: string): Promise<OnLoadResult> {
  const source = await readFile(path, 'utf8');
  const compiled = compileModule(source, compileOptions(path, root));
  const message = (problem: Problem, text = problem.reason): PartialMessage => ({
    text,
    location: {
      file: path,
      line: problem.line,
      column: problem.column,
      lineText: source.split('\n')[problem.line - 1] ?? '',
    },
  });
  if (compiled.kind === 'refused') return { errors: compiled.problems.map((problem) => message(problem)) };
  const map = Buffer.from(JSON.stringify(compiled.map)).toString('base64');
  return {
    contents: `${compiled.code}\n//# sourceMappingURL=data:application/json;base64,${map}`,
    loader: loaderOf(path),
    warnings: compiled.left.map((left) => message(left, leftAloneText(left))),
  };
}

function loaderOf(path: string): Loader {
  return /\.[cm]?ts$/.test(path) ? 'ts' : 'js';
}
