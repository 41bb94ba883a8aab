/** Places where a program runs, each with globals, a runtime and a copy of the program of its own. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import vm from 'node:vm';
import { buildSync } from 'esbuild';
import { compileModule, type CompileOptions } from '../../../lib/frames/compiler/compile-module.ts';
import type { SnapshotHost } from '../../../lib/frames/graph/host.ts';

export type Store = (
  value: unknown,
  host?: SnapshotHost,
) => { kind: 'stored'; bytes: Uint8Array } | { kind: 'refused'; path: string; reason: string };
export type Load = (
  bytes: Uint8Array,
  host?: SnapshotHost,
) => { kind: 'loaded'; value: unknown } | { kind: 'refused'; path: string; reason: string };

export interface Realm {
  readonly main: (...args: unknown[]) => Generator<unknown, unknown, unknown>;
  readonly show: (value: unknown) => string;
  readonly store: Store;
  readonly load: Load;
}

interface Runtime {
  readonly entry: object;
  readonly store: Store;
  readonly load: Load;
}

const root = join(import.meta.dirname, '../../..');

let bundled: vm.Script | undefined;

/** Runtime and graph in one script, which gives them as its value. */
function runtimeScript(): vm.Script {
  if (bundled !== undefined) return bundled;
  const { outputFiles } = buildSync({
    stdin: {
      contents: `
        import * as entry from './lib/frames/runtime/entry.ts';
        import { storeGraph } from './lib/frames/graph/store-graph.ts';
        import { loadGraph } from './lib/frames/graph/load-graph.ts';
        import { show } from './test/frames/support/show.ts';
        module.exports = { entry, store: storeGraph, load: loadGraph, show };`,
      resolveDir: root,
      loader: 'ts',
    },
    ...{ bundle: true, write: false, format: 'cjs', platform: 'node', target: 'node20', logLevel: 'silent' },
  });
  const text = (outputFiles[0] as { text: string }).text;
  bundled = new vm.Script(`(function (require, module) { ${text}\nreturn module.exports; })`);
  return bundled;
}

/** A context of its own: other `Object`, other `Error`, another runtime. */
export function newContext(log: (...args: unknown[]) => void): vm.Context {
  return vm.createContext({
    log,
    TextDecoder,
    Buffer,
    URL,
    DOMException,
    console,
    require: createRequire(import.meta.url),
  });
}

export function runtimeIn(context: vm.Context): Runtime & { readonly show: (value: unknown) => string } {
  const make = runtimeScript().runInContext(context) as (
    require: unknown,
    module: object,
  ) => Runtime & { show: (value: unknown) => string };
  return make(context['require'], {});
}

/** The compiled program, as a script whose value takes the runtime and gives `main`. */
export function compiledScript(source: string): { readonly script: vm.Script; readonly code: string } {
  const code = compileProgram(source);
  return { script: new vm.Script(`(function (runtime) { 'use strict'; ${code}\nreturn main; })`), code };
}

export function compileProgram(
  source: string,
  how: Pick<CompileOptions, 'mayWriteModule' | 'sourceMaps'> = {},
): string {
  const compiled = compileModule(source, {
    ...{ fileName: 'program.ts', moduleId: 'program', runtime: 'runtime' },
    ...how,
  });
  if (compiled.kind === 'refused') throw new Error(compiled.problems.map(({ reason }) => reason).join('; '));
  return compiled.code.replace(
    /^import \{(.*)\} from "runtime";/m,
    (_, names: string) => `const {${names.replaceAll(' as ', ': ')}} = runtime;`,
  );
}

export function compiledRealm(script: vm.Script, log: (...args: unknown[]) => void): Realm {
  const context = newContext(log);
  const runtime = runtimeIn(context);
  const make = script.runInContext(context) as (runtime: object) => Realm['main'];
  return { main: make(runtime.entry), show: runtime.show, store: runtime.store, load: runtime.load };
}

export function nativeScript(source: string): vm.Script {
  return new vm.Script(`(function () { 'use strict'; ${source}\nreturn main; })()`);
}

export function nativeRealm(script: vm.Script, log: (...args: unknown[]) => void): Pick<Realm, 'main' | 'show'> {
  const context = newContext(log);
  const main = script.runInContext(context) as Realm['main'];
  return { main, show: runtimeIn(context).show };
}
