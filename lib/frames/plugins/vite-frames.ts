/** Frames for vite and vitest. */
import { compileModule } from '../compiler/compile-module.ts';
import { compileOptions, isCompiled, leftAloneText, RUNTIME, RUNTIME_FILE, type FramesOptions } from './options.ts';

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What vite gives a plugin to speak with. */
interface Context {
  error(error: { readonly message: string; readonly id: string; readonly loc: Place }): never;
  warn(warning: { readonly message: string; readonly id: string; readonly loc: Place }): void;
}

/** A plugin of vite, in its own words. */
export interface VitePlugin {
  readonly name: string;
  readonly enforce: 'pre';
  configResolved(config: { readonly root: string }): void;
  resolveId(id: string): string | undefined;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- vite sends a map in a form of its own
  transform(this: Context, code: string, id: string): { code: string; map: any } | undefined;
}

/**
 * A plugin for vite, and so for vitest, that does what `esbuildFrames` does: generator functions are compiled, so that
 * where they wait can be stored, and what workflow code must not do is an error with its place.
 *
 * @example
 * ```ts
 * const config = { plugins: [viteFrames()] };
 * config.plugins[0]?.enforce; // => 'pre'
 * ```
 */
export function viteFrames(options: FramesOptions = {}): VitePlugin {
  let root = options.root ?? process.cwd();
  return {
    name: 'lull-frames',
    enforce: 'pre',
    configResolved(config) {
      root = options.root ?? config.root;
    },
    resolveId: (id) => (id === RUNTIME ? RUNTIME_FILE : undefined),
    transform(code, id) {
      const [file = id] = id.split('?');
      if (id.startsWith('\0') || !isCompiled(file, options)) return undefined;
      const compiled = compileModule(code, compileOptions(file, root));
      const [first, ...others] = compiled.kind === 'refused' ? compiled.problems : [];
      if (first !== undefined) {
        const more = others.map(({ reason, line, column }) => `\n${file}:${line}:${column + 1}: ${reason}`);
        this.error({
          message: first.reason + more.join(''),
          id: file,
          loc: { file, line: first.line, column: first.column },
        });
      }
      if (compiled.kind === 'refused') return undefined;
      for (const left of compiled.left) {
        this.warn({ message: leftAloneText(left), id: file, loc: { file, line: left.line, column: left.column } });
      }
      return { code: compiled.code, map: compiled.map };
    },
  };
}
